// Package listenaccept is the wheel that accepts connections on a listening
// socket which the program has made: POE::Wheel::ListenAccept. The wheel
// SocketFactory makes the socket as well.
//
// A wheel keeps the session that made it alive until it is closed. All methods
// belong to the kernel's goroutine. After Close they do nothing.
package listenaccept

import (
	"errors"
	"net"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/acceptor"
	"github.com/gopoe/poe/wheel/internal/named"
)

const eventName = "wheel/listenaccept"

// Config configures a wheel.
type Config struct {
	// Handle is the listening socket. It is required.
	Handle *kernel.Handle
	// Events says who is told. The accept event is required.
	Events Events
	// Borrow leaves the handle open when the wheel is closed. Otherwise the
	// wheel owns it.
	Borrow bool
}

// Events says who is told of what: [Names] of events, or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events, as POE does.
type Names struct {
	// Accept has as arguments the connection (a *kernel.Handle, which the
	// session owns from then on), the peer's address (a net.Addr, where POE has
	// a packed one), and the wheel's ID. POE: AcceptEvent
	Accept string
	// Error has operation, errno as an int, text, and the wheel's ID. An empty
	// name is not sent. POE: ErrorEvent
	Error string
}

// Funcs tells it by functions, which run in the session that made the wheel.
type Funcs struct {
	Accept func(w *Wheel, h *kernel.Handle, from net.Addr)
	Error  func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

// Wheel accepts connections on one handle.
type Wheel struct {
	k        *kernel.Kernel
	owner    kernel.ID
	owned    kernel.Owned
	id       kernel.WheelID
	handle   *kernel.Handle
	acceptor *acceptor.Acceptor
	events   Events
	borrow   bool
	closed   bool
}

// New makes a wheel of the active session. The error is a *kernel.ConfigError
// that names the field.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	w := &Wheel{k: k, owner: k.ActiveSession(), id: k.Host().AllocateWheelID(), handle: c.Handle, events: c.Events, borrow: c.Borrow}
	var err error
	if w.owned, err = k.Host().Own(w, eventName); err != nil {
		return nil, wrong("Kernel", err)
	}
	w.acceptor, err = acceptor.New(k, acceptor.Config{Handle: c.Handle, Name: eventName, Accepted: w.accepted, Failed: w.failed})
	if err != nil {
		w.owned.Release()
		return nil, wrong("Handle", err)
	}
	return w, nil
}

func (c *Config) check() error {
	if c.Handle == nil {
		return wrong("Handle", errors.New("is required"))
	}
	if !hasAccept(c.Events) {
		return wrong("Events", errors.New("needs an accept event"))
	}
	return nil
}

func hasAccept(e Events) bool {
	switch e := e.(type) {
	case Names:
		return e.Accept != ""
	case Funcs:
		return e.Accept != nil
	}
	return false
}

func wrong(field string, err error) error {
	return &kernel.ConfigError{Package: "listenaccept", Field: field, Err: err}
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.id }

// Handle returns the listening socket.
func (w *Wheel) Handle() *kernel.Handle { return w.handle }

// Events returns who is told of what.
func (w *Wheel) Events() Events { return w.events }

// SetEvents changes who is told of what e names. What it leaves empty stays as
// it was; Names in place of Funcs, or the other way round, replace all.
// POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(named.Over(w.events, e)) }

// ReplaceEvents changes who is told of what; what e leaves empty is told to
// nobody. Without an accept event nothing changes: a wheel must have one.
// POE: event, with undef for what is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	if hasAccept(e) {
		w.events = e
		return
	}
	w.k.Host().Warn("listenaccept: events without an accept event are ignored", "wheel", w.id)
}

// PauseAccept stops accepting; connections wait in the system's queue.
func (w *Wheel) PauseAccept() {
	if !w.closed {
		w.acceptor.Pause()
	}
}

// ResumeAccept goes on accepting.
func (w *Wheel) ResumeAccept() {
	if !w.closed {
		w.acceptor.Resume()
	}
}

// Close ends the wheel and closes the handle, unless it is borrowed.
// Connections that were handed out are not touched. Closing again does
// nothing.
func (w *Wheel) Close() error {
	if w.closed {
		return nil
	}
	w.closed = true
	w.acceptor.Stop()
	w.owned.Release()
	if w.borrow {
		return nil
	}
	return w.handle.Close()
}

// Detach ends the wheel but leaves the handle open and returns it; nil if the
// wheel is closed.
func (w *Wheel) Detach() *kernel.Handle {
	if w.closed {
		return nil
	}
	w.borrow = true
	w.Close()
	return w.handle
}

// accepted hands out a connection. It runs in the session that made the wheel.
func (w *Wheel) accepted(h *kernel.Handle, from net.Addr) {
	switch e := w.events.(type) {
	case Funcs:
		e.Accept(w, h, from)
	case Names:
		if _, err := w.k.Call(w.owner, e.Accept, h, from, w.id); err != nil {
			h.Close()
		}
	}
}

func (w *Wheel) failed(err error) {
	failure := &kernel.OpError{Op: "accept", Err: err, Wheel: w.id}
	switch e := w.events.(type) {
	case Funcs:
		if e.Error != nil {
			e.Error(w, failure)
		}
	case Names:
		if e.Error != "" {
			// The session exists: its watcher has just been called.
			_, _ = w.k.Call(w.owner, e.Error, failure.Args()...)
		}
	}
}
