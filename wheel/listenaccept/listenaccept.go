// Package listenaccept is the wheel that accepts connections on a listening
// socket which the program has made: POE::Wheel::ListenAccept. The wheel of
// package socketfactory makes the socket as well.
//
// A wheel keeps the session that made it alive until it is closed. All methods
// belong to the kernel's goroutine. After Close they do nothing.
package listenaccept

import (
	"errors"
	"fmt"
	"net"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/acceptor"
	"github.com/gopoe/poe/wheel/internal/base"
)

var kind = base.NewKind("listenaccept")

// Config configures a wheel.
type Config struct {
	// Handle is the listening socket. It is required.
	Handle *kernel.Handle
	// Events selects how the wheel reports. The accept event is required.
	Events Events
	// Batch is the most connections that are accepted in one turn, before the
	// events that are queued; 0 means 1, which is POE's order.
	Batch int
	// Borrow leaves the handle open when the wheel is closed. Otherwise the
	// wheel owns it.
	Borrow bool
}

// Wheel accepts connections on one handle.
//
// Most errors of accept do not end the wheel: they are reported, and after up
// to a second it accepts again. These are a lack of descriptors or memory
// (EMFILE, ENFILE, ENOBUFS, ENOMEM), refusal by a firewall (EPERM), and errors
// of a single connection (EPROTO, ECONNABORTED and others). Only if the handle
// is not a listening socket (EBADF, EINVAL, ENOTSOCK), or is closed, nothing
// more is accepted, which is also logged as a warning.
type Wheel struct {
	// Heap is for the program; the wheel does not use it.
	Heap any

	base     base.Base
	events   base.Events[Names, Funcs]
	handle   *kernel.Handle
	acceptor *acceptor.Acceptor
	borrow   bool
}

// New makes a wheel that belongs to the active session. The error is a
// *kernel.ConfigError that names the field, "Kernel" outside of any session.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	w := &Wheel{handle: c.Handle, borrow: c.Borrow}
	w.events.Replace(c.Events, Names.funcs)
	switch {
	case c.Handle == nil:
		return nil, kind.ConfigError("Handle", errors.New("is required"))
	case w.events.Funcs.Accept == nil:
		return nil, kind.ConfigError("Events", errors.New("needs an accept event"))
	case c.Batch < 0:
		return nil, kind.ConfigError("Batch", fmt.Errorf("%d is negative", c.Batch))
	}
	if err := w.base.Init(k, kind, w); err != nil {
		return nil, err
	}
	var err error
	w.acceptor, err = acceptor.New(acceptor.Config{Base: &w.base, Handle: c.Handle, Name: kind.Name(), Batch: c.Batch,
		Accepted: w.accepted, Failed: w.failed})
	if err != nil {
		w.base.Close()
		return nil, kind.ConfigError("Handle", err)
	}
	return w, nil
}

// ID returns the wheel's ID, the last argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// Handle returns the listening socket.
func (w *Wheel) Handle() *kernel.Handle { return w.handle }

// PauseAccept stops accepting; connections wait in the system's queue.
func (w *Wheel) PauseAccept() {
	if !w.base.Closed() {
		w.acceptor.Pause()
	}
}

// ResumeAccept undoes PauseAccept.
func (w *Wheel) ResumeAccept() {
	if !w.base.Closed() {
		w.acceptor.Resume()
	}
}

// Close ends the wheel and closes the handle, unless it is borrowed.
// Connections that were passed on stay open. Closing again does nothing.
func (w *Wheel) Close() error {
	if !w.base.Close() {
		return nil
	}
	w.acceptor.Stop()
	if w.borrow {
		return nil
	}
	return w.handle.Close()
}

// Abort is the same as Close.
func (w *Wheel) Abort() error { return w.Close() }

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// Detach ends the wheel but leaves the handle open and returns it; nil if the
// wheel is closed.
func (w *Wheel) Detach() *kernel.Handle {
	if w.base.Closed() {
		return nil
	}
	w.borrow = true
	w.Close()
	return w.handle
}

// accepted passes on a connection. It runs in the session that made the wheel.
func (w *Wheel) accepted(h *kernel.Handle, from net.Addr) { w.events.Funcs.Accept(w, h, from) }

func (w *Wheel) failed(err error, fatal bool) {
	f := w.events.Funcs.Error
	switch {
	case fatal:
		w.base.Warn("accepting has ended", "error", err)
	case f == nil:
		w.base.Warn("cannot accept", "error", err)
	}
	if f != nil {
		f(w, w.base.OpError("accept", err))
	}
}
