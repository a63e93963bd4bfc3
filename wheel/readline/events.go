package readline

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/named"
)

// Exception says why there is no line.
type Exception string

// The exceptions. None is the empty string.
const (
	None      Exception = ""
	Cancel    Exception = "cancel"    // the user gave the line up, C-g
	EOT       Exception = "eot"       // C-d on an empty line, or the input has ended
	Interrupt Exception = "interrupt" // C-c
)

// Events says who is told of what: [Names] of events, or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events. An empty name is not
// sent.
type Names struct {
	Input string // arguments: the line or nil, an Exception as a string or nil, the wheel's ID. POE: InputEvent
	Error string // operation, errno as an int, text, the wheel's ID
}

// Funcs tells it by functions, which run in the session that made the wheel.
type Funcs struct {
	Input func(w *Wheel, line string, why Exception)
	Error func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

// SetEvents changes who is told of what e names, from the next event on. What
// it leaves empty stays as it was; Names in place of Funcs, or the other way
// round, replace all. POE has no such method for this wheel.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(named.Over(w.events, e)) }

// ReplaceEvents changes who is told of what, from the next event on. What e
// leaves empty is told to nobody; nil is nobody at all.
func (w *Wheel) ReplaceEvents(e Events) { w.events = e }

// inOwner runs f in the session that made the wheel.
func (w *Wheel) inOwner(f func()) {
	if w.k.ActiveSession() == w.owner {
		f()
		return
	}
	if err := w.k.Host().CallFunc(w.owner, eventName, func(kernel.Event) { f() }); err != nil {
		w.k.Host().Warn("readline: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}

// later queues what is to be told, as POE does. A wheel that has been closed
// meanwhile tells nothing.
func (w *Wheel) later(tell func()) {
	w.inOwner(func() {
		// It only fails without a session, and inOwner has just found one.
		_ = w.k.Host().YieldFunc(eventName, func(kernel.Event) {
			if !w.closed {
				tell()
			}
		})
	})
}

func (w *Wheel) tellInput(line string, why Exception) {
	w.later(func() {
		switch e := w.events.(type) {
		case Names:
			if e.Input == "" {
				return
			}
			args := []any{line, nil, w.id}
			if why != None {
				args[0], args[1] = nil, string(why)
			}
			// It can only fail if the session is gone, and this runs in it.
			_, _ = w.k.Call(w.owner, e.Input, args...)
		case Funcs:
			if e.Input != nil {
				e.Input(w, line, why)
			}
		}
	})
}

func (w *Wheel) tellError(op string, err error) {
	failed := &kernel.OpError{Op: op, Err: err, Wheel: w.id}
	w.later(func() {
		switch e := w.events.(type) {
		case Names:
			if e.Error != "" {
				_ = w.k.Host().CallError(w.owner, e.Error, failed) // as above
			}
		case Funcs:
			if e.Error != nil {
				e.Error(w, failed)
			}
		}
	})
}
