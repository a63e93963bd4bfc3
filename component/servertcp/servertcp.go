// Package servertcp is a TCP server behind a few callbacks:
// POE::Component::Server::TCP.
//
// A server is a session that listens, the listener, and a session for each
// connection. The callbacks whose names begin with Client run in a connection's
// session and get a [Client], the others in the listener's and get a
// [Listener]; each is both the session's heap and the current event.
//
//	k := kernel.New()
//	_, err := servertcp.Listen(k, servertcp.Config{
//		Alias: "chargen", Address: "127.0.0.1", Port: 12345,
//		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }),
//	})
//
// The server can be stopped from anywhere by its alias:
//
//	k.Post(kernel.Alias("chargen"), "shutdown")
//
// which closes the listening socket and removes the alias. Open connections
// continue; the listener's session ends after the last of them.
package servertcp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"github.com/gopoe/poe/component/internal/ratelimit"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/turns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Config configures a server. Exactly one of ClientInput, Dialogue and Acceptor
// is required; other callbacks may be nil.
type Config struct {
	// Alias is the name by which other sessions reach the listener. If empty,
	// no alias is set.
	Alias string
	// Address is the local address, host name, or path of a unix socket; if
	// empty, the server listens on all addresses of the host. If Port is 0, the
	// system chooses a port.
	Address string
	Port    int
	// Service, if not empty, names the port instead: "http".
	Service string
	// Domain is the address family; the zero value is socketfactory.Inet.
	Domain socketfactory.Domain
	// ListenQueue is how many connections may wait to be accepted; 0 means
	// socketfactory.DefaultListenQueue.
	ListenQueue int
	// Socket are options of the listening socket and, through it, of the
	// connections.
	Socket socketfactory.Options
	// Listener is a handle that listens already, instead of an address; the
	// server owns it.
	Listener *kernel.Handle
	// ExtraAddresses are further addresses to listen at. Either all addresses
	// are bound or none is.
	ExtraAddresses []Address

	// MaxClients is how many connections may be open; further ones wait in the
	// system's queue. 0 means no limit. POE: Concurrency, where -1 means no
	// limit.
	MaxClients int
	// Paused starts the server without accepting connections: they wait in the
	// system's queue until the event "set_concurrency" sets how many may be
	// open. POE: Concurrency => 0.
	Paused bool
	// Limits bounds the resources that peers may use, Timeouts the time for
	// which they may keep the server waiting. TLS encrypts the connections, and
	// Proxy names the proxies that announce their clients.
	Limits   Limits
	Timeouts Timeouts
	TLS      TLS
	Proxy    Proxy

	// Started is called in the listener's _start, Stopped in its _stop.
	// ListenerArgs are the arguments of _start.
	Started      func(l *Listener)
	Stopped      func(l *Listener)
	ListenerArgs []any
	// Error is called with the errors of the listening socket: "bind", "accept"
	// and so on; see ClassOf. If nil, the error is logged, and the listening
	// sockets are closed if its class is Fatal.
	Error func(l *Listener, err *kernel.OpError)
	// Refused, if not nil, is called with a connection that exceeds
	// Limits.PerPeer, before the server closes it. why is ErrPeerLimit.
	Refused func(l *Listener, s socketfactory.Socket, why error)
	// Acceptor, if not nil, is called in the listener's session with every
	// connection, instead of a session being created for it. The callback owns
	// the handle. The Client callbacks cannot be used with it.
	Acceptor func(l *Listener, s socketfactory.Socket)

	// ClientPreConnect, if not nil, is called before a connection has a wheel.
	// It returns the handle to use, the given one or another; if it returns
	// nil, the connection is closed. Unless it returns h, h is closed: another
	// handle must have taken over the connection by h.NetConn.
	ClientPreConnect func(c *Client, h *kernel.Handle) *kernel.Handle
	// ClientConnected is called when a connection has its wheel. Its Args are
	// ClientArgs.
	ClientConnected func(c *Client)
	ClientArgs      []any
	// ClientSecured is called when StartTLS has succeeded; Client.TLS is then
	// set.
	ClientSecured func(c *Client)
	// ClientDrain is called when the server drains. If nil, the connection is
	// shut down.
	ClientDrain func(c *Client)
	// ClientInput is called with every record, see Input. It is required unless
	// Dialogue or Acceptor is set.
	ClientInput InputHandler
	// Dialogue, instead of ClientInput, handles the whole conversation with a
	// client. It is called after ClientConnected. When it returns, the
	// connection is shut down; an error other than that of the connection is
	// passed to ClientError, with the operation "dialogue".
	Dialogue func(d *Dialogue) error
	// ClientFlushed is called when all pending output has been written.
	ClientFlushed func(c *Client)
	// ClientError is called with errors of the connection, and with the end of
	// its input: "read" with io.EOF. If nil, errors are logged, except io.EOF
	// and ECONNRESET of "read", "handshake" and "proxy". The connection is then
	// shut down unless ClientKeepOnError is set; without a ClientError it is
	// shut down at the end of its input in any case.
	ClientError func(c *Client, err *kernel.OpError)
	// ClientDisconnected is called when a connection for which ClientConnected
	// was due has ended. Client.Wheel is not closed yet; it is nil if the
	// handshake of StartTLS has failed.
	ClientDisconnected func(c *Client)
	// ClientHigh and ClientLow are called when pending output reaches the mark
	// High and falls back to Low.
	ClientHigh func(c *Client)
	ClientLow  func(c *Client)
	// Marks are these marks, in bytes. Marks and both callbacks must be set
	// together.
	Marks readwrite.Marks
	// EagerOutput writes what the callbacks for the records of one read have
	// put as soon as the last of them has returned, see
	// readwrite.Config.EagerOutput. ClientFlushed is then called before events
	// that they have posted are dispatched. It may reduce throughput: a peer
	// that waits for each answer wakes up more often.
	EagerOutput bool
	// ClientKeepOnError keeps a connection open after an error; ClientError
	// then decides whether to end it. POE: ClientShutdownOnError => 0.
	ClientKeepOnError bool

	// ClientFilter returns a new filter for a connection. ClientInputFilter and
	// ClientOutputFilter, which must be set together, return one for each
	// direction; ClientFilter is then ignored, and a warning is logged. If all
	// are nil, connections have a line filter with lines of up to DefaultLine
	// bytes.
	ClientFilter       func() filter.Filter
	ClientInputFilter  func() filter.Filter
	ClientOutputFilter func() filter.Filter

	// InlineStates are further handlers of the connections' sessions;
	// session.Bind makes them of the methods of an object. They replace the
	// server's own handlers of the same names ("tcp_server_got_input",
	// "shutdown" ...). POE: InlineStates, ObjectStates and PackageStates.
	InlineStates session.Funcs

	// ListenerOptions and ClientOptions are the options of the listener's
	// session and of the connections' sessions. POE: SessionParams.
	ListenerOptions map[string]any
	ClientOptions   map[string]any

	// SessionType, if not nil, wraps the sessions of the listener and of the
	// connections in a type of the program; see session.Config.Type.
	SessionType func(s *session.Session) kernel.Session

	// OnPanic selects what happens after a panic in a Client callback.
	OnPanic PanicPolicy

	direct *readwrite.Funcs // how wheels report without events
	shard  *shard           // if connections are handed over
}

// New starts a server and returns its listener. An invalid configuration is a
// *kernel.ConfigError. An error of binding a socket is reported to
// Config.Error, after Started, as in POE; Listen returns it instead.
func New(k *kernel.Kernel, c Config) (*Listener, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Dialogue != nil {
		c.ClientInput = Input(func(*Client, any) {}) // until the dialogue begins
	}
	if c.OnPanic == PanicCloseClient {
		c.InlineStates = guardStates(c.InlineStates)
	}
	c.setDirect()
	if c.ClientFilter != nil && c.ClientInputFilter != nil {
		k.Host().Logger().Warn("servertcp: ClientFilter is ignored with ClientInputFilter and ClientOutputFilter")
		c.ClientFilter = nil
	}
	l := &Listener{config: &c, Concurrency: c.concurrency()}
	l.work.kernels, l.clientArgs = turns.Of(k), c.ClientArgs
	l.limiter.read, l.limiter.write = ratelimit.NewBucket(c.Limits.TotalReadRate), ratelimit.NewBucket(c.Limits.TotalWriteRate)
	l.memory.limit = defaulted(c.Limits.Memory, DefaultMemory)
	l.backpressure = defaulted(c.Limits.Backpressure, DefaultBackpressure)
	s, err := session.New(k, session.Config[Listener]{Heap: l, States: listenerStates, Args: c.ListenerArgs, Options: c.ListenerOptions, Type: c.SessionType})
	if err != nil {
		return nil, err
	}
	l.id = s.ID()
	return l, nil
}

// Listen is New, but binds the sockets first and returns the error, a
// *kernel.OpError, if that fails. It may block while a name is looked up.
func Listen(k *kernel.Kernel, c Config) (*Listener, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.open(); err != nil {
		return nil, err
	}
	var addrs []net.Addr
	for _, a := range append([]Address{c.first()}, c.ExtraAddresses...) {
		addr, err := listensAt(a.Listener)
		if err != nil {
			c.closeListeners()
			return nil, err
		}
		addrs = append(addrs, addr)
	}
	l, err := New(k, c)
	if err != nil {
		c.closeListeners()
		return nil, err
	}
	l.addrs = addrs
	return l, nil
}

// closeListeners closes the sockets that open has opened.
func (c *Config) closeListeners() {
	for _, a := range append([]Address{c.first()}, c.ExtraAddresses...) {
		a.Listener.Close()
	}
}

// listensAt returns the address of a listening socket, or the error of
// getsockname.
func listensAt(h *kernel.Handle) (net.Addr, error) {
	if addr := h.LocalAddr(); addr != nil {
		return addr, nil
	}
	err := error(syscall.EIO)
	if fd := h.Fd(); fd >= 0 {
		if _, failed := syscall.Getsockname(socketNumber(fd)); failed != nil {
			err = failed
		}
	}
	return nil, &kernel.OpError{Op: "getsockname", Err: err}
}

// concurrency is how many connections there may be, as POE counts it.
func (c *Config) concurrency() int {
	switch {
	case c.Paused:
		return 0
	case c.MaxClients == 0:
		return -1
	}
	return c.MaxClients
}

// check finds what is wrong with the configuration.
func (c *Config) check() error {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "servertcp", Field: field, Err: errors.New(what)}
	}
	switch {
	case c.Dialogue != nil && (c.ClientInput != nil || c.Acceptor != nil):
		return wrong("Dialogue", "excludes ClientInput and Acceptor")
	case c.Acceptor == nil && c.ClientInput == nil && c.Dialogue == nil:
		return wrong("ClientInput", "is required, or Dialogue, or Acceptor")
	case c.Acceptor != nil && c.ClientInput != nil:
		return wrong("ClientInput", "excludes Acceptor")
	case c.MaxClients < 0:
		return wrong("MaxClients", fmt.Sprintf("%d is negative; 0 is no limit", c.MaxClients))
	case (c.ClientInputFilter == nil) != (c.ClientOutputFilter == nil):
		return wrong("ClientInputFilter", "and ClientOutputFilter need each other")
	}
	for _, check := range []func(func(field, what string) error) error{c.checkMarks, c.checkBounds, c.checkAddresses} {
		if err := check(wrong); err != nil {
			return err
		}
	}
	if c.Acceptor != nil {
		if field := c.clientField(); field != "" {
			return wrong(field, "is not permitted with Acceptor")
		}
	}
	return nil
}

// checkBounds finds limits and times below 0, and TLS that cannot work.
func (c *Config) checkBounds(wrong func(field, what string) error) error {
	t, l := &c.Timeouts, &c.Limits
	switch {
	case min(t.Handshake, t.Login, t.Idle, t.Read) < 0:
		return wrong("Timeouts", "must not be negative; 0 is forever")
	case t.Write < 0 && t.Write != Forever:
		return wrong("Timeouts", "Write must not be negative, except for Forever")
	case min(l.PerPeer, l.AcceptRate, l.Output, l.ReadRate, l.WriteRate, l.TotalReadRate, l.TotalWriteRate) < 0:
		return wrong("Limits", "must not be negative; 0 is no limit")
	case min(l.Backpressure, l.Memory) < Unlimited:
		return wrong("Limits", "Backpressure and Memory must not be negative, except for Unlimited")
	case slices.ContainsFunc(c.Proxy.Trusted, func(n netip.Prefix) bool { return !n.IsValid() }):
		return wrong("Proxy", "Trusted has a network that is none")
	case c.TLS.OnDemand && c.TLS.Config == nil:
		return wrong("TLS", "OnDemand needs a Config")
	case c.TLS.Config != nil && len(c.TLS.Config.Certificates) == 0 && c.TLS.Config.GetCertificate == nil && c.TLS.Config.GetConfigForClient == nil:
		return wrong("TLS", "Config has no certificate")
	}
	return nil
}

func (c *Config) checkMarks(wrong func(field, what string) error) error {
	set := 0
	for _, is := range []bool{c.Marks.High != 0, c.Marks.Low != 0, c.ClientHigh != nil, c.ClientLow != nil} {
		if is {
			set++
		}
	}
	switch {
	case set != 0 && set != 4:
		return wrong("Marks", "High, Low, ClientHigh and ClientLow need each other")
	case set == 4 && (c.Marks.High < 0 || c.Marks.Low < 0):
		return wrong("Marks", "High and Low must be above 0")
	}
	return nil
}

// clientField names a field that makes no sense without ClientInput.
func (c *Config) clientField() string {
	for _, f := range []struct {
		name string
		set  bool
	}{
		{"ClientPreConnect", c.ClientPreConnect != nil}, {"ClientConnected", c.ClientConnected != nil},
		{"ClientDisconnected", c.ClientDisconnected != nil}, {"ClientError", c.ClientError != nil},
		{"ClientFlushed", c.ClientFlushed != nil}, {"EagerOutput", c.EagerOutput}, {"ClientHigh", c.ClientHigh != nil}, {"ClientLow", c.ClientLow != nil},
		{"ClientFilter", c.ClientFilter != nil}, {"ClientInputFilter", c.ClientInputFilter != nil},
		{"ClientSecured", c.ClientSecured != nil}, {"ClientDrain", c.ClientDrain != nil}, {"TLS", c.TLS.Config != nil},
		{"Timeouts", c.Timeouts != Timeouts{}}, {"Limits.Output", c.Limits.Output != 0}, {"Limits.Memory", c.Limits.Memory != 0}, {"Limits.Backpressure", c.Limits.Backpressure != 0}, {"Limits.PerPeer", c.Limits.PerPeer != 0},
		{"Limits.ReadRate", max(c.Limits.ReadRate, c.Limits.TotalReadRate) != 0}, {"Limits.WriteRate", max(c.Limits.WriteRate, c.Limits.TotalWriteRate) != 0},
		{"InlineStates", c.InlineStates != nil}, {"Proxy", c.Proxy.Local || len(c.Proxy.Trusted) > 0},
	} {
		if f.set {
			return f.name
		}
	}
	return ""
}
