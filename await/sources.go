package await

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Offload returns an Awaitable for work that may block. [kernel.Kernel.Offload]
// runs work on another goroutine, with a context that is cancelled with the
// task. work must not use anything that belongs to the kernel's goroutine.
func Offload[T any](work func(ctx context.Context) (T, error)) Awaitable[T] {
	return Awaitable[T]{
		Begin: func(t *Task, event string) (func(), error) {
			job, err := t.k.Offload(event, func(ctx context.Context) (any, error) { return work(ctx) })
			if err != nil {
				return nil, err
			}
			return job.Cancel, nil
		},
		Result: func(e kernel.Event) (T, error) {
			result, _ := e.Arg(0).(T)
			err, _ := e.Arg(1).(error)
			return result, err
		},
	}
}

// Sleep returns an Awaitable which waits for d by the kernel's clock. If d is
// 0, the events that are already queued are handled first. The result is the
// kernel's time after the wait.
func Sleep(d time.Duration) Awaitable[time.Time] {
	return Awaitable[time.Time]{
		Begin: func(t *Task, event string) (func(), error) {
			alarm, err := t.k.DelaySet(event, d)
			if err != nil {
				return nil, err
			}
			return func() { _, _ = t.k.AlarmRemove(alarm) }, nil
		},
		Result: func(e kernel.Event) (time.Time, error) { return e.Kernel.Now(), nil },
	}
}

// Reply returns an Awaitable for the answer of another session. ask sends the
// request, with the name of the event by which the session is to answer, as
// POE's components expect. The result is that event.
//
//	answer, err := await.Await(t, await.Reply(func(event string) error {
//		return t.Kernel().Post(kernel.Alias("resolver"), "resolve", event, host)
//	}))
func Reply(ask func(event string) error) Awaitable[kernel.Event] {
	return Awaitable[kernel.Event]{
		Begin:  func(_ *Task, event string) (func(), error) { return nil, ask(event) },
		Result: func(e kernel.Event) (kernel.Event, error) { return e, nil },
	}
}

// PostbackReply is like [Reply] for components that answer through a postback,
// on any goroutine. The result is the arguments of the postback's call. The
// postback is released when the answer arrives or the task stops waiting.
func PostbackReply(ask func(answer *kernel.Postback) error) Awaitable[[]any] {
	var p *kernel.Postback
	return Awaitable[[]any]{
		Begin: func(t *Task, event string) (func(), error) {
			p = t.session.Postback(event)
			if err := ask(p); err != nil {
				p.Release()
				return nil, err
			}
			return p.Release, nil
		},
		Result: func(e kernel.Event) ([]any, error) {
			p.Release()
			return kernel.Arg[[]any](e, 1), nil
		},
	}
}

// Finished returns an Awaitable for the end of another task, which must not be
// nil. A task that waits for itself would wait forever: for that Await returns
// [kernel.ErrInvalid].
func Finished(other *Task) Awaitable[struct{}] {
	return Awaitable[struct{}]{
		Begin: func(t *Task, event string) (func(), error) {
			w := waiter{t.session, event}
			switch {
			case other == t:
				return nil, fmt.Errorf("await: Finished: the task itself: %w", kernel.ErrInvalid)
			case other.done:
				return nil, t.k.Post(w.session, w.event)
			}
			other.waiters = append(other.waiters, w)
			return func() {
				other.waiters = slices.DeleteFunc(other.waiters, func(x waiter) bool { return x == w })
			}, nil
		},
		Result: func(kernel.Event) (struct{}, error) { return struct{}{}, nil },
	}
}

// Within returns an Awaitable which limits what to the time d by the kernel's
// clock. When the time has passed, the operation is abandoned as if the task
// were cancelled, and Await returns [ErrTimeout].
func Within[T any](d time.Duration, what Awaitable[T]) Awaitable[T] {
	return Awaitable[T]{Start: func(t *Task, deliver func(T, error)) (func(), error) {
		var alarm kernel.AlarmID
		arrived := false
		abandon, err := what.start(t, func(result T, err error) {
			arrived = true
			_, _ = t.k.AlarmRemove(alarm) // also if what is within has timed out itself
			deliver(result, err)
		})
		if err != nil || arrived {
			return nil, err
		}
		alarm, err = t.k.Host().DelayFunc("await within", d, func(kernel.Event) {
			abandon()
			var none T
			deliver(none, ErrTimeout)
		})
		if err != nil {
			abandon()
			return nil, err
		}
		return func() {
			_, _ = t.k.AlarmRemove(alarm)
			abandon()
		}, nil
	}}
}
