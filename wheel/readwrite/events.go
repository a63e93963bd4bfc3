package readwrite

import (
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them. Nil disables reporting.
type Events interface{ events() }

// Names reports to the session that made the wheel by events, as POE does. An
// event without a name is not sent; without Error, errors other than the end of
// the input are logged as warnings. Without Input the wheel does not read.
type Names struct {
	Input   string // arguments: the record, the wheel's ID. POE: InputEvent
	Flushed string // the wheel's ID: all output is written. POE: FlushedEvent
	Error   string // operation, errno as an int, text, the wheel's ID, see [Wheel]; errno 0 is the end of the input. POE: ErrorEvent
	High    string // the wheel's ID. POE: HighEvent
	Low     string // the wheel's ID. POE: LowEvent
}

// Funcs reports by functions, which run in the session that made the wheel. A
// nil function is not called; without Error, errors other than the end of the
// input are logged as warnings. One of the input functions is used: Input if it
// is set, else Bytes, else Text; without any the wheel does not read. Several
// wheels may share one *Funcs, which must then not be changed.
type Funcs struct {
	// Input gets records of any type.
	Input func(w *Wheel, record any)
	// Bytes gets records that are valid only until it returns. It is the
	// fastest form if the filter is a filter.BytesDecoder. The records of other
	// filters must be strings or []byte; any other record is an error of the
	// operation "filter".
	Bytes func(w *Wheel, record []byte)
	// Text gets records as strings, from a filter.BytesDecoder without an
	// allocation for each; the records of other filters must be as for Bytes.
	// Strings that arrive together share memory: retaining a short one may pin 4
	// KiB, and a line of more than 14 KiB five times its length; clone it if kept
	// long.
	Text    func(w *Wheel, record string)
	Flushed func(w *Wheel)
	Error   func(w *Wheel, err *kernel.OpError)
	High    func(w *Wheel)
	Low     func(w *Wheel)
}

func (Names) events() {}
func (Funcs) events() {}

func (w *Wheel) core() *base.Base { return &w.base }

// funcs makes functions of names.
func (n Names) funcs() Funcs {
	return Funcs{
		Input:   base.RecordFunc(n.Input, (*Wheel).core),
		Flushed: base.IDFunc(n.Flushed, (*Wheel).core),
		Error:   base.ErrorFunc(n.Error, (*Wheel).core),
		High:    base.IDFunc(n.High, (*Wheel).core),
		Low:     base.IDFunc(n.Low, (*Wheel).core),
	}
}

func (f *Funcs) wantsInput() bool { return f.Bytes != nil || f.Text != nil || f.Input != nil }

// Events returns how the wheel reports: Names or Funcs, the zero Funcs if
// reporting is disabled.
func (w *Wheel) Events() Events {
	e, _ := w.events.Current().(Events)
	return e
}

// SetEvents changes the events that e sets, from the next record on, and keeps
// the others. Names in place of Funcs, or the opposite, replace all. A function
// for input replaces that of another form. POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces all events, from the next record on. What e leaves
// empty is not reported any more; nil disables all reporting. Without an event
// for input the wheel stops reading; what arrives waits in the system until
// there is one again. POE: event, with undef for each event that is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	w.events.Replace(e, Names.funcs)
	w.changes++
	if w.base.Closed() || w.noInput {
		return
	}
	if !w.events.Funcs.wantsInput() {
		w.unwatchInput()
		return
	}
	w.base.InOwner(func() {
		if err := w.watchInput(); err != nil {
			w.base.Warn("cannot read", "error", err)
		}
	})
	if w.unfinished() && !w.decoding {
		w.base.Later(w.decodePending)
	}
}

// emit calls the function of an event that has no arguments but the wheel, if
// there is one.
func (w *Wheel) emit(f func(*Wheel)) {
	switch {
	case f == nil:
	case w.base.OwnerActive():
		f(w)
	default:
		w.base.InOwner(func() { f(w) })
	}
}

// emitError reports an error, with a warning if there is no event for it.
func (w *Wheel) emitError(op string, err error) {
	f := w.events.Funcs.Error
	if f == nil {
		w.base.Unreported(op, err)
		return
	}
	failure := w.base.OpError(op, err)
	if w.base.OwnerActive() {
		f(w, failure)
		return
	}
	w.base.InOwner(func() { f(w, failure) })
}

// emitInput passes on one record.
func (w *Wheel) emitInput(record any) {
	f := w.events.Funcs
	if !base.Deliver(w, record, f.Input, f.Bytes, f.Text) {
		w.emitError("filter", &filter.RecordError{Record: record, Want: "string or []byte"})
	}
}
