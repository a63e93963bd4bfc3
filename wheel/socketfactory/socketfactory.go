// Package socketfactory is the wheel that makes sockets: it listens and hands
// out the connections that come, or connects and hands out the connection that
// was made. POE::Wheel::SocketFactory.
//
// Making a wheel never waits and fails only for a configuration that makes no
// sense. What the system refuses, a port in use or a connection, is reported
// by the failure event, after New has returned. The wheel keeps the session
// that made it alive until it is closed; one that connects, only until it has
// reported.
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
	// ListenQueue is how many connections may wait, the backlog; 0 is
	// DefaultListenQueue.
	ListenQueue int
	// Batch is the most connections that are accepted in one turn, before the
	// events that are queued; 0 is 1, which is POE's order.
	Batch int
	// Reuse allows a local address whose old connections have not quite ended.
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
	// minutes.
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

	// Events selects how the wheel reports. Both events are required.
	Events Events

	local []netip.AddrPort // the local addresses of a connection, when known
}

// Wheel is one socket factory.
//
// A failure to make or to connect a socket ends its work. An error of accept is
// reported and does not: after a wait of up to a second the wheel accepts again.
// That is so for a lack of descriptors or memory (EMFILE, ENFILE, ENOBUFS,
// ENOMEM), for a firewall's refusal (EPERM), and for errors of one connection
// (EPROTO and others). Only if the socket turns out not to listen (EBADF,
// EINVAL, ENOTSOCK), or is closed, nothing more is accepted, which is
// also logged as a warning. [Temporary] distinguishes the two.
type Wheel struct {
	// Heap is whatever the owner wants to find in functions that get the wheel.
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

// New makes a wheel of the active session. The error is a *kernel.ConfigError
// that names the field.
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

// Check finds what is wrong with the configuration, as New would, without
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
// the system has chosen: of one that listens, of one for datagrams, and of one
// that is being connected. It is nil while there is none, such as while a name
// is looked up, and when a connection has been made or the socket was closed.
// POE: getsockname.
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

// PauseAccept stops accepting; connections wait in the system's queue.
func (w *Wheel) PauseAccept() {
	if w.acceptor != nil {
		w.acceptor.Pause()
	}
}

// ResumeAccept continues accepting.
func (w *Wheel) ResumeAccept() {
	if w.acceptor != nil {
		w.acceptor.Resume()
	}
}

// Close ends the wheel: a listening socket is closed, a connection that is
// being made is given up, without an event. Sockets that were handed out are
// not touched. Closing again does nothing.
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

// Abort is Close: this wheel has nothing to drop.
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
