package await_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// run runs f as the task of a session and returns what it has logged.
func run(t *testing.T, k *kernel.Kernel, f func(t *await.Task, log func(...any)), more session.Funcs) []string {
	t.Helper()
	var logged []string
	log := func(args ...any) { logged = append(logged, fmt.Sprint(args...)) }
	states := session.Funcs{"_start": func(e kernel.Event) {
		await.Async(e, func(t *await.Task) { f(t, log) })
		log("started")
	}}
	for name, h := range more {
		states[name] = func(e kernel.Event) { log(name); h(e) }
	}
	_, err := session.Inline(k, states)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return logged
}

func none(kernel.Event) {}

func TestTaskRunsUntilItsFirstAwait(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	got := run(t, k, func(t *await.Task, log func(...any)) {
		log("first")
		t.Kernel().Yield("other")
		_, err := await.Await(t, await.Sleep(time.Minute))
		log("slept ", err)
		log(t.Session() == t.Kernel().ActiveSession())
	}, session.Funcs{"other": none, "_stop": none})
	assert.Equal(t, []string{"first", "started", "other", "slept <nil>", "true", "_stop"}, got)
}

func TestOffload(t *testing.T) {
	boom := errors.New("boom")
	got := run(t, kernel.New(), func(t *await.Task, log func(...any)) {
		n, err := await.Await(t, await.Offload(func(context.Context) (int, error) { return 42, nil }))
		log(n, " ", err)
		n, err = await.Await(t, await.Offload(func(context.Context) (int, error) { return 0, boom }))
		log(n, " ", errors.Is(err, boom))
	}, nil)
	assert.Equal(t, []string{"started", "42 <nil>", "0 true"}, got)
}

func TestReplyOfAnotherSession(t *testing.T) {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.AliasSet("adder") },
		"add": func(e kernel.Event) {
			e.Post(e.Sender, kernel.Arg[string](e, 0), kernel.Arg[int](e, 1)+kernel.Arg[int](e, 2))
		},
		"remember": func(e kernel.Event) { kernel.Arg[*kernel.Postback](e, 0).Post("yes") },
	})
	require.NoError(t, err)
	got := run(t, k, func(t *await.Task, log func(...any)) {
		answer, err := await.Await(t, await.Reply(func(event string) error {
			return t.Kernel().Post(kernel.Alias("adder"), "add", event, 2, 3)
		}))
		log(answer.Args, err)
		used, err := await.Await(t, await.PostbackReply(func(p *kernel.Postback) error {
			return t.Kernel().Post(kernel.Alias("adder"), "remember", p)
		}))
		log(used, err)
		_, err = await.Await(t, await.Reply(func(event string) error {
			return t.Kernel().Post(kernel.Alias("missing"), "add", event)
		}))
		log(errors.Is(err, kernel.ErrNoSession))
	}, nil)
	assert.Equal(t, []string{"started", "[5] <nil>", "[yes] <nil>", "true"}, got)
	assert.Zero(t, k.Stats().LostPostbacks)
}

func TestWithin(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	got := run(t, k, func(t *await.Task, log func(...any)) {
		began := t.Kernel().Now()
		_, err := await.Await(t, await.Within(time.Second, await.Sleep(time.Hour)))
		log(errors.Is(err, await.ErrTimeout), t.Kernel().Now().Sub(began))
		_, err = await.Await(t, await.Within(time.Hour, await.Sleep(time.Second)))
		log(err, t.Kernel().Now().Sub(began))
	}, session.Funcs{"_stop": none})
	assert.Equal(t, []string{"started", "true 1s", "<nil> 2s", "_stop"}, got, "no timer is left")
}

func TestFinishedWaitsForAnotherTask(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	var logged []string
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		first := await.Async(e, func(t *await.Task) {
			await.Await(t, await.Sleep(time.Second))
			logged = append(logged, "first")
		})
		await.Async(e, func(t *await.Task) {
			await.Await(t, await.Finished(first))
			logged = append(logged, "second")
			await.Await(t, await.Finished(first))
			logged = append(logged, "again")
		})
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"first", "second", "again"}, logged)
}

func TestSessionThatStopsCancelsItsTasks(t *testing.T) {
	k := kernel.New()
	var errs []error
	var cut context.Context
	s, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		await.Async(e, func(t *await.Task) {
			for range 2 {
				_, err := await.Await(t, await.Offload(func(ctx context.Context) (int, error) {
					cut = ctx
					<-ctx.Done()
					return 0, ctx.Err()
				}))
				errs = append(errs, err)
			}
		})
	}})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("end") },
		"end":    func(e kernel.Event) { assert.NoError(t, e.Kernel.Host().StopSession(s.ID())) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []error{await.ErrCancelled, await.ErrCancelled}, errs)
	_ = cut
}

func TestCancel(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	began := k.Now()
	var err error
	_, made := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			task := await.Async(e, func(t *await.Task) { _, err = await.Await(t, await.Sleep(time.Hour)) })
			e.Yield("cancel", task)
		},
		"cancel": func(e kernel.Event) {
			task := kernel.Arg[*await.Task](e, 0)
			task.Cancel()
			assert.True(t, task.Done())
			task.Cancel()
		},
	})
	require.NoError(t, made)
	require.NoError(t, k.Run())
	assert.ErrorIs(t, err, await.ErrCancelled)
	assert.Less(t, k.Now().Sub(began), time.Hour, "the timer is gone")
}

func TestExceptionBecomesDIE(t *testing.T) {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		await.Async(e, func(t *await.Task) {
			await.Await(t, await.Sleep(0))
			panic("thrown")
		})
	}})
	require.NoError(t, err)
	assert.ErrorContains(t, k.Run(), "thrown")
}

func TestAwaitElsewherePanics(t *testing.T) {
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		task := await.Async(e, func(t *await.Task) { await.Await(t, await.Sleep(0)) })
		assert.PanicsWithValue(t, "await: Await outside of the task's function", func() { await.Await(task, await.Sleep(0)) })
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// Many waits leave nothing behind: no handler, no timer, no reference.
func TestNothingIsLeftBehind(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	var s *session.Session
	var before, after int
	s, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		before = 1
		await.Async(e, func(t *await.Task) {
			for range 100 {
				await.Await(t, await.Sleep(time.Millisecond))
			}
			after = len(t.Session().Session().(*session.Session).Handlers())
		})
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, before, after)
	assert.False(t, s.ID().Alive())
}
