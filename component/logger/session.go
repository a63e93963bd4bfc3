package logger

import (
	"context"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// writer is the session that writes a logger's lines.
type writer struct {
	out     *output
	busy    bool // a job writes
	flushed []waiter
}

// waiter is who waits until everything has been written.
type waiter struct {
	to    kernel.ID
	event string
}

// waitTag keeps those alive who wait.
const waitTag = "logger: flush"

var writerStates = session.States[writer]{
	"_start":   (*writer).start,
	"_stop":    (*writer).stop,
	"write":    func(w *writer, e kernel.Event) { w.write(e.Kernel) },
	"written":  (*writer).written,
	"reopen":   (*writer).reopen,
	"reopened": (*writer).reopened,
	"flush":    (*writer).flush,
	"shutdown": func(w *writer, e kernel.Event) { _ = e.Kernel.AliasRemove(w.out.config.Alias) }, // and _stop writes
}

func (w *writer) start(e kernel.Event) {
	o := w.out
	o.mu.Lock()
	o.id = e.Session
	o.mu.Unlock()
	*kernel.Arg[*error](e, 0) = e.Kernel.AliasSet(o.config.Alias)
	w.write(e.Kernel) // what was logged before
}

// write begins a job for the lines that wait, unless one is under way.
func (w *writer) write(k *kernel.Kernel) {
	if w.busy {
		return // written looks again
	}
	lines := w.out.take()
	if len(lines) == 0 {
		w.answer(k)
		return
	}
	_, err := k.Offload("written", func(context.Context) (any, error) {
		w.out.put(lines)
		return nil, nil
	})
	if w.busy = err == nil; !w.busy {
		w.out.put(lines)
	}
}

func (w *writer) written(e kernel.Event) {
	w.busy = false
	w.write(e.Kernel)
}

// flush remembers who wants to know that everything is written.
func (w *writer) flush(e kernel.Event) {
	w.flushed = append(w.flushed, waiter{e.Sender, kernel.Arg[string](e, 0)})
	_, _ = e.Kernel.RefcountIncrement(e.Sender, waitTag) // one that has stopped waits for nothing
	w.write(e.Kernel)
}

// answer tells those who wait.
func (w *writer) answer(k *kernel.Kernel) {
	waiting := w.flushed
	w.flushed = nil
	for _, f := range waiting {
		_ = k.Post(f.to, f.event) // it may have stopped by force
		_, _ = k.RefcountDecrement(f.to, waitTag)
	}
}

// reopen opens the file anew, on another goroutine.
func (w *writer) reopen(e kernel.Event) {
	f, ok := w.out.sink.(interface{ Reopen() error })
	if !ok {
		return
	}
	_, err := e.Kernel.Offload("reopened", func(context.Context) (any, error) {
		w.out.writing.Lock()
		defer w.out.writing.Unlock()
		return nil, f.Reopen()
	})
	if err != nil {
		e.Kernel.Host().Logger().Warn("logger: the file cannot be opened anew", "error", err)
	}
}

func (w *writer) reopened(e kernel.Event) {
	if err, failed := kernel.ArgOK[error](e, 1); failed && err != nil {
		e.Kernel.Host().Logger().Warn("logger: the file cannot be opened anew", "error", err)
	}
}

// stop writes the rest. From now on lines are written by who logs them.
func (w *writer) stop(e kernel.Event) {
	o := w.out
	o.put(o.take())
	w.answer(e.Kernel)
	o.mu.Lock()
	o.state = ended
	o.mu.Unlock()
	o.put(o.take()) // what came between
}
