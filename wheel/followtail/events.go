package followtail

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them.
type Events interface{ events() }

// Names are events of the session that created the wheel, as in POE. An event
// without a name is not sent.
type Names struct {
	// Input has the record and the wheel's ID. POE: InputEvent
	Input string
	// Error has the operation, errno as an int, its text and the wheel's ID. See
	// Funcs.Error. POE: ErrorEvent
	Error string
	// Reset has the wheel's ID: the file has been rotated or truncated, or has
	// appeared, and is read from its beginning. POE: ResetEvent
	Reset string
	// Idle has the wheel's ID: there was nothing new when the file was checked.
	// POE: IdleEvent
	Idle string
	// Lost has a [Loss] and the wheel's ID: records may have been lost. POE has
	// no such event.
	Lost string
}

// Funcs are functions that run in the session that created the wheel. Of Input,
// Bytes and Text the first that is set is called.
type Funcs struct {
	// Input gets records of any type.
	Input func(w *Wheel, record any)
	// Bytes and Text get records that are strings or []byte; any other record
	// is an error of the operation "filter". A record that Bytes gets is valid
	// only until it returns.
	Bytes func(w *Wheel, record []byte)
	Text  func(w *Wheel, record string)
	// Error ends the wheel, which reads nothing more and is to be closed, with
	// two exceptions: an error of the operation "open" is reported once and the
	// wheel continues to try; and one of the operation "filter" for which
	// filter.Recoverable reports true concerns one record, after which the wheel
	// continues. [Wheel.Err] distinguishes these cases.
	Error func(w *Wheel, err *kernel.OpError)
	Reset func(w *Wheel)
	Idle  func(w *Wheel)
	Lost  func(w *Wheel, loss Loss)
}

func (Names) events() {}
func (Funcs) events() {}

// The causes of a [Loss].
var (
	// ErrTruncated indicates that the file was truncated and no copy of its old
	// content was found. What was written after the wheel had last read it is
	// lost.
	ErrTruncated = errors.New("the file was truncated")
	// ErrDeleted indicates that a file that had the followed name was deleted,
	// or moved out of the directory, before it could be opened.
	ErrDeleted = errors.New("the file was gone before it could be read")
	// ErrPartial indicates that a file ended with bytes that are not a whole
	// record. They are dropped; see Config.KeepPartial.
	ErrPartial = errors.New("the file ended with an incomplete record")
	// ErrWritten indicates that a file was closed, because the followed file
	// has been rotated twice since, while a process still had it open for
	// writing. What that process writes to it is lost.
	ErrWritten = errors.New("the file may still be written to")
	// ErrLate indicates that a search has found a rotated file only after a
	// newer one was read. Its records come after those of the newer one.
	ErrLate = errors.New("the file was found too late")
	// ErrRenaming indicates that files were renamed all the while that a search
	// took, so that it may have missed some, or found them in another order.
	ErrRenaming = errors.New("files were renamed during the search for them")
	// ErrOverflow indicates that the system has discarded notifications, so
	// that files may have been missed.
	ErrOverflow = errors.New("notifications were discarded")
)

// Loss describes why records may have been lost.
type Loss struct {
	File  string // the file's path, as far as it is known
	Bytes int64  // how many bytes are known to be lost; 0 if that is unknown
	Err   error  // the cause: one of the errors above, or why a file could not be opened
}

// String returns the loss as text.
func (l Loss) String() string {
	if l.Bytes > 0 {
		return fmt.Sprintf("%s: %v (%d bytes)", l.File, l.Err, l.Bytes)
	}
	return fmt.Sprintf("%s: %v", l.File, l.Err)
}

func (w *Wheel) core() *base.Base { return &w.base }

// funcs turns names into functions.
func (n Names) funcs() Funcs {
	f := Funcs{
		Input: base.RecordFunc(n.Input, (*Wheel).core),
		Error: base.ErrorFunc(n.Error, (*Wheel).core),
		Reset: base.IDFunc(n.Reset, (*Wheel).core),
		Idle:  base.IDFunc(n.Idle, (*Wheel).core),
	}
	if n.Lost != "" {
		f.Lost = func(w *Wheel, loss Loss) {
			_ = w.base.Call(n.Lost, loss, w.base.IDArg()) // without a session nothing is left to report to
		}
	}
	return f
}

func (f *Funcs) hasInput() bool { return f.Input != nil || f.Bytes != nil || f.Text != nil }

// Events returns the present events: Names or Funcs.
func (w *Wheel) Events() Events {
	e, _ := w.events.Current().(Events)
	return e
}

// SetEvents changes the events that e sets, from the next record on, and keeps
// the others. Names in place of Funcs, or the opposite, replace all. A function
// for input replaces all forms of the old one. POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces all events, from the next record on; those that e does
// not set are disabled. If e has no event for input, nothing changes, and a
// warning is logged. POE: event, with undef for what is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	var table base.Events[Names, Funcs]
	table.Replace(e, Names.funcs)
	if !table.Funcs.hasInput() {
		w.base.Warn("events without an input event are ignored")
		return
	}
	w.events = table
}

func (w *Wheel) emitInput(record any) {
	f := w.events.Funcs
	if !base.Deliver(w, record, f.Input, f.Bytes, f.Text) {
		w.emitError("filter", &filter.RecordError{Record: record, Want: "string or []byte"})
	}
}

func (w *Wheel) emitError(op string, err error) {
	if f := w.events.Funcs.Error; f != nil {
		f(w, w.base.OpError(op, err))
		return
	}
	w.base.Unreported(op, err)
}

func (w *Wheel) emitLost(file string, bytes int64, err error) {
	switch f := w.events.Funcs.Lost; {
	case w.Closed():
	case f == nil:
		w.base.Warn("lines may have been lost", "file", file, "bytes", bytes, "error", err)
	default:
		f(w, Loss{File: file, Bytes: bytes, Err: err})
	}
}

func (w *Wheel) emit(f func(*Wheel)) {
	if f != nil && !w.Closed() {
		f(w)
	}
}
