package await

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Offload is work that may block: it runs on another goroutine by
// [kernel.Kernel.Offload], under a context that ends with the task. It must not
// touch what belongs to the kernel's goroutine.
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

// Sleep waits for d by the kernel's clock; zero lets the events that are queued
// be handled first. The result is the time then.
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

// Reply is the answer of another session: ask sends it a request with the name
// of the event to answer with, as POE's components want it. The result is that
// event.
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

// PostbackReply is [Reply] for what answers through a postback, from whatever
// goroutine. The result is what the postback was used with; the postback is
// released then, and when the task is cancelled.
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

// Finished is the end of another task; for the task itself, which would wait
// forever, Await returns [kernel.ErrInvalid].
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

// Within is what, or [ErrTimeout] if it has not arrived after d. The operation
// is then abandoned, as it is when the task is cancelled.
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
