package await_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/await"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// A task that another session cancels ends in its own session, and leaves no
// timer behind.
func TestCancelByAnotherSession(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	began := k.Now()
	var task *await.Task
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		task = await.Async(e, func(task *await.Task) {
			_, err := await.Await(task, await.Sleep(time.Hour))
			assert.ErrorIs(t, err, await.ErrCancelled)
			assert.Equal(t, task.Session(), k.ActiveSession())
		})
	}})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { e.Yield("go") }, "go": func(e kernel.Event) {
		task.Cancel()
		assert.True(t, task.Done())
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Less(t, k.Now().Sub(began), time.Minute)
}

// The outer of two time-outs ends with the inner one.
func TestNestedWithin(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	began := k.Now()
	run(t, k, func(task *await.Task, _ func(...any)) {
		_, err := await.Await(task, await.Within(time.Hour, await.Within(time.Second, await.Sleep(2*time.Hour))))
		assert.ErrorIs(t, err, await.ErrTimeout)
	}, nil)
	assert.Less(t, k.Now().Sub(began), time.Minute)
}

// The end of a task that is not waited for any more is no event.
func TestFinishedIsAbandoned(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			other := await.Async(e, func(task *await.Task) { await.Await(task, await.Sleep(time.Minute)) })
			await.Async(e, func(task *await.Task) {
				_, err := await.Await(task, await.Within(time.Second, await.Finished(other)))
				assert.ErrorIs(t, err, await.ErrTimeout)
			})
			await.Async(e, func(task *await.Task) {
				_, err := await.Await(task, await.Finished(task))
				assert.ErrorIs(t, err, kernel.ErrInvalid)
			})
		},
		"_default": func(e kernel.Event) { assert.NotContains(t, kernel.Arg[string](e, 0), "await") },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// A task of one function cannot be waited with by another's.
func TestAwaitWithAnotherTask(t *testing.T) {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	run(t, k, func(outer *await.Task, _ func(...any)) {
		await.Async(kernel.Event{Kernel: k, Session: outer.Session()}, func(*await.Task) {
			assert.Panics(t, func() { await.Await(outer, await.Sleep(time.Second)) })
		})
	}, nil)
}

func TestAsyncOutsideOfSessions(t *testing.T) {
	k := kernel.New()
	assert.Nil(t, await.Async(kernel.Event{Kernel: k}, func(*await.Task) { t.Error("it runs") }))
	require.NoError(t, k.Run())
}
