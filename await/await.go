// Package await lets a handler be written as straight-line code that waits:
//
//	await.Async(e, func(t *await.Task) {
//		user, err := await.Await(t, await.Offload(func(ctx context.Context) (User, error) {
//			return load(ctx, name)
//		}))
//		if err != nil {
//			return
//		}
//		await.Await(t, await.Sleep(time.Second))
//		...
//	})
//
// While a task waits, its session and all others continue handling events. The
// function of a task runs only while the kernel's goroutine waits for it, so it
// may do all that a handler may do: it needs no locks, and the session that
// began the task is the active one whenever it runs.
//
// # Order
//
// Async runs the function at once, within the handler, until its first Await.
// What is waited for arrives as an event of the session, in the kernel's one
// order, and the function continues inside the dispatch of that event until its
// next Await. So between two Awaits a task is as indivisible as a handler, and
// whatever it read before an Await may have changed behind it.
//
// # End
//
// A task keeps its session alive. It ends when its function returns. When its
// session is stopped, or [Task.Cancel] is called, the Await that waits and all
// later ones return [ErrCancelled] and the function is to return. An exception
// in the function is an exception of the event in which it runs: it becomes the
// signal DIE.
package await

import (
	"context"
	"errors"
	"fmt"

	"github.com/gopoe/poe/internal/coroutine"
	"github.com/gopoe/poe/kernel"
)

// ErrCancelled is what Await returns once the task is cancelled, by
// [Task.Cancel] or because its session has stopped.
var ErrCancelled = errors.New("await: the task is cancelled")

// ErrTimeout is what Await returns for [Within] when the time is over.
var ErrTimeout = errors.New("await: time-out")

// tag is the reference count that keeps a task's session alive.
const tag = "await"

// Task is a function that can wait. It belongs to the kernel's goroutine.
type Task struct {
	k       *kernel.Kernel
	session kernel.ID
	co      *coroutine.Coroutine
	pause   func() bool
	ctx     context.Context
	cancel  context.CancelFunc
	serial  int
	done    bool
	inside  bool // the function runs now
	waiters []waiter
}

// waiter waits for the end of a task.
type waiter struct {
	session kernel.ID
	event   string
}

// Async runs f as a task of the active session, which must be e.Session: at
// once, until it waits for the first time. It returns nil outside of a session.
func Async(e kernel.Event, f func(t *Task)) *Task {
	k := e.Kernel
	t := &Task{k: k, session: k.ActiveSession()}
	if _, err := k.RefcountIncrement(t.session, tag); err != nil {
		return nil
	}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	owned, err := k.Host().Own(closer{t}, "task")
	if err != nil {
		t.finish()
		return nil
	}
	t.co = coroutine.New(k, func(pause func() bool) {
		t.pause = pause
		defer func() {
			owned.Release()
			t.finish()
		}()
		f(t)
	})
	t.resume()
	return t
}

// Kernel returns the kernel, whose methods act for the task's session.
func (t *Task) Kernel() *kernel.Kernel { return t.k }

// Session returns the session that began the task.
func (t *Task) Session() kernel.ID { return t.session }

// Context returns a context that ends with the task.
func (t *Task) Context() context.Context { return t.ctx }

// Done reports whether the function has returned.
func (t *Task) Done() bool { return t.done }

// Cancel makes the Await that waits, and all later ones, return [ErrCancelled].
// The function runs to its end before Cancel returns, unless the task itself
// calls it. A task that is done is left alone.
func (t *Task) Cancel() {
	if t.done || t.ctx.Err() != nil {
		return
	}
	t.cancel()
	if t.inside || t.co == nil {
		return
	}
	stop := func(kernel.Event) {
		t.inside = true
		defer func() { t.inside = false }()
		t.co.Stop()
	}
	if !t.session.Alive() {
		stop(kernel.Event{}) // it owns nothing any more
		return
	}
	_ = t.k.Host().CallFunc(t.session, "await cancel", stop)
}

// closer cancels a task when its session has stopped.
type closer struct{ t *Task }

func (c closer) Close() error {
	c.t.Cancel()
	return nil
}

func (t *Task) resume() {
	t.inside = true
	defer func() { t.inside = false }()
	t.co.Resume()
}

// finish releases the session and continues the tasks which wait for this one.
func (t *Task) finish() {
	if t.done {
		return
	}
	t.done = true
	t.cancel()
	if t.session.Alive() {
		_, _ = t.k.RefcountDecrement(t.session, tag)
	}
	waiters := t.waiters
	t.waiters = nil
	for _, w := range waiters {
		_ = t.k.Post(w.session, w.event)
	}
}

// Awaitable is something that a task can wait for: an operation that has not
// begun yet. Its result arrives as an event of the task's session, and then it has
// Begin and Result, or by a call, and then it has Start.
type Awaitable[T any] struct {
	// Begin starts the operation; its result is to arrive as one event of that
	// name. The function that it returns, which may be nil, is called when the
	// task stops waiting before the event has come.
	Begin func(t *Task, event string) (abandon func(), err error)
	// Result makes the result of the event.
	Result func(e kernel.Event) (T, error)
	// Start starts an operation whose result arrives by a call of deliver: on the
	// kernel's goroutine, in the task's session. If the task waits, it continues
	// before deliver returns. Later calls have no effect. The function that Start
	// returns is as Begin's.
	Start func(t *Task, deliver func(T, error)) (abandon func(), err error)
}

// start starts the operation, whichever kind it is. Without an error, abandon is not
// nil.
func (a Awaitable[T]) start(t *Task, deliver func(T, error)) (abandon func(), err error) {
	if a.Start != nil {
		if abandon, err = a.Start(t, deliver); abandon == nil {
			abandon = func() {}
		}
		return abandon, err
	}
	t.serial++
	event := fmt.Sprintf("await %p %d", t, t.serial)
	forget := func() {
		if t.session.Alive() {
			_ = t.k.State(event, nil)
		}
	}
	err = t.k.State(event, func(e kernel.Event) {
		forget()
		deliver(a.Result(e))
	})
	if err != nil {
		return nil, err
	}
	given, err := a.Begin(t, event)
	if err != nil {
		forget()
		return nil, err
	}
	return func() {
		forget()
		if given != nil {
			given()
		}
	}, nil
}

// Await begins the operation and waits for its result. It may only be called by
// the task's own function; elsewhere it panics, because there is nothing that
// could wait. What Begin or Start returns as an error is returned at once.
func Await[T any](t *Task, what Awaitable[T]) (T, error) {
	var none, result T
	if !t.inside || !t.co.Running() {
		panic("await: Await outside of the task's function")
	}
	if t.ctx.Err() != nil {
		return none, ErrCancelled
	}
	var err error
	arrived, waiting := false, false
	abandon, failed := what.start(t, func(r T, e error) {
		if arrived {
			return
		}
		arrived, result, err = true, r, e
		if waiting {
			t.resume()
		}
	})
	if failed != nil {
		return none, failed
	}
	for !arrived {
		waiting = true
		going := t.pause()
		waiting = false
		if (!going || t.ctx.Err() != nil) && !arrived {
			arrived, err = true, ErrCancelled // what comes now is late
			abandon()
		}
	}
	return result, err
}
