//go:build unix

package run

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/named"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Events says who is told of what: [Names] of events, or [Funcs].
type Events interface{ events() }

// Names tells the session that made the wheel by events, as POE does. An empty
// name is not sent. Without Stdout or Stderr when the wheel is made, the child
// writes where this process does.
type Names struct {
	Stdin  string // the wheel's ID: all that was put is written. POE: StdinEvent
	Stdout string // arguments: the record, the wheel's ID. POE: StdoutEvent
	Stderr string // the same. POE: StderrEvent
	// Error has operation, errno as an int, text, the wheel's ID, and the
	// stream: "STDIN", "STDOUT" or "STDERR". The end of a stream is the
	// operation "read" with errno 0. POE: ErrorEvent
	Error string
	// Close has the wheel's ID: the last stream that the child writes and that
	// is watched has ended. The child need not have. POE: CloseEvent
	Close string
	// Exit has the child's kernel.WaitStatus and the wheel's ID. It comes last:
	// when the child has ended and its output, too, after Close. POE has none.
	Exit string
}

// Funcs tells it by functions, which run in the session that made the wheel.
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

// interest is which events are wanted.
type interest struct{ stdin, stdout, stderr, exit bool }

func wanted(e Events) interest {
	switch e := e.(type) {
	case Names:
		return interest{e.Stdin != "", e.Stdout != "", e.Stderr != "", e.Exit != ""}
	case Funcs:
		return interest{e.Stdin != nil, e.Stdout != nil, e.Stderr != nil, e.Exit != nil}
	}
	return interest{}
}

// Events returns who is told of what.
func (w *Wheel) Events() Events { return w.events }

// SetEvents changes who is told of what e names, from the next record on. What
// it leaves empty stays as it was; Names in place of Funcs, or the other way
// round, replace all. A stream that had no event when the wheel was made has no
// conduit. POE: event.
func (w *Wheel) SetEvents(e Events) { w.ReplaceEvents(named.Over(w.events, e)) }

// ReplaceEvents changes who is told of what, from the next record on. What e
// leaves empty is told to nobody; nil is nobody at all. A stream without an
// event is not read. POE: event, with undef for what is to end.
func (w *Wheel) ReplaceEvents(e Events) {
	w.events = e
	if w.closed {
		return
	}
	if w.stdio != nil {
		w.stdio.ReplaceEvents(w.stdioEvents())
	}
	if w.stderr != nil {
		w.stderr.ReplaceEvents(w.stderrEvents())
	}
	w.watchExit()
}

// stdioEvents are the events of the inner wheel for input and output.
func (w *Wheel) stdioEvents() readwrite.Events {
	f := readwrite.Funcs{
		Flushed: func(*readwrite.Wheel) { w.flushed() },
		Error: func(_ *readwrite.Wheel, err *kernel.OpError) {
			if err.Op == "write" {
				w.failed(err.Op, err.Err, stdinName)
				return
			}
			w.streamEnded(err, stdoutName)
		},
	}
	if wanted(w.events).stdout {
		f.Input = func(_ *readwrite.Wheel, record any) { w.output(record) }
	}
	return f
}

// stderrEvents are those of the inner wheel for errors.
func (w *Wheel) stderrEvents() readwrite.Events {
	f := readwrite.Funcs{Error: func(_ *readwrite.Wheel, err *kernel.OpError) { w.streamEnded(err, stderrName) }}
	if wanted(w.events).stderr {
		f.Input = func(_ *readwrite.Wheel, record any) { w.errorOutput(record) }
	}
	return f
}

// streamEnded reports that no more comes from a stream, and then perhaps that
// nothing comes at all.
func (w *Wheel) streamEnded(err *kernel.OpError, stream string) {
	w.failed(err.Op, err.Err, stream)
	w.open--
	w.letGo(stream)
	if w.open > 0 || w.closed {
		return
	}
	switch e := w.events.(type) {
	case Names:
		if e.Close != "" {
			w.call(e.Close, w.id)
		}
	case Funcs:
		if e.Close != nil {
			e.Close(w)
		}
	}
	w.tellExit()
}

// letGo closes the conduit of a stream that has ended, if nothing else needs
// it.
func (w *Wheel) letGo(stream string) {
	switch {
	case w.closed:
	case stream == stderrName:
		w.stderr.Close()
	case w.stdin == nil:
		w.stdio.Close()
	}
}

// tellExit reports how the child ended, if nothing comes any more.
func (w *Wheel) tellExit() {
	if !w.ended || w.told || w.open > 0 || w.closed || !wanted(w.events).exit {
		return
	}
	w.told = true
	switch e := w.events.(type) {
	case Names:
		if e.Exit != "" {
			w.call(e.Exit, w.status, w.id)
		}
	case Funcs:
		if e.Exit != nil {
			e.Exit(w, w.status)
		}
	}
}

// watchExit asks for the child's end, if the program wants to know.
func (w *Wheel) watchExit() {
	if w.watching || !wanted(w.events).exit {
		return
	}
	w.watching = true
	w.inOwner(func() {
		if w.ended {
			_ = w.k.Host().YieldFunc(eventName+": exit", func(kernel.Event) { w.tellExit() }) // the session is alive
			return
		}
		err := w.k.Host().SigChildFunc(w.pid, eventName+": exit", func(_ kernel.Event, status kernel.WaitStatus) {
			w.ended, w.status = true, status
			w.tellExit()
		})
		if err != nil {
			w.k.Host().Warn("run: somebody else has waited for the child", "wheel", w.id, "pid", w.pid, "error", err)
		}
	})
}

// exited notes how the child has ended, unless Exit is to tell.
func (w *Wheel) exited(status kernel.WaitStatus) {
	if !w.watching {
		w.ended, w.status = true, status
	}
}

func (w *Wheel) output(record any) {
	switch e := w.events.(type) {
	case Names:
		if e.Stdout != "" {
			w.call(e.Stdout, record, w.id)
		}
	case Funcs:
		if e.Stdout != nil {
			e.Stdout(w, record)
		}
	}
}

func (w *Wheel) errorOutput(record any) {
	switch e := w.events.(type) {
	case Names:
		if e.Stderr != "" {
			w.call(e.Stderr, record, w.id)
		}
	case Funcs:
		if e.Stderr != nil {
			e.Stderr(w, record)
		}
	}
}

func (w *Wheel) flushed() {
	switch e := w.events.(type) {
	case Names:
		if e.Stdin != "" {
			w.call(e.Stdin, w.id)
		}
	case Funcs:
		if e.Stdin != nil {
			e.Stdin(w)
		}
	}
}

func (w *Wheel) failed(op string, err error, stream string) {
	failure := &kernel.OpError{Op: op, Err: err, Wheel: w.id}
	switch e := w.events.(type) {
	case Names:
		if e.Error != "" {
			_ = w.k.Host().CallError(w.owner, e.Error, failure, stream) // as in call
		}
	case Funcs:
		if e.Error != nil {
			e.Error(w, failure, stream)
		}
	}
}

// call sends a named event, at once.
func (w *Wheel) call(event string, args ...any) {
	// It can only fail if the session is gone, and then nobody is to be told.
	_, _ = w.k.Call(w.owner, event, args...)
}

// inOwner runs f in the session that made the wheel.
func (w *Wheel) inOwner(f func()) {
	if err := w.k.Host().CallFunc(w.owner, eventName, func(kernel.Event) { f() }); err != nil {
		w.k.Host().Warn("run: the wheel's session is gone", "wheel", w.id, "error", err)
	}
}
