// Package socketfactory is the wheel that makes sockets: it listens and passes
// on the connections that it accepts, or connects and passes on that
// connection. POE::Wheel::SocketFactory.
//
// New never waits, and fails only for a configuration that is not valid. Errors
// of the system, such as a port in use or a refused connection, are reported by
// the failure event, after New has returned. A wheel keeps the session that
// made it alive until it is closed; a wheel that connects does so only until it
// has reported.
//
// All methods belong to the kernel's goroutine. After Close they do nothing.
package socketfactory

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/acceptor"
	"github.com/gopoe/poe/wheel/internal/base"
)

var kind = base.NewKind("socketfactory")

var (
	errNoSuccess = errors.New("needs a success event")
	errNoFailure = errors.New("needs a failure event")
)

// Domain is a family of addresses. POE: SocketDomain.
type Domain int

// The domains.
const (
	// Inet is IPv4, or IPv6 if the address is one of IPv6.
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

// DefaultListenQueue is the most connections that wait to be accepted, unless
// configured otherwise; the system may allow fewer.
const DefaultListenQueue = 4096

// Config configures a wheel. With RemoteAddress it connects, else it listens,
// or with Datagram just opens a socket.
type Config struct {
	Domain Domain
	Type   Type
	// Protocol is "tcp", "udp" or empty, which leaves it to Type. "udp" sets
	// Type to Datagram. POE: SocketProtocol.
	Protocol string

	// BindAddress is the local address: an IP address, a host's name, or the
	// path of a unix socket ("@name" is an abstract one). Empty means any
	// address.
	BindAddress string
	// BindPort is the local port; 0 lets the system choose.
	BindPort int
	// BindService names the local port instead: "http".
	BindService string
	// ListenQueue is the most connections that may wait to be accepted, the
	// backlog; 0 means DefaultListenQueue.
	ListenQueue int
	// Batch is the most connections that are accepted in one turn, before the
	// events that are queued; 0 means 1, which is POE's order.
	Batch int
	// Reuse allows a local address which earlier connections in the state
	// TIME_WAIT still use.
	Reuse bool

	// RemoteAddress is the peer's address, host name or path. All addresses of
	// a name are tried, the next one when the one before has failed or takes
	// long (RFC 8305).
	RemoteAddress string
	// RemotePort is the peer's port, RemoteService its name.
	RemotePort    int
	RemoteService string
	// ConnectTimeout bounds a connection attempt, looking up the name included;
	// the failure is then syscall.ETIMEDOUT. 0 leaves it to the system. A unix
	// socket whose backlog is full is tried again until then, or for two
	// minutes if it is 0.
	ConnectTimeout time.Duration
	// AttemptDelay is how long one address is tried alone before the next one
	// is tried as well; 0 means 250 ms.
	AttemptDelay time.Duration

	// Options are options of the socket.
	Options Options

	// Listener is a handle that listens already, such as an inherited one; the
	// wheel then only accepts. It owns the handle.
	Listener *kernel.Handle

	// Resolver looks up names; nil means net.DefaultResolver.
	Resolver *net.Resolver

	// Events selects how the wheel reports. Both events are required.
	Events Events

	local []netip.AddrPort // the local addresses of a connection, when known
}

// Wheel makes sockets.
//
// A failure to make or to connect a socket ends the wheel's work. Most errors
// of accept do not: they are reported, and after up to a second the wheel
// accepts again. These are a lack of descriptors or memory (EMFILE, ENFILE,
// ENOBUFS, ENOMEM), refusal by a firewall (EPERM), and errors of a single
// connection (EPROTO and others). Only if the socket is not a listening one
// (EBADF, EINVAL, ENOTSOCK), or is closed, nothing more is accepted, which is
// also logged as a warning. [Temporary] distinguishes the two.
type Wheel struct {
	// Heap is for the program; the wheel does not use it.
	Heap any

	base   base.Base
	events base.Events[Names, Funcs]
	config Config

	listener *kernel.Handle
	datagram *kernel.Handle // a socket that needs no connection
	acceptor *acceptor.Acceptor
	dial     *dial
	lookup   *kernel.Job
	timeout  kernel.AlarmID

	handedOut bool // datagram belongs to the program
}

// New makes a wheel that belongs to the active session. The error is a
// *kernel.ConfigError that names the field, "Kernel" outside of any session.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &Wheel{config: c}
	w.events.Replace(c.Events, Names.funcs)
	if err := w.base.Init(k, kind, w); err != nil {
		return nil, err
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

// Check returns the error that New would return for the configuration, without
// making anything.
func (c Config) Check() error { return c.check() }

// check completes the configuration and finds what is wrong with it.
func (c *Config) check() error {
	var events base.Events[Names, Funcs]
	events.Replace(c.Events, Names.funcs)
	if err := missingEvent(events.Funcs); err != nil {
		return kind.ConfigError("Events", err)
	}
	switch c.Protocol {
	case "", "tcp":
	case "udp":
		c.Type = Datagram
	default:
		return wrong("Protocol", fmt.Sprintf("%q is not supported", c.Protocol))
	}
	return c.checkAddresses()
}

func wrong(field, what string) error { return kind.ConfigError(field, errors.New(what)) }

func (c *Config) checkAddresses() error {
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
	case c.Batch < 0:
		return wrong("Batch", fmt.Sprintf("%d is negative", c.Batch))
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
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// LocalAddr returns the local address of the wheel's socket, with the port that
// the system has chosen: that of a listening socket, of a datagram socket, or
// of one that is being connected. It returns nil while the wheel has no socket,
// for example while a name is looked up, and after a connection was made or the
// wheel was closed. POE: getsockname.
func (w *Wheel) LocalAddr() net.Addr {
	switch {
	case w.listener != nil:
		return w.listener.LocalAddr()
	case w.datagram != nil:
		return w.datagram.LocalAddr()
	case w.dial != nil && len(w.dial.open) > 0:
		return w.dial.open[0].h.LocalAddr()
	}
	return nil
}

// Handle returns the listening socket, nil if there is none.
func (w *Wheel) Handle() *kernel.Handle { return w.listener }

// PauseAccept stops accepting; connections wait in the system's queue. POE:
// pause_accept.
func (w *Wheel) PauseAccept() {
	if w.acceptor != nil {
		w.acceptor.Pause()
	}
}

// ResumeAccept undoes PauseAccept. POE: resume_accept.
func (w *Wheel) ResumeAccept() {
	if w.acceptor != nil {
		w.acceptor.Resume()
	}
}

// Close ends the wheel: a listening socket is closed, and a connection attempt
// is cancelled, without an event. Sockets that were passed on stay open.
// Closing again does nothing.
func (w *Wheel) Close() error {
	if !w.base.Close() {
		return nil
	}
	w.giveUp()
	w.stopAccepting()
	if w.datagram != nil && !w.handedOut {
		w.datagram.Close()
	}
	w.datagram = nil
	if w.listener == nil {
		return nil
	}
	l := w.listener
	w.listener = nil
	return l.Close()
}

// Abort is the same as Close.
func (w *Wheel) Abort() error { return w.Close() }

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// Detach ends the wheel but leaves its listening socket open and returns it,
// nil if there is none.
func (w *Wheel) Detach() *kernel.Handle {
	l := w.listener
	if w.base.Closed() || l == nil {
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
	w.base.Cancel(&w.timeout)
}
