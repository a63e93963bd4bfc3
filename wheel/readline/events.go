package readline

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// Exception is the reason why the input event has no line.
type Exception string

// The exceptions. None is the empty string.
const (
	None      Exception = ""
	Cancel    Exception = "cancel"    // the user has cancelled the line, C-g
	EOT       Exception = "eot"       // C-d on an empty line, or the input has ended
	Interrupt Exception = "interrupt" // C-c
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them. Nil disables reporting.
type Events interface{ events() }

// Names are events of the session that created the wheel. An event without a
// name is not sent.
type Names struct {
	Input string // the line or nil, an Exception as a string or nil, the wheel's ID. POE: InputEvent
	Error string // the operation, errno as an int, its text, the wheel's ID
}

// Funcs are functions that run in the session that created the wheel.
type Funcs struct {
	Input func(w *Wheel, line string, why Exception)
	Error func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

func (w *Wheel) core() *base.Base { return &w.base }

// funcs turns names into functions.
func (n Names) funcs() Funcs {
	f := Funcs{Error: base.ErrorFunc(n.Error, (*Wheel).core)}
	if n.Input != "" {
		f.Input = func(w *Wheel, line string, why Exception) {
			args := []any{line, nil, w.base.IDArg()}
			if why != None {
				args[0], args[1] = nil, string(why)
			}
			_ = w.base.Call(n.Input, args...) // without a session nothing is left to report to
		}
	}
	return f
}

// Events returns the present events: Names or Funcs.
func (w *Wheel) Events() Events {
	e, _ := w.events.Current().(Events)
	return e
}

// SetEvents changes the events that e sets, from the next one on, and keeps the
// others. Names in place of Funcs, or the opposite, replace all. POE has
// no such method for this wheel.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces all events, from the next one on; those that e does
// not set are disabled, and nil disables all.
func (w *Wheel) ReplaceEvents(e Events) { w.events.Replace(e, Names.funcs) }

// emitInput queues what is to be reported, as POE does. A wheel that has been
// closed by then reports nothing.
func (w *Wheel) emitInput(line string, why Exception) {
	w.base.Later(func() {
		if f := w.events.Funcs.Input; f != nil {
			f(w, line, why)
		}
	})
}

func (w *Wheel) emitError(op string, err error) {
	w.base.Later(func() {
		if f := w.events.Funcs.Error; f != nil {
			f(w, w.base.OpError(op, err))
			return
		}
		w.base.Unreported(op, err)
	})
}
