// Package socketfactory is the wheel that makes sockets: it listens and hands
// out the connections that come, or connects and hands out the connection that
// was made. POE::Wheel::SocketFactory.
//
// Making a wheel never waits and fails only for a configuration that makes no
// sense. What the system refuses, a port in use or a connection, is reported
// by the failure event, after New has returned. The wheel keeps the session
// that made it alive until it is closed; one that connects lets go as soon as
// it has reported.
//
// All methods belong to the kernel's goroutine. After Close they do nothing.
package socketfactory

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/acceptor"
)

// Domain is a family of addresses. POE: SocketDomain.
type Domain int

// The domains.
const (
	// Inet is IPv4, and IPv6 where the address says so.
	Inet Domain = iota
	Inet6
	Unix
)

// Type is a kind of socket. POE: SocketType.
type Type int

// The types.
const (
	Stream Type = iota
	Datagram
)

// DefaultListenQueue is how many connections wait to be accepted when
// ListenQueue does not say; the system may allow fewer.
const DefaultListenQueue = 4096

// Config configures a wheel. With RemoteAddress it connects, else it listens,
// or with Datagram just opens a socket.
type Config struct {
	Domain Domain
	Type   Type
	// Protocol is "tcp", "udp" or empty: what Type says. "udp" makes Type
	// Datagram. POE: SocketProtocol.
	Protocol string

	// BindAddress is the local address: an IP address, a host's name, or the
	// path of a unix socket ("@name" is an abstract one). Empty is any.
	BindAddress string
	// BindPort is the local port; 0 lets the system choose.
	BindPort int
	// BindService names the local port instead: "http".
	BindService string
	// ListenQueue is how many connections may wait; 0 is DefaultListenQueue.
	ListenQueue int
	// Reuse allows a local address of which old connections are not quite gone.
	Reuse bool

	// RemoteAddress is the peer's address, host name or path. All addresses of
	// a name are tried, the next one when the one before has failed or takes
	// long (RFC 8305).
	RemoteAddress string
	// RemotePort is the peer's port, RemoteService its name.
	RemotePort    int
	RemoteService string
	// ConnectTimeout bounds a connection attempt, looking up the name included;
	// the failure is then syscall.ETIMEDOUT. 0 leaves it to the system.
	ConnectTimeout time.Duration
	// AttemptDelay is how long one address is tried alone before the next one
	// is tried as well; 0 is 250 ms.
	AttemptDelay time.Duration

	// Options are options of the socket.
	Options Options

	// Listener is a handle that listens already, such as an inherited one; the
	// wheel then only accepts, and owns it.
	Listener *kernel.Handle

	// Resolver looks names up; nil is Go's default one.
	Resolver *net.Resolver

	// Events says who is told. Both events are required.
	Events Events

	near []netip.AddrPort // the local addresses of a connection, when known
}

// Wheel is one socket factory.
type Wheel struct {
	k      *kernel.Kernel
	config Config
	owner  kernel.ID
	owned  kernel.Owned
	id     kernel.WheelID

	listener *kernel.Handle
	acceptor *acceptor.Acceptor
	dial     *dial
	lookup   *kernel.Job
	timeout  kernel.AlarmID
	closed   bool
}

// New makes a wheel of the active session. The error is a *kernel.ConfigError
// that names the field.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &Wheel{k: k, config: c, owner: k.ActiveSession(), id: k.Host().AllocateWheelID()}
	var err error
	if w.owned, err = k.Host().Own(w, "wheel/socketfactory"); err != nil {
		return nil, &kernel.ConfigError{Package: "socketfactory", Field: "Kernel", Err: err}
	}
	w.begin()
	return w, nil
}

// begin does what can be done at once.
func (w *Wheel) begin() {
	switch c := &w.config; {
	case c.Listener != nil:
		w.accepting(c.Listener)
	case c.RemoteAddress != "":
		w.connect()
	default:
		w.bind()
	}
}

// Check finds what is wrong with the configuration, as New would, without
// making anything.
func (c Config) Check() error { return c.check() }

// check completes the configuration and finds what is wrong with it.
func (c *Config) check() error {
	wrong := func(field, what string) error {
		return &kernel.ConfigError{Package: "socketfactory", Field: field, Err: errors.New(what)}
	}
	if missing := missingEvent(c.Events); missing != "" {
		return wrong("Events", missing)
	}
	switch c.Protocol {
	case "", "tcp":
	case "udp":
		c.Type = Datagram
	default:
		return wrong("Protocol", fmt.Sprintf("%q is not supported", c.Protocol))
	}
	return c.checkAddresses(wrong)
}

func (c *Config) checkAddresses(wrong func(field, what string) error) error {
	inet := c.Domain != Unix
	switch {
	case c.Domain < Inet || c.Domain > Unix:
		return wrong("Domain", fmt.Sprintf("%d is not supported", c.Domain))
	case c.RemoteAddress != "" && inet && c.RemotePort == 0 && c.RemoteService == "":
		return wrong("RemotePort", "is required with RemoteAddress")
	case c.BindPort < 0 || c.BindPort > 65535:
		return wrong("BindPort", fmt.Sprintf("%d is no port", c.BindPort))
	case c.RemotePort < 0 || c.RemotePort > 65535:
		return wrong("RemotePort", fmt.Sprintf("%d is no port", c.RemotePort))
	case !inet && c.RemoteAddress == "" && c.BindAddress == "" && c.Listener == nil:
		return wrong("BindAddress", "is required for a unix socket")
	case c.RemoteAddress == "" && (c.RemotePort != 0 || c.RemoteService != ""):
		return wrong("RemotePort", "needs a RemoteAddress")
	}
	if c.ListenQueue <= 0 {
		c.ListenQueue = DefaultListenQueue
	}
	if c.AttemptDelay <= 0 {
		c.AttemptDelay = 250 * time.Millisecond
	}
	return nil
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.id }

// LocalAddr returns the address of the wheel's own socket: the port that the
// system has chosen. It is nil while there is none. POE: getsockname.
func (w *Wheel) LocalAddr() net.Addr {
	if w.listener == nil {
		return nil
	}
	return w.listener.LocalAddr()
}

// Handle returns the listening socket, nil if there is none.
func (w *Wheel) Handle() *kernel.Handle { return w.listener }

// PauseAccept stops accepting; connections wait in the system's queue.
func (w *Wheel) PauseAccept() {
	if w.acceptor != nil {
		w.acceptor.Pause()
	}
}

// ResumeAccept goes on accepting.
func (w *Wheel) ResumeAccept() {
	if w.acceptor != nil {
		w.acceptor.Resume()
	}
}

// Close ends the wheel: a listening socket is closed, a connection that is
// being made is given up, without an event. Sockets that were handed out are
// not touched. Closing again does nothing.
func (w *Wheel) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.giveUp()
	w.stopAccepting()
	w.owned.Release()
	if w.listener == nil {
		return nil
	}
	l := w.listener
	w.listener = nil
	return l.Close()
}

// Detach ends the wheel but leaves its listening socket open and returns it,
// nil if there is none.
func (w *Wheel) Detach() *kernel.Handle {
	l := w.listener
	if w.closed || l == nil {
		return nil
	}
	w.stopAccepting()
	w.listener = nil
	w.Close()
	return l
}

func (w *Wheel) stopAccepting() {
	if w.acceptor != nil {
		w.acceptor.Stop()
		w.acceptor = nil
	}
}

// giveUp stops whatever is under way.
func (w *Wheel) giveUp() {
	if w.lookup != nil {
		w.lookup.Cancel()
		w.lookup = nil
	}
	if w.dial != nil {
		w.dial.stop()
		w.dial = nil
	}
	w.clearTimeout()
}

const eventName = "wheel/socketfactory"

// resolve finds the addresses of a host and calls done with them, at once for
// a literal address. Names are looked up on another goroutine.
func (w *Wheel) resolve(host, service string, port int, done func([]netip.AddrPort)) {
	addrs, known := literal(host, w.config.Domain)
	if known && service == "" {
		done(withPort(addrs, port))
		return
	}
	network := "ip4"
	if w.config.Domain == Inet6 {
		network = "ip6"
	} else if w.config.RemoteAddress != "" {
		network = "ip"
	}
	var err error
	w.lookup, err = w.k.Host().OffloadFunc(eventName+": look up", func(ctx context.Context) (any, error) {
		return lookUp(ctx, w.config, network, host, addrs, service, port)
	}, func(_ kernel.Event, found any, err error) {
		w.lookup = nil
		var failed *kernel.OpError
		switch {
		case w.closed:
		case errors.As(err, &failed):
			w.clearTimeout()
			w.failure(failed.Op, failed.Err)
		default:
			done(found.([]netip.AddrPort))
		}
	})
	if err != nil {
		w.failLater("getaddrinfo", err)
	}
}
