package socketfactory

import (
	"net"
	"net/netip"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them.
type Events interface{ events() }

// Names reports to the session that made the wheel by events, as POE does. Both
// are required.
type Names struct {
	// Success has as arguments the socket (a *kernel.Handle, which the session
	// owns from then on), the peer's address (a netip.Addr; for unix sockets a
	// string), its port (an int; nil for unix sockets), and the wheel's ID. For
	// a datagram socket that is not connected, address and port are nil. POE:
	// SuccessEvent
	Success string
	// Failure has as arguments operation, errno as an int, text, and the
	// wheel's ID. See [Wheel] for which errors end the wheel. POE: FailureEvent
	Failure string
}

// Funcs reports by functions, which run in the session that made the wheel.
// Both are required.
type Funcs struct {
	Success func(w *Wheel, s Socket)
	Failure func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

// Socket is a socket that a wheel has made, with its peer. The receiver owns
// the handle.
type Socket struct {
	Handle *kernel.Handle
	Peer   netip.AddrPort // the zero value for unix and datagram sockets
	Path   string         // of the peer's unix socket, empty if it has none
}

func (w *Wheel) core() *base.Base { return &w.base }

// funcs makes functions of names.
func (n Names) funcs() Funcs {
	f := Funcs{Failure: base.ErrorFunc(n.Failure, (*Wheel).core)}
	if n.Success != "" {
		f.Success = func(w *Wheel, s Socket) {
			addr, port := w.peerArgs(s)
			if err := w.base.Call(n.Success, s.Handle, addr, port, w.base.IDArg()); err != nil {
				s.Handle.Close() // there is no session which could own it
			}
		}
	}
	return f
}

// Events returns how the wheel reports: Names or Funcs.
func (w *Wheel) Events() Events {
	e, _ := w.events.Current().(Events)
	return e
}

// SetEvents changes the events that e sets and keeps the others. Names in place
// of Funcs, or the opposite, replace both. POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces both events. If e does not set both, nothing changes,
// as in POE, and a warning is logged. POE: event.
func (w *Wheel) ReplaceEvents(e Events) {
	old := w.events
	w.events.Replace(e, Names.funcs)
	if err := missingEvent(w.events.Funcs); err != nil {
		w.events = old
		w.base.Warn("events ignored", "error", err)
	}
}

// missingEvent returns what is missing, nil for nothing.
func missingEvent(f *Funcs) error {
	switch {
	case f.Success == nil:
		return errNoSuccess
	case f.Failure == nil:
		return errNoFailure
	}
	return nil
}

// success passes on a socket.
func (w *Wheel) success(s Socket) {
	if w.base.OwnerActive() {
		w.events.Funcs.Success(w, s)
		return
	}
	delivered := false
	w.base.InOwner(func() { delivered = true; w.events.Funcs.Success(w, s) })
	if !delivered {
		s.Handle.Close()
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

// failure reports an error, now.
func (w *Wheel) failure(op string, err error) {
	w.base.InOwner(func() { w.events.Funcs.Failure(w, w.base.OpError(op, err)) })
}

// failLater reports an error once New has returned.
func (w *Wheel) failLater(op string, err error) {
	w.base.Later(func() { w.failure(op, err) })
}
