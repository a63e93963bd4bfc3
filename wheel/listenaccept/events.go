package listenaccept

import (
	"net"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them.
type Events interface{ events() }

// Names reports to the session that made the wheel by events, as POE does.
type Names struct {
	// Accept has as arguments the connection (a *kernel.Handle, which the
	// session owns from then on), the peer's address (a net.Addr, where POE has
	// a packed one), and the wheel's ID. It is required. POE: AcceptEvent
	Accept string
	// Error has as arguments operation, errno as an int, text, and the wheel's
	// ID. Without a name errors are logged as warnings. See [Wheel] for which
	// errors end the wheel. POE: ErrorEvent
	Error string
}

// Funcs reports by functions, which run in the session that made the wheel.
// Accept is required.
type Funcs struct {
	Accept func(w *Wheel, h *kernel.Handle, from net.Addr)
	Error  func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

func (w *Wheel) core() *base.Base { return &w.base }

// funcs makes functions of names.
func (n Names) funcs() Funcs {
	f := Funcs{Error: base.ErrorFunc(n.Error, (*Wheel).core)}
	if n.Accept != "" {
		f.Accept = func(w *Wheel, h *kernel.Handle, from net.Addr) {
			if err := w.base.Call(n.Accept, h, from, w.base.IDArg()); err != nil {
				h.Close() // there is no session which could own it
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
// of Funcs, or the opposite, replace all. POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces all events; what e leaves empty is not reported any
// more. If e has no accept event, nothing changes, as in POE, and a warning is
// logged. POE: event, with undef for each event that is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	old := w.events
	if w.events.Replace(e, Names.funcs); w.events.Funcs.Accept == nil {
		w.events = old
		w.base.Warn("events without an accept event are ignored")
	}
}
