package ikc

import (
	"errors"
	"net"
	"slices"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// ServerConfig specifies where other kernels connect to this one. An Address is
// required, or a Listener: anyone who can connect can reach what is published.
type ServerConfig struct {
	// Address is the local address, or the path of a unix socket with that
	// Domain; "0.0.0.0" is any. Port 0 lets the system choose.
	Address string
	Port    int
	Domain  socketfactory.Domain
	// Listener is a handle that listens already; the server owns it.
	Listener *kernel.Handle
	// TLS encrypts the connections, which Perl's IKC does not know. Limits are
	// those of servertcp; Config.MaxKernels is the limit in total.
	TLS    servertcp.TLS
	Limits servertcp.Limits
	// OnError is notified of trouble with the listening socket; nil warns and
	// closes it.
	OnError func(err error)
}

// Server is a listening socket.
type Server struct{ listener *servertcp.Listener }

// Addr is the address that it listens at, nil once it does not.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Shutdown stops listening. Connections stay.
func (s *Server) Shutdown() {
	if k := s.listener.ID().Kernel(); k != nil {
		// One that has stopped needs no shutdown.
		_ = k.Post(s.listener.ID(), "shutdown")
	}
}

// Listen lets other kernels connect. The error is that of the configuration or
// of binding the address. POE::Component::IKC::Server.
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
		ClientInput:     servertcp.Input(func(c *servertcp.Client, record any) { served(c, func(ch *channel) { ch.take(record) }) }),
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
