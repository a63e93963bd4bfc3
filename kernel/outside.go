package kernel

import (
	"context"
	"sync/atomic"

	"github.com/gopoe/poe/internal/goroutine"
	"github.com/gopoe/poe/internal/recordfile"
)

// onOwnGoroutine reports whether the caller is on the kernel's goroutine.
func (k *Kernel) onOwnGoroutine() bool {
	owner := k.inbox.owner.Load()
	return owner != 0 && owner == goroutine.ID()
}

// Outside is the view of a kernel for other goroutines, returned by
// [Kernel.Outside]. Its methods are safe on any goroutine.
type Outside struct{ k *Kernel }

// Outside returns the view of the kernel for other goroutines.
func (k *Kernel) Outside() Outside { return Outside{k} }

// Post queues an event; the kernel is its sender. Events of one goroutine
// arrive in the order in which they were posted. If there is no living session
// with that destination, the event becomes a dead letter.
func (o Outside) Post(to Dest, event string, args ...any) {
	o.k.inbox.put(message{to: to, event: event, args: args})
}

// Call runs a session's handler on the kernel's goroutine, between two events,
// waits for it, and returns its result as [Kernel.Call] does. The error is the
// context's if that is done first, [ErrNoSession], [ErrNotRunning], or
// [ErrWouldDeadlock] on the kernel's own goroutine. Like any call it overtakes
// events that are queued, also those that this goroutine has posted before.
func (o Outside) Call(ctx context.Context, to Dest, event string, args ...any) (any, error) {
	var v any
	var callErr error
	err := o.Do(ctx, func(k *Kernel) { v, callErr = k.Call(to, event, args...) })
	if err != nil {
		return nil, err
	}
	return v, callErr
}

// Do runs f on the kernel's goroutine, between two events and outside of any
// session, and waits until it has returned. If f panics, Do panics with the
// same value. The errors are those of Call, except ErrNoSession. If the context
// is done before f has begun, f will not run.
func (o Outside) Do(ctx context.Context, f func(k *Kernel)) error {
	k := o.k
	if k.onOwnGoroutine() {
		return ErrWouldDeadlock
	}
	job := &outsideJob{k: k, f: f, done: make(chan struct{})}
	if !k.inbox.putIf(message{kind: recordfile.ArrivalDo, run: job.run}, true) {
		return ErrNotRunning
	}
	select {
	case <-job.done:
	case <-ctx.Done():
		if job.state.CompareAndSwap(jobWaiting, jobGivenUp) {
			return ctx.Err()
		}
		<-job.done
	}
	if job.thrown != nil {
		panic(job.thrown)
	}
	return job.err
}

// DoAsync runs f on the kernel's goroutine, between two events and outside of
// any session, and does not wait for it. If the kernel does not run, f runs
// once it does. If f panics, the kernel's Run panics.
func (o Outside) DoAsync(f func(k *Kernel)) {
	o.k.inbox.put(message{kind: recordfile.ArrivalLive, run: func() { f(o.k) }})
}

// outsideJob is a function on its way to the kernel's goroutine.
type outsideJob struct {
	k      *Kernel
	f      func(*Kernel)
	state  atomic.Int32
	done   chan struct{}
	err    error
	thrown any
}

const (
	jobWaiting = iota
	jobTaken
	jobGivenUp
)

func (j *outsideJob) run() {
	if !j.state.CompareAndSwap(jobWaiting, jobTaken) {
		return
	}
	defer close(j.done)
	if !j.k.running {
		j.err = ErrNotRunning
		return
	}
	defer func() { j.thrown = recover() }()
	j.f(j.k)
}

// Stop makes the kernel stop all sessions, as [Kernel.Stop] does, and does not
// wait for that.
func (o Outside) Stop() { o.k.inbox.put(message{kind: recordfile.ArrivalStop, run: o.k.Stop}) }

// Signal sends a signal, as [Kernel.Signal] does. If there is no living session
// with that destination, it becomes a dead letter.
func (o Outside) Signal(to Dest, signal string, args ...any) {
	o.k.inbox.put(message{kind: recordfile.ArrivalSent, to: to, event: signal, args: args, run: o.k.sentSignal(to, signal, args)})
}

// sentSignal sends a signal for another goroutine.
func (k *Kernel) sentSignal(to Dest, signal string, args []any) func() {
	return func() {
		if k.Signal(to, signal, args...) != nil {
			k.deadLetter(DeadLetter{To: to, Event: "_signal", Args: append([]any{signal}, args...), From: ID{k.root}})
		}
	}
}
