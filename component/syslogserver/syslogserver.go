// Package syslogserver receives syslog messages: POE::Component::Server::Syslog in
// Go, over UDP, TCP, TLS and unix sockets. The codec is filter/syslog, which reads
// RFC 3164 and RFC 5424.
//
//	syslogserver.New(k, syslogserver.Config{BindPort: 514})
//
//	e.Post(poe.Alias("syslogd"), "register", "InputEvent", "logged")
//
//	func (c *collector) logged(e poe.Event) {
//		m := syslogserver.MessageOf(e)
//		fmt.Println(m.From, m.Severity, m.AppName, m.Text)
//	}
//
// The component is a session with these events:
//
//   - "register": the sender gets messages from now on, by the events of a
//     [Registration], or as in POE of the list "InputEvent", name, "ErrorEvent",
//     name; a second registration replaces the first;
//   - "unregister": ends that;
//   - "shutdown": closes the connections and ends the component.
//
// Config.Input and Config.Error are functions called with the same, POE's
// InputState and ErrorState. The first argument of an input event is a
// [*Message], that of an error event an [*Error], where POE has hashes. A
// registration keeps its session alive, and the server itself keeps the program
// running until "shutdown".
//
// A message of RFC 3164 has no year and no time zone: they are those of the
// kernel's clock.
package syslogserver

import (
	"cmp"
	"crypto/tls"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Defaults of a Config.
const (
	DefaultAlias       = "syslogd"
	DefaultType        = "udp" // as in POE
	DefaultPort        = 514
	DefaultTLSPort     = 6514
	DefaultMaxLength   = syslog.DefaultMaxLength
	DefaultMaxClients  = 512
	DefaultIdleTimeout = time.Hour
)

// Config configures a server. Every field is optional, except BindAddress for a
// unix socket.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// Type is "udp", "tcp", "unixgram" as /dev/log is, or "unix" for streams; empty
	// is DefaultType.
	Type string
	// BindAddress is the local address; if empty, it is any. For a unix socket
	// it is the path, which is required.
	BindAddress string
	// BindPort is the port; 0 is DefaultPort, or DefaultTLSPort with TLS, and
	// AnyPort lets the system choose.
	BindPort int
	// Replace removes a unix socket that exists at BindAddress. Mode is the
	// permissions of the new one; 0 leaves them to the umask. The socket is
	// removed at the end.
	Replace bool
	Mode    fs.FileMode
	// TLS encrypts the connections of "tcp" and "unix". If nil, they are in the
	// clear.
	TLS *tls.Config
	// Handle, if not nil, is an open socket that is used in place of
	// BindAddress and BindPort; the component owns it.
	Handle *kernel.Handle
	// Framing is how messages of a stream are delimited; the zero value accepts both
	// ways.
	Framing syslog.Framing
	// MaxLength bounds a message, in bytes. 0 is DefaultMaxLength. POE: MaxLen.
	MaxLength int
	// MaxClients bounds the connections; 0 is DefaultMaxClients. PerPeer bounds
	// those of one address; 0 is no separate limit. IdleTimeout closes
	// connections on which nothing arrives; 0 is DefaultIdleTimeout, and if
	// negative, it is disabled.
	MaxClients, PerPeer int
	IdleTimeout         time.Duration
	// Input, if not nil, is called with every message, and Error with what
	// could not be parsed, in the component's session. POE: InputState,
	// ErrorState.
	Input func(m *Message)
	Error func(err *Error)
}

// AnyPort, as Config.BindPort, lets the system choose the port.
const AnyPort = -1

// Message is a message received by a Server, with its origin.
type Message struct {
	syslog.Message
	// From is the sender's address; the zero AddrPort over a unix socket. Its
	// name is not looked up. POE: host, addr.
	From netip.AddrPort
	// TLS is the state of the TLS connection; nil in the clear.
	TLS *tls.ConnectionState
}

// Priority returns the number before a message, 8 times the facility plus the
// severity. POE: pri.
func (m *Message) Priority() int { return int(m.Facility)*8 + int(m.Severity) }

// Error describes input that could not be parsed as a message. On a stream the
// message is skipped, or if no other can be found after it, the connection is
// closed.
type Error struct {
	// Text is the datagram, as far as it was read; nil for a stream.
	Text []byte
	From netip.AddrPort
	Err  error
}

// Error returns the text of the sender's address and the reason.
func (e *Error) Error() string { return "syslogserver: from " + e.origin() + ": " + e.Err.Error() }

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) origin() string {
	if e.From.IsValid() {
		return e.From.String()
	}
	return "a unix socket"
}

// ErrTooLong is the Err of an Error for a datagram longer than
// Config.MaxLength.
var ErrTooLong = errors.New("datagram is longer than MaxLength")

// MessageOf returns the *Message that is the argument of an input event. It
// panics with a kernel.ArgError for any other event.
func MessageOf(e kernel.Event) *Message { return kernel.Arg[*Message](e, 0) }

// ErrorOf returns the *Error that is the argument of an error event. It panics
// with a kernel.ArgError for any other event.
func ErrorOf(e kernel.Event) *Error { return kernel.Arg[*Error](e, 0) }

// Registration is the argument of "register": InputEvent is required.
type Registration struct{ InputEvent, ErrorEvent string }

// Stats are the statistics of a Server.
type Stats struct {
	Received uint64 // messages
	Errors   uint64 // messages that could not be parsed, and errors of connections
	Clients  int    // open connections
}

// socket is what a server receives from.
type socket interface {
	addr() net.Addr
	close() error
	clients() int
}

// Server is the component. Its methods belong to the kernel's goroutine.
type Server struct {
	k          *kernel.Kernel
	service    service.Service
	config     Config
	socket     socket
	registered *service.Registry[Registration]
	stats      Stats
	over       bool
}

// New opens the socket and makes the component, as a child of the active session.
// The error is a *kernel.ConfigError or a *kernel.OpError.
func New(k *kernel.Kernel, c Config) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	s := &Server{k: k, service: service.New(k, "syslogserver", c.Alias), config: c}
	s.registered = service.NewRegistry[Registration](&s.service)
	if err := service.Create(k, s, states); err != nil {
		return nil, err
	}
	return s, nil
}

// check looks for what makes no sense, and sets the defaults.
func (c *Config) check() error {
	configerror.SetDefault(&c.Type, DefaultType)
	switch {
	case c.Type != "udp" && c.Type != "tcp" && !c.unix():
		return configerror.New("syslogserver", "Type", "must be udp, tcp, unix or unixgram")
	case c.unix() && c.BindAddress == "" && c.Handle == nil:
		return configerror.New("syslogserver", "BindAddress", "is required for a unix socket")
	case c.BindPort < AnyPort || c.BindPort > 65535:
		return configerror.New("syslogserver", "BindPort", "is no port")
	case c.TLS != nil && c.datagrams():
		return configerror.New("syslogserver", "TLS", "needs the Type tcp or unix")
	case c.Framing < syslog.Auto || c.Framing > syslog.Lines:
		return configerror.New("syslogserver", "Framing", "is unknown")
	}
	if err := cmp.Or(
		configerror.NotNegative("syslogserver", "MaxLength", c.MaxLength),
		configerror.NotNegative("syslogserver", "MaxClients", c.MaxClients),
		configerror.NotNegative("syslogserver", "PerPeer", c.PerPeer),
	); err != nil {
		return err
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.MaxLength, DefaultMaxLength)
	configerror.SetDefault(&c.MaxClients, DefaultMaxClients)
	configerror.SetDefault(&c.IdleTimeout, DefaultIdleTimeout)
	if c.TLS != nil {
		configerror.SetDefault(&c.BindPort, DefaultTLSPort)
	}
	configerror.SetDefault(&c.BindPort, DefaultPort)
	if c.unix() || c.BindPort == AnyPort {
		c.BindPort = 0
	}
	return nil
}

func (c *Config) datagrams() bool { return c.Type == "udp" || c.Type == "unixgram" }

func (c *Config) unix() bool { return c.Type == "unix" || c.Type == "unixgram" }

// file reports whether BindAddress is the name of a socket that is made here.
func (c *Config) file() bool { return c.unix() && c.Handle == nil }

var states = session.States[Server]{
	"_start":     func(s *Server, e kernel.Event) { s.service.Start(e, "syslog registrations", s.end, s.open) },
	"_stop":      func(*Server, kernel.Event) {},
	"_child":     func(*Server, kernel.Event) {},
	"register":   (*Server).register,
	"unregister": func(s *Server, e kernel.Event) { s.registered.Remove(e.Sender) },
	"shutdown":   func(s *Server, _ kernel.Event) { s.Shutdown() },
}

// open opens the socket.
func (s *Server) open(kernel.Event) (err error) {
	c := &s.config
	if c.Replace && c.file() {
		info, err := os.Lstat(c.BindAddress) // if it fails, binding finds what is wrong
		if err == nil && info.Mode()&fs.ModeSocket != 0 {
			if err = os.Remove(c.BindAddress); err != nil {
				return err
			}
		}
	}
	if c.datagrams() {
		s.socket, err = s.openDatagrams()
	} else {
		s.socket, err = s.openStream()
	}
	if err != nil {
		s.socket = nil
		return err
	}
	if c.Mode != 0 && c.file() {
		if err := os.Chmod(c.BindAddress, c.Mode); err != nil {
			return errors.Join(err, s.close())
		}
	}
	return nil
}

// register handles "register".
func (s *Server) register(e kernel.Event) {
	r, ok := kernel.ArgOK[Registration](e, 0)
	for i := 0; !ok && i+1 < len(e.Args); i += 2 {
		switch value, _ := e.Args[i+1].(string); e.Args[i] {
		case "InputEvent":
			r.InputEvent = value
		case "ErrorEvent":
			r.ErrorEvent = value
		}
	}
	if r.InputEvent == "" || s.over {
		s.k.Host().Logger().Warn("syslogserver: register needs an InputEvent, and a server that runs", "sender", e.Sender, "args", e.Args)
		return
	}
	s.registered.Add(e.Sender, r)
}

// deliver passes a message on, in the component's session.
func (s *Server) deliver(m *Message) {
	s.stats.Received++
	if s.config.Input != nil {
		s.config.Input(m)
	}
	s.registered.Post(func(r Registration) string { return r.InputEvent }, m)
}

// fail passes an error on, in the component's session. It is logged at the level of
// debugging only: whoever can send could otherwise fill the log.
func (s *Server) fail(err *Error) {
	s.stats.Errors++
	if s.config.Error != nil {
		s.config.Error(err)
	}
	s.registered.Post(func(r Registration) string { return r.ErrorEvent }, err)
	s.k.Host().Logger().Debug(err.Error())
}

// Addr returns the address of the socket, and nil after the shutdown.
func (s *Server) Addr() net.Addr {
	if s.socket == nil {
		return nil
	}
	return s.socket.addr()
}

// Stats returns the statistics.
func (s *Server) Stats() Stats {
	if s.socket != nil {
		s.stats.Clients = s.socket.clients()
	}
	return s.stats
}

// Shutdown closes the connections and ends the component. The event "shutdown"
// does the same.
func (s *Server) Shutdown() {
	if s.over {
		return
	}
	s.service.In(func(kernel.Event) { s.end() })
	s.service.RemoveAlias()
}

// end ends the registrations and closes the socket.
func (s *Server) end() {
	s.over = true
	s.registered.Clear()
	if s.socket == nil {
		return
	}
	if err := s.close(); err != nil {
		s.k.Host().Logger().Warn("syslogserver: closing the socket", "error", err)
	}
}

// close closes the socket, and removes its file.
func (s *Server) close() error {
	err := s.socket.close()
	s.socket = nil
	if s.config.file() && s.config.BindAddress[0] != '@' {
		if failed := os.Remove(s.config.BindAddress); !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
	}
	return err
}
