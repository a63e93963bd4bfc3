// Package syslogclient sends syslog messages: POE::Component::Client::Syslog in Go,
// over UDP, TCP, TLS and unix sockets, in the formats of RFC 5424 and RFC 3164.
//
//	syslogclient.New(k, syslogclient.Config{Type: "tcp", RemoteAddress: "logs.example.com"})
//
//	e.Post(poe.Alias("syslog"), "send", syslog.Warning, "the disk is nearly full")
//
// The component is a session with these events:
//
//   - "send": a [syslog.Message] or a pointer to one, or a text, or a
//     [syslog.Severity] and a text. A call returns the error of Client.Send;
//   - "shutdown": sends the messages that wait, and ends.
//
// Messages that cannot be sent at once wait, up to Config.MaxPending, and
// broken connections are made again. Over TCP, messages that were not flushed
// are sent again on the next connection, so that a message may arrive twice;
// messages that the peer's system had received, but not the peer, are lost, as
// the protocol has no acknowledgements.
//
// A connection keeps the program running until "shutdown"; a datagram socket
// does only while messages wait.
package syslogclient

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/internal/backoff"
	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/component/syslogclient/internal/transport"
	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Defaults of a Config.
const (
	DefaultAlias           = "syslog"
	DefaultType            = "udp"
	DefaultAddress         = "127.0.0.1"
	DefaultPath            = "/dev/log"
	DefaultPort            = 514
	DefaultTLSPort         = 6514
	DefaultMaxLength       = syslog.DefaultMaxLength
	DefaultMaxPending      = 4 << 20
	DefaultTimeout         = 10 * time.Second
	DefaultShutdownTimeout = 5 * time.Second
)

// DefaultBackoff is the pause before a connection is made again. It must not be
// changed.
var DefaultBackoff = clienttcp.Backoff{Min: time.Second, Max: time.Minute}

// Errors of Client.Send.
var (
	ErrShutdown = errors.New("syslogclient: the component has shut down")
	ErrTooLong  = errors.New("syslogclient: the message is longer than MaxLength")
	ErrPending  = transport.ErrPending
)

// Config configures the component. Every field is optional.
type Config struct {
	// Alias is the component's alias; empty is DefaultAlias.
	Alias string
	// Type is "udp", "tcp", "unixgram" as /dev/log is, or "unix" for streams; empty
	// is DefaultType.
	Type string
	// RemoteAddress and RemotePort are the server's; for unix sockets
	// RemoteAddress is the path. If empty, it is DefaultAddress, or
	// DefaultPath; a port of 0 is DefaultPort, or DefaultTLSPort with TLS.
	RemoteAddress string
	RemotePort    int
	// TLS encrypts the connections of "tcp" and "unix". If nil, they are in the
	// clear.
	TLS *tls.Config
	// Dial, if not nil, makes the connections of "tcp" and "unix" instead, see
	// clienttcp.Config. Handle, if not nil, is the socket of "udp" or
	// "unixgram", which the component then owns.
	Dial   func(d *clienttcp.Dialing)
	Handle *kernel.Handle
	// Format is the format of messages; the zero value is RFC 5424. Daemons
	// that listen at /dev/log often support only RFC 3164.
	Format syslog.Format
	// Framing is how messages of a stream are delimited; the zero value counts
	// octets. Lines is for servers that do not support that; a message must
	// then not contain a line feed.
	Framing syslog.Framing
	// Facility, Hostname, AppName and ProcID are those of messages without one;
	// the defaults are syslog.User, the host's name (none over unix sockets),
	// the program's name, and the process ID.
	Facility                  syslog.Facility
	Hostname, AppName, ProcID string
	// AsIs sends messages without setting any field, for relays. Facility 0 is
	// then syslog.Kern, which programs otherwise cannot send.
	AsIs bool
	// MaxLength bounds a message, and MaxPending all messages that wait, in
	// bytes. If 0, they are DefaultMaxLength and DefaultMaxPending.
	MaxLength, MaxPending int
	// Timeout bounds an attempt to connect, and the wait for a server that does
	// not read; 0 is DefaultTimeout. ShutdownTimeout is how long a shutdown
	// waits for messages to be sent; 0 is DefaultShutdownTimeout.
	Timeout, ShutdownTimeout time.Duration
	// Backoff is the pause before a socket is opened again. If its Min is 0, it
	// is DefaultBackoff.
	Backoff clienttcp.Backoff
	// Error is called with errors of sockets, in the component's session. If
	// nil, they are logged as warnings.
	Error func(err error)
}

// Stats are the statistics of a Client.
type Stats struct {
	Sent    uint64 // messages that were passed to the system
	Dropped uint64 // because too many wait, the server is unreachable, or at the shutdown
	Pending int    // messages that wait
}

// sender sends what waits in a queue.
type sender interface {
	Flush()
	Idle() bool // nothing is being sent
	Close()
}

// Client is the component. Its methods belong to the kernel's goroutine.
type Client struct {
	k        *kernel.Kernel
	service  service.Service
	config   Config
	framing  *syslog.Filter // nil for datagrams
	queue    transport.Queue
	sender   sender
	deadline kernel.AlarmID
	over     bool
}

// New creates the component, as a child of the active session, and begins to
// connect. The error is a *kernel.ConfigError, or that of the alias.
func New(k *kernel.Kernel, c Config) (*Client, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if !c.AsIs {
		c.setOrigin(k)
	}
	client := &Client{k: k, service: service.New(k, "syslogclient", c.Alias), config: c}
	client.queue = transport.Queue{Max: c.MaxPending, Fail: client.fail, Emptied: client.finish}
	if !c.datagrams() {
		var err error
		if client.framing, err = syslog.New(syslog.Config{Framing: c.Framing, MaxLength: c.MaxLength}); err != nil {
			return nil, configerror.New("syslogclient", "Framing", "is unknown")
		}
	}
	if err := service.Create(k, client, states); err != nil {
		return nil, err
	}
	return client, nil
}

func (c *Config) check() error {
	configerror.SetDefault(&c.Type, DefaultType)
	switch {
	case c.Type != "udp" && c.Type != "tcp" && !c.unix():
		return configerror.New("syslogclient", "Type", "must be udp, tcp, unix or unixgram")
	case c.TLS != nil && c.datagrams():
		return configerror.New("syslogclient", "TLS", "needs the Type tcp or unix")
	case c.Dial != nil && c.datagrams():
		return configerror.New("syslogclient", "Dial", "needs the Type tcp or unix")
	case c.Handle != nil && !c.datagrams():
		return configerror.New("syslogclient", "Handle", "needs the Type udp or unixgram")
	case c.Format != syslog.RFC5424 && c.Format != syslog.RFC3164:
		return configerror.New("syslogclient", "Format", "is unknown")
	}
	if err := cmp.Or(
		configerror.Port("syslogclient", "RemotePort", c.RemotePort),
		backoff.Check("syslogclient", c.Backoff.Min, c.Backoff.Max),
		configerror.NotNegative("syslogclient", "MaxLength", c.MaxLength),
		configerror.NotNegative("syslogclient", "MaxPending", c.MaxPending),
		configerror.NotNegative("syslogclient", "Timeout", c.Timeout),
		configerror.NotNegative("syslogclient", "ShutdownTimeout", c.ShutdownTimeout),
	); err != nil {
		return err
	}
	configerror.SetDefault(&c.Alias, DefaultAlias)
	configerror.SetDefault(&c.MaxLength, DefaultMaxLength)
	configerror.SetDefault(&c.MaxPending, DefaultMaxPending)
	configerror.SetDefault(&c.Timeout, DefaultTimeout)
	configerror.SetDefault(&c.ShutdownTimeout, DefaultShutdownTimeout)
	if c.Backoff.Min == 0 {
		c.Backoff = DefaultBackoff
	}
	c.setPeer()
	return nil
}

func (c *Config) datagrams() bool { return c.Type == "udp" || c.Type == "unixgram" }

func (c *Config) unix() bool { return c.Type == "unix" || c.Type == "unixgram" }

func (c *Config) setPeer() {
	if c.unix() {
		configerror.SetDefault(&c.RemoteAddress, DefaultPath)
		c.RemotePort = 0
		return
	}
	configerror.SetDefault(&c.RemoteAddress, DefaultAddress)
	if c.TLS != nil {
		configerror.SetDefault(&c.RemotePort, DefaultTLSPort)
	}
	configerror.SetDefault(&c.RemotePort, DefaultPort)
}

// origin is what messages say about where they come from. Its fields are exported for
// a recording, whose replay is another process, maybe on another host.
type origin struct{ Hostname, AppName, ProcID string }

func (c *Config) setOrigin(k *kernel.Kernel) {
	here, _ := kernel.Recorded(k, "origin of messages", func() (o origin, err error) {
		o.AppName, o.ProcID = filepath.Base(os.Args[0]), strconv.Itoa(os.Getpid())
		o.Hostname, _ = os.Hostname() // a message need not have one
		return o, nil
	})
	configerror.SetDefault(&c.Facility, syslog.User)
	configerror.SetDefault(&c.AppName, here.AppName)
	configerror.SetDefault(&c.ProcID, here.ProcID)
	if !c.unix() {
		configerror.SetDefault(&c.Hostname, here.Hostname)
	}
}

var states = session.States[Client]{
	"_start":   func(c *Client, e kernel.Event) { c.service.Start(e, "syslog messages", c.close, c.open) },
	"_stop":    func(*Client, kernel.Event) {},
	"_child":   func(*Client, kernel.Event) {},
	"send":     (*Client).sendEvent,
	"shutdown": func(c *Client, _ kernel.Event) { c.Shutdown() },
	"deadline": func(c *Client, _ kernel.Event) { c.deadline = 0; c.end() },
}

// open makes the socket or the connection.
func (c *Client) open(kernel.Event) (err error) {
	domain, config := socketfactory.Inet, &c.config
	if config.unix() && config.Dial == nil {
		domain = socketfactory.Unix
	}
	if config.datagrams() {
		c.sender = transport.NewDatagrams(&c.service, &c.queue, socketfactory.Config{
			Domain: domain, RemoteAddress: config.RemoteAddress, RemotePort: config.RemotePort, ConnectTimeout: config.Timeout,
		}, config.Handle, config.Backoff)
		return nil
	}
	c.sender, err = transport.NewStream(&c.service, &c.queue, clienttcp.Config{
		Domain: domain, RemoteAddress: config.RemoteAddress, RemotePort: config.RemotePort, TLS: config.TLS, Dial: config.Dial,
		ConnectTimeout: config.Timeout, Timeouts: clienttcp.Timeouts{Write: config.Timeout}, Backoff: config.Backoff,
	})
	return err
}

// sendEvent handles "send".
func (c *Client) sendEvent(e kernel.Event) {
	m := syslog.Message{Severity: syslog.Notice}
	ok := true
	switch v := e.Arg(0).(type) {
	case syslog.Message:
		m = v
	case *syslog.Message:
		if ok = v != nil; ok {
			m = *v
		}
	case string:
		m.Text = v
	case syslog.Severity:
		m.Severity = v
		m.Text, ok = kernel.ArgOK[string](e, 1)
	default:
		ok = false
	}
	err := fmt.Errorf("syslogclient: send needs a message: %w", kernel.ErrInvalid)
	if ok {
		err = c.Send(m)
	}
	if err != nil {
		e.Return(err)
		if !errors.Is(err, ErrPending) { // there was a warning
			c.k.Host().Logger().Warn(err.Error(), "sender", e.Sender)
		}
	}
}

// Send sends or queues a message. The error is ErrPending, ErrShutdown,
// ErrTooLong, or that of encoding the message. POE: the event "send".
func (c *Client) Send(m syslog.Message) error {
	if c.over {
		return ErrShutdown
	}
	if !c.config.AsIs {
		c.fill(&m)
	}
	encoded, err := c.encode(&m)
	if err != nil {
		return err
	}
	if err := c.queue.Add(encoded); err != nil {
		return err
	}
	c.service.In(func(kernel.Event) { c.sender.Flush() })
	return nil
}

// fill sets the fields that a message does not have.
func (c *Client) fill(m *syslog.Message) {
	m.Format = c.config.Format
	configerror.SetDefault(&m.Facility, c.config.Facility)
	configerror.SetDefault(&m.Hostname, c.config.Hostname)
	configerror.SetDefault(&m.AppName, c.config.AppName)
	configerror.SetDefault(&m.ProcID, c.config.ProcID)
	if m.Time.IsZero() {
		m.Time = c.k.Now()
	}
}

// encode makes what is sent of a message, with its framing.
func (c *Client) encode(m *syslog.Message) ([]byte, error) {
	if c.framing != nil {
		return c.framing.Append(nil, m)
	}
	encoded, err := m.Append(nil)
	if err == nil && len(encoded) > c.config.MaxLength {
		err = ErrTooLong
	}
	return encoded, err
}

// fail reports an error.
func (c *Client) fail(err error) {
	if c.config.Error != nil {
		c.service.In(func(kernel.Event) { c.config.Error(err) })
		return
	}
	c.k.Host().Logger().Warn("syslogclient: messages cannot be sent", "server", c.config.RemoteAddress, "error", err)
}

// Stats returns the statistics.
func (c *Client) Stats() Stats {
	return Stats{Sent: c.queue.Sent, Dropped: c.queue.Dropped, Pending: c.queue.Len()}
}

// Shutdown sends the messages that wait, for at most Config.ShutdownTimeout,
// and ends the component. The event "shutdown" does the same.
func (c *Client) Shutdown() {
	if c.over {
		return
	}
	c.over = true
	c.service.In(func(e kernel.Event) {
		_ = e.AliasRemove(c.config.Alias)
		c.deadline, _ = e.DelaySet("deadline", c.config.ShutdownTimeout)
		c.finish()
	})
}

// finish ends the component once nothing waits, in its session.
func (c *Client) finish() {
	if c.over && c.queue.Len() == 0 && c.sender.Idle() {
		c.end()
	}
}

// end ends the component, whatever waits.
func (c *Client) end() {
	c.service.RemoveAlarm(&c.deadline)
	c.queue.Clear()
	c.sender.Close()
}

// close ends the connection of a component that ends by force.
func (c *Client) close() {
	c.over = true
	if c.sender != nil {
		c.sender.Close()
	}
}
