package readwrite

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/named"
)

// Events says who is told of what: [Names] of events, or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events, as POE does. An empty
// name is not sent. Without Input the wheel does not read.
type Names struct {
	Input   string // arguments: the record, the wheel's ID. POE: InputEvent
	Flushed string // the wheel's ID: all output is written. POE: FlushedEvent
	Error   string // operation, errno as an int, text, the wheel's ID; 0 is the end of the input. POE: ErrorEvent
	High    string // the wheel's ID. POE: HighEvent
	Low     string // the wheel's ID. POE: LowEvent
}

// Funcs tells it by functions, which run in the session that made the wheel.
// One of the input functions is used: Input if it is set, else Bytes, else
// Text; without any the wheel does not read. Many wheels may share one *Funcs,
// which must then not be changed.
type Funcs struct {
	// Input gets any record.
	Input func(w *Wheel, record any)
	// Bytes gets records that hold only until it returns. It is the fastest
	// form if the filter is a filter.BytesDecoder. The records of others must
	// be strings or bytes.
	Bytes func(w *Wheel, record []byte)
	// Text gets records as strings, from a filter.BytesDecoder without boxing
	// them; other filters' records must be strings. Short ones that arrive
	// together share memory, up to 4 KiB: who keeps few of many for long may
	// want strings.Clone.
	Text    func(w *Wheel, record string)
	Flushed func(w *Wheel)
	Error   func(w *Wheel, err *kernel.OpError)
	High    func(w *Wheel)
	Low     func(w *Wheel)
}

func (Names) events() {}
func (Funcs) events() {}

// events is what a wheel keeps of Events. Neither is changed: wheels share them.
type events struct {
	names *Names // never nil
	funcs *Funcs // nil with names
}

// noNames are those of a wheel that reports by functions, or not at all. Nobody
// changes them.
var noNames = &Names{}

func (e *events) set(from Events) {
	e.names, e.funcs = noNames, nil
	switch from := from.(type) {
	case Names:
		e.names = &from
	case *Names:
		if from != nil {
			e.names = from
		}
	case Funcs:
		e.funcs = &from
	case *Funcs:
		e.funcs = from
	}
}

func (e *events) wantsInput() bool {
	if f := e.funcs; f != nil {
		return f.wantsInput()
	}
	return e.names.Input != ""
}

func (f Funcs) wantsInput() bool { return f.Bytes != nil || f.Text != nil || f.Input != nil }

func wantsMarks(from Events) (high, low bool) {
	var e events
	if e.set(from); e.funcs != nil {
		return e.funcs.High != nil, e.funcs.Low != nil
	}
	return e.names.High != "", e.names.Low != ""
}

// Events returns who is told of what: Names or Funcs.
func (w *Wheel) Events() Events {
	if w.events.funcs != nil {
		return *w.events.funcs
	}
	return *w.events.names
}

// SetEvents changes who is told of what e names, from the next record on. What
// it leaves empty stays as it was; Names in place of Funcs, or the other way
// round, replace all. Of the functions for input one replaces another.
// POE: event.
func (w *Wheel) SetEvents(e Events) {
	if shared, ok := e.(*Names); ok && shared != nil {
		e = *shared
	}
	if shared, ok := e.(*Funcs); ok && shared != nil {
		e = *shared
	}
	merged := named.Over(w.Events(), e)
	if f, ok := e.(Funcs); ok && f.wantsInput() {
		all := merged.(Funcs)
		all.Input, all.Bytes, all.Text = f.Input, f.Bytes, f.Text
		merged = all
	}
	w.ReplaceEvents(merged)
}

// ReplaceEvents changes who is told of what, from the next record on. What e
// leaves empty is told to nobody; nil is nobody at all. Without input events
// the wheel stops reading; what arrives waits in the handle until there are
// some again. POE: event, with undef for what is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	w.events.set(e)
	w.changes++
	if w.closed || w.noInput {
		return
	}
	if !w.events.wantsInput() {
		w.unwatchInput()
		return
	}
	w.inOwner(readName, func() {
		if err := w.watchInput(); err != nil {
			w.k.Host().Warn("readwrite: cannot read", "wheel", w.id, "error", err)
		}
	})
}

// inOwner runs f in the session that made the wheel.
func (w *Wheel) inOwner(name string, f func()) {
	if w.k.ActiveSession() == w.owner {
		f()
		return
	}
	if err := w.k.Host().CallFunc(w.owner, name, func(kernel.Event) { f() }); err != nil {
		w.k.Host().Warn("readwrite: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}

// call sends a named event, at once.
func (w *Wheel) call(event string, args ...any) {
	// It can only fail if the session is gone, and then nobody is to be told.
	_, _ = w.k.Call(w.owner, event, args...)
}

// tell sends one of the events that carry the wheel's ID alone.
func (w *Wheel) tell(event string, f func(*Wheel)) {
	switch {
	case f != nil && w.k.ActiveSession() == w.owner: // nearly always, and spares a closure
		f(w)
	case f != nil:
		w.inOwner(writeName, func() { f(w) })
	case event != "":
		w.call(event, w.idArg)
	}
}

func (w *Wheel) tellFlushed() {
	if f := w.events.funcs; f != nil {
		w.tell("", f.Flushed)
		return
	}
	w.tell(w.events.names.Flushed, nil)
}

func (w *Wheel) tellHigh() {
	if f := w.events.funcs; f != nil {
		w.tell("", f.High)
		return
	}
	w.tell(w.events.names.High, nil)
}

func (w *Wheel) tellLow() {
	if f := w.events.funcs; f != nil {
		w.tell("", f.Low)
		return
	}
	w.tell(w.events.names.Low, nil)
}

func (w *Wheel) tellError(op string, err error) {
	e := &kernel.OpError{Op: op, Err: err, Wheel: w.id}
	if f := w.events.funcs; f != nil {
		switch {
		case f.Error == nil:
		case w.k.ActiveSession() == w.owner:
			f.Error(w, e)
		default:
			w.inOwner(readName, func() { f.Error(w, e) })
		}
		return
	}
	if name := w.events.names.Error; name != "" {
		w.call(name, e.Args()...)
	}
}

// tellInput hands out one record.
func (w *Wheel) tellInput(record any) {
	f := w.events.funcs
	switch {
	case f == nil && w.events.names.Input != "":
		w.call(w.events.names.Input, record, w.idArg)
	case f == nil:
	case f.Input != nil:
		f.Input(w, record)
	case f.Bytes != nil:
		w.tellBytes(f.Bytes, record)
	case f.Text != nil:
		if text, ok := record.(string); ok {
			f.Text(w, text)
		} else {
			w.tellError("filter", &RecordError{Record: record})
		}
	}
}

// tellBytes hands out a record of a filter that does not make bytes itself.
func (w *Wheel) tellBytes(tell func(*Wheel, []byte), record any) {
	switch record := record.(type) {
	case []byte:
		tell(w, record)
	case string:
		tell(w, []byte(record))
	default:
		w.tellError("filter", &RecordError{Record: record})
	}
}
