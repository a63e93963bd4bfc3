package curses

import (
	"io"

	"github.com/gdamore/tcell/v2"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them.
type Events interface{ events() }

// Names are events of the session that created the wheel. An event without a
// name is not sent.
type Names struct {
	Input  string // the key as a *tcell.EventKey, the wheel's ID. POE: InputEvent
	Resize string // columns and rows as ints, the wheel's ID; also sent once at the beginning
	Mouse  string // a *tcell.EventMouse, the wheel's ID
	Paste  string // a *tcell.EventPaste, the wheel's ID
	Error  string // the operation, errno as an int, its text, the wheel's ID; 0 is the end of the terminal
}

// Funcs are functions that run in the session that created the wheel.
type Funcs struct {
	Input  func(w *Wheel, key *tcell.EventKey)
	Resize func(w *Wheel, columns, rows int)
	Mouse  func(w *Wheel, mouse *tcell.EventMouse)
	Paste  func(w *Wheel, paste *tcell.EventPaste)
	Error  func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

func (w *Wheel) core() *base.Base { return &w.base }

// funcs turns names into functions.
func (n Names) funcs() Funcs {
	f := Funcs{
		Input: eventFunc[*tcell.EventKey](n.Input),
		Mouse: eventFunc[*tcell.EventMouse](n.Mouse),
		Paste: eventFunc[*tcell.EventPaste](n.Paste),
		Error: base.ErrorFunc(n.Error, (*Wheel).core),
	}
	if n.Resize != "" {
		f.Resize = func(w *Wheel, columns, rows int) {
			_ = w.base.Call(n.Resize, columns, rows, w.base.IDArg()) // without a session nothing is left to report to
		}
	}
	return f
}

// eventFunc turns the name of an event with one of the screen's into a function.
func eventFunc[E any](name string) func(*Wheel, E) {
	if name == "" {
		return nil
	}
	return func(w *Wheel, e E) {
		_ = w.base.Call(name, e, w.base.IDArg()) // as above
	}
}

// Events returns the present events: Names or Funcs.
func (w *Wheel) Events() Events {
	e, _ := w.events.Current().(Events)
	return e
}

// SetEvents changes the events that e sets, from the next one on, and keeps the
// others. Names in place of Funcs, or the opposite, replace all.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces all events, from the next one on; those that e does
// not set are disabled, and nil disables all.
func (w *Wheel) ReplaceEvents(e Events) { w.events.Replace(e, Names.funcs) }

// HandleReady is called by the kernel when the screen has events. All of them
// are reported at once, as in POE, but not those that arrive meanwhile, which
// could otherwise starve other sessions.
func (w *Wheel) HandleReady(kernel.Mode) {
	for range ahead {
		e, over := w.source.next()
		switch {
		case over:
			w.base.Kernel.Host().Unwatch(w.base.Owner, w.handle, kernel.Read)
			w.emitError(io.EOF)
			return
		case e == nil:
			return
		}
		w.emit(e)
		if w.base.Closed() {
			return
		}
	}
}

func (w *Wheel) emit(e tcell.Event) {
	f := w.events.Funcs
	switch e := e.(type) {
	case *tcell.EventError:
		w.emitError(reason(e))
	case *tcell.EventKey:
		call(f.Input, w, e)
	case *tcell.EventMouse:
		call(f.Mouse, w, e)
	case *tcell.EventPaste:
		call(f.Paste, w, e)
	case *tcell.EventResize:
		if f.Resize != nil {
			columns, rows := e.Size()
			f.Resize(w, columns, rows)
		}
	}
}

func call[E any](f func(*Wheel, E), w *Wheel, e E) {
	if f != nil {
		f(w, e)
	}
}

func (w *Wheel) emitError(err error) {
	if f := w.events.Funcs.Error; f != nil {
		f(w, w.base.OpError("read", err))
		return
	}
	w.base.Unreported("read", err)
}

// reason is why reading the terminal has failed. tcell wraps the end of the
// file without a way to ask for it.
func reason(failed *tcell.EventError) error {
	if failed.Error() == io.EOF.Error() {
		return io.EOF
	}
	return failed
}
