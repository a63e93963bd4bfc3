package curses

import (
	"io"

	"github.com/gdamore/tcell/v2"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/named"
)

// Events says who is told of what: [Names] of events, or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events. An empty name is not
// sent.
type Names struct {
	Input  string // arguments: the key as a *tcell.EventKey, the wheel's ID. POE: InputEvent
	Resize string // columns and rows as ints, the wheel's ID. A terminal also tells at the beginning
	Mouse  string // a *tcell.EventMouse, the wheel's ID
	Paste  string // a *tcell.EventPaste, the wheel's ID
	Error  string // operation, errno as an int, text, the wheel's ID. 0 is the end of the terminal
}

// Funcs tells it by functions, which run in the session that made the wheel.
type Funcs struct {
	Input  func(w *Wheel, key *tcell.EventKey)
	Resize func(w *Wheel, columns, rows int)
	Mouse  func(w *Wheel, mouse *tcell.EventMouse)
	Paste  func(w *Wheel, paste *tcell.EventPaste)
	Error  func(w *Wheel, err *kernel.OpError)
}

func (Names) events() {}
func (Funcs) events() {}

// SetEvents changes who is told of what e names, from the next event on. What
// it leaves empty stays as it was; Names in place of Funcs, or the other way
// round, replace all.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(named.Over(w.events, e)) }

// ReplaceEvents changes who is told of what, from the next event on. What e
// leaves empty is told to nobody; nil is nobody at all.
func (w *Wheel) ReplaceEvents(e Events) { w.events = e }

// HandleReady is called by the kernel when the screen has events. All that are
// there are told at once, as POE does, but no more than have been there: a
// program that draws for ever must not starve the others.
func (w *Wheel) HandleReady(kernel.Mode) {
	for range ahead {
		e, over := w.source.next()
		switch {
		case over:
			w.k.Host().Unwatch(w.owner, w.handle, kernel.Read)
			w.tellError(io.EOF)
			return
		case e == nil:
			return
		}
		w.tell(e)
		if w.closed {
			return
		}
	}
}

func (w *Wheel) tell(e tcell.Event) {
	if failed, ok := e.(*tcell.EventError); ok {
		w.tellError(reason(failed))
		return
	}
	switch to := w.events.(type) {
	case Names:
		w.tellByName(to, e)
	case Funcs:
		w.tellByFunc(to, e)
	}
}

func (w *Wheel) tellByName(to Names, e tcell.Event) {
	switch e := e.(type) {
	case *tcell.EventKey:
		w.call(to.Input, e, w.id)
	case *tcell.EventResize:
		columns, rows := e.Size()
		w.call(to.Resize, columns, rows, w.id)
	case *tcell.EventMouse:
		w.call(to.Mouse, e, w.id)
	case *tcell.EventPaste:
		w.call(to.Paste, e, w.id)
	}
}

func (w *Wheel) call(event string, args ...any) {
	if event != "" {
		// It can only fail if the session is gone, and this runs in it.
		_, _ = w.k.Call(w.owner, event, args...)
	}
}

func (w *Wheel) tellByFunc(to Funcs, e tcell.Event) {
	switch e := e.(type) {
	case *tcell.EventKey:
		if to.Input != nil {
			to.Input(w, e)
		}
	case *tcell.EventResize:
		if to.Resize != nil {
			columns, rows := e.Size()
			to.Resize(w, columns, rows)
		}
	case *tcell.EventMouse:
		if to.Mouse != nil {
			to.Mouse(w, e)
		}
	case *tcell.EventPaste:
		if to.Paste != nil {
			to.Paste(w, e)
		}
	}
}

func (w *Wheel) tellError(err error) {
	failed := &kernel.OpError{Op: "read", Err: err, Wheel: w.id}
	switch to := w.events.(type) {
	case Names:
		if to.Error != "" {
			_ = w.k.Host().CallError(w.owner, to.Error, failed) // as in call
		}
	case Funcs:
		if to.Error != nil {
			to.Error(w, failed)
		}
	}
}

// reason is why reading the terminal has failed. tcell wraps the end of the
// file without a way to ask for it.
func reason(failed *tcell.EventError) error {
	if failed.Error() == io.EOF.Error() {
		return io.EOF
	}
	return failed
}
