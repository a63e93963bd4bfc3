//go:build unix

package run

import (
	"errors"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Events selects how the wheel reports: [Names] or [Funcs], or a pointer to one
// of them. Nil disables reporting.
type Events interface{ events() }

// Names are events of the session that created the wheel, as in POE. An event
// without a name is not sent. If Stdout or Stderr is not set when the wheel is
// made, the child inherits that stream from this process.
type Names struct {
	Stdin  string // the wheel's ID: everything that was put is written. POE: StdinEvent
	Stdout string // the record, the wheel's ID. POE: StdoutEvent
	Stderr string // the same. POE: StderrEvent
	// Error has the operation, errno as an int, its text, the wheel's ID, and
	// the stream: "STDIN", "STDOUT" or "STDERR". The end of a stream is the
	// operation "read" with errno 0. POE: ErrorEvent
	Error string
	// Close has the wheel's ID: the last of the child's output streams that the
	// wheel reads has ended. The child may still run. POE: CloseEvent
	Close string
	// Exit has the child's kernel.WaitStatus and the wheel's ID. It comes last:
	// when the child and its output have ended, after Close. POE has no such
	// event.
	Exit string
}

// Funcs are functions that run in the session that created the wheel.
type Funcs struct {
	Stdin  func(w *Wheel)
	Stdout func(w *Wheel, record any)
	Stderr func(w *Wheel, record any)
	Error  func(w *Wheel, err *kernel.OpError, stream string)
	Close  func(w *Wheel)
	Exit   func(w *Wheel, status kernel.WaitStatus)
}

func (Names) events() {}
func (Funcs) events() {}

// The child's streams, as error events name them.
const (
	stdinName  = "STDIN"
	stdoutName = "STDOUT"
	stderrName = "STDERR"
)

func (w *Wheel) core() *base.Base { return &w.base }

// funcs turns names into functions.
func (n Names) funcs() Funcs {
	f := Funcs{
		Stdin:  base.IDFunc(n.Stdin, (*Wheel).core),
		Stdout: base.RecordFunc(n.Stdout, (*Wheel).core),
		Stderr: base.RecordFunc(n.Stderr, (*Wheel).core),
		Close:  base.IDFunc(n.Close, (*Wheel).core),
	}
	// Without a session nothing is left to report to.
	if n.Error != "" {
		f.Error = func(w *Wheel, err *kernel.OpError, stream string) {
			_ = w.base.Kernel.Host().CallError(w.base.Owner, n.Error, err, stream)
		}
	}
	if n.Exit != "" {
		f.Exit = func(w *Wheel, status kernel.WaitStatus) {
			_ = w.base.Call(n.Exit, status, w.base.IDArg())
		}
	}
	return f
}

// Events returns the present events: Names or Funcs.
func (w *Wheel) Events() Events {
	e, _ := w.events.Current().(Events)
	return e
}

// SetEvents changes the events that e sets, from the next record on, and keeps
// the others. Names in place of Funcs, or the opposite, replace all. A stream
// without an event when the wheel was created has no conduit. POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(base.Merge(w.Events(), e)) }

// ReplaceEvents replaces all events, from the next record on; those that e does
// not set are disabled, and nil disables all. A stream whose event is disabled
// is still read and its records are dropped, so that the child can continue
// writing. POE: event, with undef for what is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	w.events.Replace(e, Names.funcs)
	if !w.base.Closed() {
		w.watchExit()
	}
}

// stdioEvents are the events of the inner wheel for input and output.
func (w *Wheel) stdioEvents(read bool) readwrite.Events {
	f := readwrite.Funcs{
		Flushed: func(*readwrite.Wheel) {
			if f := w.events.Funcs.Stdin; f != nil {
				f(w)
			}
		},
		Error: func(_ *readwrite.Wheel, err *kernel.OpError) {
			if err.Op == "write" {
				w.emitError(err.Op, err.Err, stdinName)
				return
			}
			w.inputFailed(err, stdoutName)
		},
	}
	if read {
		f.Input = func(_ *readwrite.Wheel, record any) { w.output(record) }
	}
	return &f
}

// stderrEvents are those of the inner wheel for errors.
func (w *Wheel) stderrEvents() readwrite.Events {
	return &readwrite.Funcs{
		Error: func(_ *readwrite.Wheel, err *kernel.OpError) { w.inputFailed(err, stderrName) },
		Input: func(_ *readwrite.Wheel, record any) { w.errorOutput(record) },
	}
}

// inputFailed reports an error of a stream. One of the filter does not end it: the
// end of the stream follows by itself.
func (w *Wheel) inputFailed(err *kernel.OpError, stream string) {
	if err.Op == "filter" {
		w.emitError(err.Op, err.Err, stream)
		return
	}
	w.streamEnded(err, stream)
}

// streamEnded reports that a stream has ended, and then perhaps that all have.
func (w *Wheel) streamEnded(err *kernel.OpError, stream string) {
	w.emitPartial(stream)
	w.emitError(err.Op, err.Err, stream)
	ended := &w.stdoutEnded
	if stream == stderrName {
		ended = &w.stderrEnded
	}
	if *ended {
		return
	}
	*ended = true
	w.open--
	w.closeStream(stream)
	if w.open > 0 || w.base.Closed() {
		return
	}
	if f := w.events.Funcs.Close; f != nil {
		f(w)
	}
	w.finish()
}

// emitPartial reports what is left undecoded at the end of a stream, if that was
// asked for.
func (w *Wheel) emitPartial(stream string) {
	if !w.keepPartial || w.base.Closed() {
		return
	}
	if stream == stderrName {
		if rest := w.stderr.PendingInput(); len(rest) > 0 {
			w.errorOutput(string(rest))
		}
		return
	}
	if rest := w.stdio.PendingInput(); len(rest) > 0 {
		w.output(string(rest))
	}
}

// closeStream closes the conduit of a stream that has ended, if nothing else
// needs it.
func (w *Wheel) closeStream(stream string) {
	switch {
	case w.base.Closed():
	case stream == stderrName:
		w.stderr.Close()
	case w.stdin == nil:
		w.stdio.Close()
	}
}

// finish reports how the child has ended, once nothing more comes.
func (w *Wheel) finish() {
	if !w.ended || w.reported || w.open > 0 || w.base.Closed() {
		return
	}
	w.cancelTimeout()
	if f := w.events.Funcs.Exit; f != nil {
		w.reported = true
		f(w, w.status)
	}
}

// watchExit asks for the child's end, if the program wants to know, or if there
// is a time limit.
func (w *Wheel) watchExit() {
	if w.watching || w.events.Funcs.Exit == nil && w.timeout == 0 {
		return
	}
	w.watching = true
	w.base.InOwner(func() {
		if w.ended {
			w.base.Later(w.finish)
			return
		}
		err := w.base.Kernel.Host().SigChildFunc(w.pid, kind.Name()+": exit", func(_ kernel.Event, status kernel.WaitStatus) {
			w.ended, w.status = true, status
			w.finish()
		})
		if err != nil {
			w.base.Warn("the child's end cannot be watched", "pid", w.pid, "error", err)
		}
		if errors.Is(err, syscall.ECHILD) { // something else has waited for it
			w.ended, w.status = true, -1
			w.base.Later(w.finish)
		}
	})
}

// exited records how the child has ended, unless watchExit does.
func (w *Wheel) exited(status kernel.WaitStatus) {
	if !w.watching {
		w.ended, w.status = true, status
	}
}

func (w *Wheel) output(record any) {
	if f := w.events.Funcs.Stdout; f != nil {
		f(w, record)
	}
}

func (w *Wheel) errorOutput(record any) {
	if f := w.events.Funcs.Stderr; f != nil {
		f(w, record)
	}
}

func (w *Wheel) emitError(op string, err error, stream string) {
	if f := w.events.Funcs.Error; f != nil {
		f(w, w.base.OpError(op, err), stream)
		return
	}
	w.base.Unreported(op, err)
}
