package followtail

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/named"
)

// Events says who is told of what: [Names] of events, or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events, as POE does. An empty
// name is not sent.
type Names struct {
	Input string // arguments: the record, the wheel's ID. POE: InputEvent
	Error string // operation, errno as an int, text, the wheel's ID. Nothing more is read then. POE: ErrorEvent
	Reset string // the wheel's ID: the file has been rotated or truncated, or has appeared, and is read from its beginning. POE: ResetEvent
	Idle  string // the wheel's ID: there was nothing new when the file was looked at. POE: IdleEvent
}

// Funcs tells it by functions, which run in the session that made the wheel.
// Text is used before Input: it gets records that are strings, and what is none
// is an error of the filter.
type Funcs struct {
	Text  func(w *Wheel, record string)
	Input func(w *Wheel, record any)
	Error func(w *Wheel, err *kernel.OpError)
	Reset func(w *Wheel)
	Idle  func(w *Wheel)
}

func (Names) events() {}
func (Funcs) events() {}

func hasInput(e Events) bool {
	switch e := e.(type) {
	case Names:
		return e.Input != ""
	case Funcs:
		return e.Input != nil || e.Text != nil
	}
	return false
}

// Events returns who is told of what.
func (w *Wheel) Events() Events { return w.events }

// SetEvents changes who is told of what e names, from the next record on. What
// it leaves empty stays as it was; Names in place of Funcs, or the other way
// round, replace all. Input replaces Text. POE: event.
func (w *Wheel) SetEvents(e Events) {
	merged := named.Over(w.events, e)
	if f, ok := e.(Funcs); ok && hasInput(f) {
		all := merged.(Funcs)
		all.Text, all.Input = f.Text, f.Input
		merged = all
	}
	w.ReplaceEvents(merged)
}

// ReplaceEvents changes who is told of what, from the next record on; what e
// leaves empty is told to nobody. Without an input event nothing changes: a
// wheel must have one. POE: event, with undef for what is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	if hasInput(e) {
		w.events = e
		return
	}
	w.k.Host().Warn("followtail: events without an input event are ignored", "wheel", w.id)
}

func (w *Wheel) tellInput(record any) {
	switch e := w.events.(type) {
	case Names:
		w.call(e.Input, record, w.idArg)
	case Funcs:
		text, ok := record.(string)
		switch {
		case e.Text == nil:
			e.Input(w, record)
		case ok:
			e.Text(w, text)
		default:
			w.tellError("filter", &RecordError{record})
		}
	}
}

func (w *Wheel) tellError(op string, err error) {
	failure := &kernel.OpError{Op: op, Err: err, Wheel: w.id}
	switch e := w.events.(type) {
	case Names:
		if e.Error != "" {
			w.call(e.Error, failure.Args()...)
		}
	case Funcs:
		if e.Error != nil {
			e.Error(w, failure)
		}
	}
}

func (w *Wheel) tellReset() {
	switch e := w.events.(type) {
	case Names:
		w.tell(e.Reset, nil)
	case Funcs:
		w.tell("", e.Reset)
	}
}

func (w *Wheel) tellIdle() {
	switch e := w.events.(type) {
	case Names:
		w.tell(e.Idle, nil)
	case Funcs:
		w.tell("", e.Idle)
	}
}

// tell sends one of the events that carry the wheel's ID alone.
func (w *Wheel) tell(event string, f func(*Wheel)) {
	switch {
	case f != nil:
		f(w)
	case event != "":
		w.call(event, w.idArg)
	}
}

// call sends a named event, at once.
func (w *Wheel) call(event string, args ...any) {
	// It can only fail if the session is gone, and then nobody is to be told.
	_, _ = w.k.Call(w.owner, event, args...)
}
