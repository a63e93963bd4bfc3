package jobqueue_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A job that waits for its next attempt when the queue stops gets its response.
func TestStopWhileAJobPauses(t *testing.T) {
	k := quiet()
	_, err := jobqueue.New(k, jobqueue.Config{
		Attempts: 3, Pause: time.Hour,
		Worker: func(kernel.Event, *jobqueue.Job) (kernel.ID, error) { return kernel.ID{}, errWork },
	})
	require.NoError(t, err)
	began := k.Now()
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, e.Post(kernel.Alias("queuer"), "enqueue", "done"))
			assert.NoError(t, e.Delay("stop", time.Minute))
		},
		"stop": func(e kernel.Event) { assert.NoError(t, e.Post(kernel.Alias("queuer"), "stop")) },
		"done": func(e kernel.Event) { got = append(got, jobqueue.ResultOf(e).Err) },
	})
	require.NoError(t, err)
	end(t, k)
	require.Len(t, got, 1)
	assert.ErrorIs(t, got[0], jobqueue.ErrStopped)
	assert.Less(t, k.Now().Sub(began), time.Hour)
}

// A queue that is stopped by force answers all that it had.
func TestForcedStopAnswersAll(t *testing.T) {
	k := quiet()
	var queue kernel.ID
	_, err := jobqueue.New(k, jobqueue.Config{
		Limit: 1,
		Work:  func(ctx context.Context, _ []any) ([]any, error) { <-ctx.Done(); return nil, ctx.Err() },
	})
	require.NoError(t, err)
	queue, _ = k.AliasResolve("queuer")
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for range 3 {
				assert.NoError(t, e.Post(queue, "enqueue", "done"))
			}
			e.Yield("force")
		},
		"force": func(e kernel.Event) { assert.NoError(t, k.Host().StopSession(queue)) },
		"done":  func(e kernel.Event) { got = append(got, jobqueue.ResultOf(e).Err) },
	})
	require.NoError(t, err)
	end(t, k)
	require.Len(t, got, 3)
	for _, err := range got {
		assert.ErrorIs(t, err, jobqueue.ErrStopped)
	}
}

// Many jobs whose workers fail at once do not nest.
func TestManyWorkersThatFailAtOnce(t *testing.T) {
	const jobs = 500
	k := quiet()
	deepest, left := 0, jobs
	q, err := jobqueue.New(k, jobqueue.Config{
		Limit: 1,
		Worker: func(e kernel.Event, j *jobqueue.Job) (kernel.ID, error) {
			if j.Params()[0] == 0 {
				made, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { assert.NoError(t, e.Delay("end", time.Second)) }, "end": func(kernel.Event) {}})
				return made.ID(), err
			}
			deepest = max(deepest, runtime.Callers(0, make([]uintptr, 1000)))
			return kernel.ID{}, errWork
		},
	})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range jobs {
				assert.NoError(t, q.Enqueue("done", i))
			}
		},
		"done": func(kernel.Event) {
			if left--; left == 0 {
				q.Stop()
			}
		},
	})
	require.NoError(t, err)
	end(t, k)
	assert.Zero(t, left)
	assert.Less(t, deepest, 100)
}

// end runs the kernel, which must end by itself.
func end(t *testing.T, k *kernel.Kernel) {
	t.Helper()
	watch := time.AfterFunc(20*time.Second, func() {
		k.Outside().Do(context.Background(), func(k *kernel.Kernel) { t.Error("the kernel does not end"); k.Stop() })
	})
	defer watch.Stop()
	require.NoError(t, k.Run())
}
