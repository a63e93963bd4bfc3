package socketfactory

import (
	"net"
	"net/netip"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/named"
)

// Events says who is told what came of it: [Names] or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events, as POE does.
type Names struct {
	// Success has as arguments the socket (a *kernel.Handle, which the session
	// owns from then on), the peer's address (a netip.Addr; for unix sockets a
	// string), its port (an int; nil for unix sockets), and the wheel's ID. A
	// datagram socket that is not connected has nil for both. POE: SuccessEvent
	Success string
	// Failure has operation, errno as an int, text, and the wheel's ID.
	// POE: FailureEvent
	Failure string
}

// Funcs tells it by functions, which run in the session that made the wheel.
type Funcs struct {
	Success func(w *Wheel, s Socket)
	Failure func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

// Socket is a socket that a wheel hands out, with its peer. Whoever gets it
// owns the handle.
type Socket struct {
	Handle *kernel.Handle
	Peer   netip.AddrPort // the zero value for unix and datagram sockets
	Path   string         // of the peer's unix socket
}

// SetEvents changes who is told. An empty name or nil function leaves the old
// one; where there is none, nothing changes. POE: event.
func (w *Wheel) SetEvents(e Events) {
	e = named.Over(w.config.Events, e)
	if missing := missingEvent(e); missing != "" {
		w.k.Host().Warn("socketfactory: events ignored", "wheel", w.id, "error", missing)
		return
	}
	w.config.Events = e
}

// missingEvent says what Events lack, if anything.
func missingEvent(e Events) string {
	switch e := e.(type) {
	case Names:
		if e.Success == "" {
			return "needs a success event"
		}
		if e.Failure == "" {
			return "needs a failure event"
		}
	case Funcs:
		if e.Success == nil {
			return "needs a success function"
		}
		if e.Failure == nil {
			return "needs a failure function"
		}
	default:
		return "is required"
	}
	return ""
}

// inOwner runs f in the session that made the wheel.
func (w *Wheel) inOwner(f func()) {
	if err := w.k.Host().CallFunc(w.owner, eventName, func(kernel.Event) { f() }); err != nil {
		w.k.Host().Warn("socketfactory: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}

// success hands out a socket.
func (w *Wheel) success(s Socket) {
	switch e := w.config.Events.(type) {
	case Funcs:
		w.inOwner(func() { e.Success(w, s) })
	case Names:
		addr, port := w.peerArgs(s)
		if _, err := w.k.Call(w.owner, e.Success, s.Handle, addr, port, w.id); err != nil {
			s.Handle.Close()
		}
	}
}

// peerArgs are the peer's address and port as the success event has them.
func (w *Wheel) peerArgs(s Socket) (addr, port any) {
	switch {
	case s.Peer.IsValid():
		return s.Peer.Addr(), int(s.Peer.Port())
	case w.config.RemoteAddress == "" && w.listener == nil: // bound, without a peer
		return nil, nil
	case w.config.Domain == Unix || isUnix(w.LocalAddr()): // an adopted listener has its own domain
		return s.Path, nil
	}
	return nil, nil
}

func isUnix(a net.Addr) bool {
	_, ok := a.(*net.UnixAddr)
	return ok
}

// failure reports trouble, now.
func (w *Wheel) failure(op string, err error) {
	e := &kernel.OpError{Op: op, Err: err, Wheel: w.id}
	switch events := w.config.Events.(type) {
	case Funcs:
		w.inOwner(func() { events.Failure(w, e) })
	case Names:
		// The session exists: it owns the wheel.
		_, _ = w.k.Call(w.owner, events.Failure, e.Args()...)
	}
}

// later queues f for the session, so that nothing is reported before New has
// returned.
func (w *Wheel) later(f func()) {
	err := w.k.Host().YieldFunc(eventName, func(kernel.Event) {
		if !w.closed {
			f()
		}
	})
	if err != nil {
		w.k.Host().Warn("socketfactory: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}

func (w *Wheel) failLater(op string, err error) {
	w.later(func() { w.failure(op, err) })
}
