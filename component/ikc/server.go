package ikc

import (
	"errors"
	"net"
	"slices"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// ServerConfig specifies where other kernels connect to this one. An Address or
// a Listener is required, since anyone who can connect can reach what is
// published.
type ServerConfig struct {
	// Address is the local address, or the path of a unix socket with that
	// Domain; "0.0.0.0" is any address. If Port is 0, the system chooses a
	// port.
	Address string
	Port    int
	Domain  socketfactory.Domain
	// Listener is a handle that listens already; the server owns it.
	Listener *kernel.Handle
	// TLS encrypts the connections; Perl's IKC does not support it. OnDemand
	// must not be set. Limits are those of servertcp; Config.MaxKernels is the
	// limit of connections in total.
	TLS    servertcp.TLS
	Limits servertcp.Limits
	// OnError is called with errors of the listening socket. If nil, they are
	// logged, and an error that servertcp.ClassOf calls Fatal closes the
	// socket.
	OnError func(err error)
}

// Server is a listening socket.
type Server struct{ listener *servertcp.Listener }

// Addr returns the address at which it listens, nil once it has stopped
// listening.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Shutdown stops listening. Open connections continue.
func (s *Server) Shutdown() {
	if k := s.listener.ID().Kernel(); k != nil {
		// One that has stopped needs no shutdown.
		_ = k.Post(s.listener.ID(), "shutdown")
	}
}

// Listen lets other kernels connect. The error is a *kernel.ConfigError, a
// *kernel.OpError of binding the address, or wraps ErrShutdown. POE:
// POE::Component::IKC::Server.
func (r *Responder) Listen(c ServerConfig) (*Server, error) {
	switch {
	case r.closed:
		return nil, callError("Listen", c.Address, ErrShutdown)
	case c.Address == "" && c.Listener == nil:
		return nil, configError("Address", errors.New("is required"))
	case c.TLS.OnDemand:
		return nil, configError("TLS", errors.New("IKC has no command for OnDemand"))
	}
	config := servertcp.Config{
		Address: c.Address, Port: c.Port, Domain: c.Domain, Listener: c.Listener, TLS: c.TLS, Limits: c.Limits,
		ClientFilter:    newLines,
		ClientConnected: r.accepted,
		ClientInput:     servertcp.Input(func(c *servertcp.Client, record any) { served(c, func(ch *channel) { ch.received(record) }) }),
		ClientError: func(c *servertcp.Client, err *kernel.OpError) {
			served(c, func(ch *channel) { ch.connectionError(err) })
		},
		ClientDisconnected: func(c *servertcp.Client) { served(c, func(ch *channel) { ch.over(ErrGone) }) },
		Stopped: func(l *servertcp.Listener) {
			r.listeners = slices.DeleteFunc(r.listeners, func(o *servertcp.Listener) bool { return o == l })
		},
	}
	if c.OnError != nil {
		config.Error = func(_ *servertcp.Listener, err *kernel.OpError) { c.OnError(err) }
	}
	l, err := servertcp.Listen(r.k, config)
	if err != nil {
		return nil, err
	}
	r.listeners = append(r.listeners, l)
	return &Server{l}, nil
}

// served runs f for the channel of a connection, unless it had to be refused.
func served(c *servertcp.Client, f func(ch *channel)) {
	if ch, ok := c.Heap.(*channel); ok {
		f(ch)
	}
}

// accepted takes a new connection on.
func (r *Responder) accepted(c *servertcp.Client) {
	ch := &channel{wheel: c.Wheel, shutdown: c.Shutdown}
	if c.RemoteAddr.IsValid() {
		ch.peer = c.RemoteAddr.String()
	}
	if err := r.open(ch); err != nil {
		r.problem(ErrorChannel, "*", err)
		c.Shutdown()
		return
	}
	c.Heap = ch
	r.negotiate(ch, false, IKC0)
}
