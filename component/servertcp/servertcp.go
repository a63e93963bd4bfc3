// Package servertcp is a TCP server behind a few callbacks:
// POE::Component::Server::TCP.
//
// A server is a session that listens, the listener, and a session for each
// connection. The callbacks whose names begin with Client run in a
// connection's session and get a [Client], the others in the listener's and
// get a [Listener]; both are the session's heap and the current event in one.
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
// live on; the listener's session ends after the last of them.
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
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Config configures a server. One of ClientInput, Dialogue and Acceptor is
// required.
type Config struct {
	// Alias is the name by which other sessions reach the listener.
	Alias string
	// Address is the local address, host name, or path of a unix socket; empty
	// is any address of the host. Port 0 lets the system choose.
	Address string
	Port    int
	// Service names the port instead: "http".
	Service string
	// Domain is the family of addresses.
	Domain socketfactory.Domain
	// ListenQueue is how many connections may wait to be accepted.
	ListenQueue int
	// Socket are options of the listening socket and, through it, of the
	// connections.
	Socket socketfactory.Options
	// Listener is a handle that listens already; the server owns it.
	Listener *kernel.Handle
	// ExtraAddresses are more addresses. All are bound, or none is.
	ExtraAddresses []Address

	// MaxClients is how many connections may be open; further ones wait in the
	// system's queue. 0 is no limit. POE: Concurrency, where -1 is no limit.
	MaxClients int
	// Paused begins without accepting anybody: connections wait in the system's
	// queue until the event "set_concurrency" says how many may come.
	// POE: Concurrency => 0.
	Paused bool
	// Limits are further limits, Timeouts bound waiting for a peer, TLS
	// encrypts, Proxy names the proxies that announce their peers.
	Limits   Limits
	Timeouts Timeouts
	TLS      TLS
	Proxy    Proxy

	// Started is called in the listener's _start, Stopped in its _stop.
	// ListenerArgs are the arguments of _start.
	Started      func(l *Listener)
	Stopped      func(l *Listener)
	ListenerArgs []any
	// Error gets the errors of the listening socket: "bind", "accept" and
	// so on; ClassOf says how bad it is. Nil warns and drops the listener.
	Error func(l *Listener, err *kernel.OpError)
	// Refused gets a connection that is closed because of Limits.PerPeer,
	// before it is closed.
	Refused func(l *Listener, s socketfactory.Socket, why error)
	// Acceptor gets every connection, in the listener's session, instead of a
	// session being made for it. The callback owns the handle. The Client
	// callbacks cannot be used with it.
	Acceptor func(l *Listener, s socketfactory.Socket)

	// ClientPreConnect is called before a connection has a wheel. It returns
	// the handle to use, the given one or another; nil refuses the connection.
	ClientPreConnect func(c *Client, h *kernel.Handle) *kernel.Handle
	// ClientConnected is called when a connection has its wheel; ClientArgs are
	// its arguments.
	ClientConnected func(c *Client)
	ClientArgs      []any
	// ClientSecured is called when StartTLS has succeeded; Client.TLS then has
	// what was agreed.
	ClientSecured func(c *Client)
	// ClientDrain is called when the server drains. Nil shuts the connection
	// down.
	ClientDrain func(c *Client)
	// ClientInput is called with every record, see Input. Required without
	// Dialogue and Acceptor.
	ClientInput InputHandler
	// Dialogue is the whole conversation with a client, instead of ClientInput;
	// it begins after ClientConnected. When it returns the connection is shut
	// down; an error that is not the connection's own goes to ClientError,
	// with the operation "dialogue".
	Dialogue func(d *Dialogue) error
	// ClientFlushed is called when all output is written.
	ClientFlushed func(c *Client)
	// ClientError gets errors, and the end of the input: "read" with
	// io.EOF. Nil warns about anything but that, a reset, and the same during a
	// handshake. Unless
	// ClientKeepOnError is set the connection is then shut down.
	ClientError func(c *Client, err *kernel.OpError)
	// ClientDisconnected is called when a connection is over, while its wheel
	// is still there.
	ClientDisconnected func(c *Client)
	// ClientHigh and ClientLow are called at the water marks.
	ClientHigh func(c *Client)
	ClientLow  func(c *Client)
	// Marks are the water marks; both callbacks are needed with them.
	Marks readwrite.Marks
	// EagerOutput writes what the callbacks for the records of one read have put
	// as soon as the last of them has returned, see readwrite.Config.EagerOutput.
	// ClientFlushed then comes before events that they have posted. Measure
	// whether it pays: a peer that waits for each answer is woken more often.
	EagerOutput bool
	// ClientKeepOnError keeps a connection after an error; it is then up to
	// ClientError to end it. POE: ClientShutdownOnError => 0.
	ClientKeepOnError bool

	// ClientFilter makes the filter of a connection, or ClientInputFilter and
	// ClientOutputFilter one for each direction; with these the first is
	// ignored, and a warning says so. Nil makes lines.
	ClientFilter       func() filter.Filter
	ClientInputFilter  func() filter.Filter
	ClientOutputFilter func() filter.Filter

	// InlineStates are more handlers of the connections' sessions. Handlers of
	// objects are made with session.Bind. They win over the server's own of the
	// same name ("tcp_server_got_input", "shutdown" ...).
	// POE: InlineStates, ObjectStates and PackageStates.
	InlineStates session.Funcs

	// ListenerOptions and ClientOptions are options of the sessions.
	// POE: SessionParams.
	ListenerOptions map[string]any
	ClientOptions   map[string]any

	// SessionType makes sessions of a type of one's own, the listener's and the
	// connections', see session.Config.Type. Nil are sessions as they are.
	SessionType func(s *session.Session) kernel.Session

	// OnPanic selects what becomes of a panic in a Client callback.
	OnPanic PanicPolicy

	direct *readwrite.Funcs // how wheels report without events
	shard  *shard           // if connections are handed over
}

// New starts a server and returns its listener. A configuration that makes no
// sense is a *kernel.ConfigError. That a socket cannot be bound is reported to
// Error, after Started, as in POE; Listen returns it.
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

// Listen is New, but binds the socket first and returns the error if that
// fails. It may wait for a name to be looked up.
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
