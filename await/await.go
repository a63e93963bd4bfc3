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
// may do whatever a handler may do and needs no locks. The session that started
// the task is the active one whenever the function runs.
//
// # Order
//
// Async runs the function at once, within the handler, until its first Await.
// The result arrives as an event of the session, in the kernel's one order, and
// the function continues within the dispatch of that event until its next Await.
// Between two Awaits a task is therefore as atomic as a handler, but anything
// that it read before an Await may have changed after it.
//
// # End
//
// A task keeps its session alive. It ends when its function returns. When its
// session is stopped or [Task.Cancel] is called, the current Await and all later
// ones return [ErrCancelled], and the function should return. An exception in
// the function is an exception of the event in which it runs: it becomes the
// signal DIE.
package await

import (
	"context"
	"errors"
	"fmt"

	"github.com/gopoe/poe/internal/coroutine"
	"github.com/gopoe/poe/kernel"
)

// ErrCancelled is the error of Await in a cancelled task: after [Task.Cancel],
// or when the task's session has stopped.
var ErrCancelled = errors.New("await: the task is cancelled")

// ErrTimeout is the error of Await for [Within] if the time has passed.
var ErrTimeout = errors.New("await: time-out")

// tag is the reference count that keeps a task's session alive.
const tag = "await"

// Task is a function that can wait. It belongs to the kernel's goroutine; only
// the context which Context returns may be used on others.
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

// Async runs f as a task of the active session, which must be e.Session. f runs
// at once, until it waits for the first time. Async returns nil, without
// running f, if no session is active.
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

// Kernel returns the task's kernel. While the task runs, the kernel's methods
// act for the task's session.
func (t *Task) Kernel() *kernel.Kernel { return t.k }

// Session returns the session in which the task was started.
func (t *Task) Session() kernel.ID { return t.session }

// Context returns a context that is cancelled when the task ends or is
// cancelled.
func (t *Task) Context() context.Context { return t.ctx }

// Done reports whether the task has ended.
func (t *Task) Done() bool { return t.done }

// Cancel makes the current Await of the task and all later ones return
// [ErrCancelled]. The function has run to its end when Cancel returns, unless
// the task itself calls it. It does nothing if the task has ended.
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

// Awaitable is an operation for which a task can wait and which Await begins.
// If its result arrives as an event of the task's session, Begin and Result are
// set; if it arrives by a function call, Start is set. Start has precedence.
type Awaitable[T any] struct {
	// Begin starts the operation, whose result must arrive as one event of the
	// given name. The function it returns, which may be nil, is called if the task
	// stops waiting before that.
	Begin func(t *Task, event string) (abandon func(), err error)
	// Result converts the event to the result of Await.
	Result func(e kernel.Event) (T, error)
	// Start starts an operation whose result arrives by a call of deliver on the
	// kernel's goroutine, in the task's session. If the task waits, it continues
	// before deliver returns. Later calls have no effect. The function that Start
	// returns is called as Begin's is.
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

// Await begins the operation and waits for its result. An error of Begin or
// Start is returned at once. Only the task's own function may call Await;
// elsewhere it panics, since there is nothing that could wait.
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
