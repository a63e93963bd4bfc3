package jobqueue_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Work that ignores its context keeps its place until it returns, though its job has
// its answer; the queue does not wait for it at the end.
func TestOverdueWorkKeepsItsPlace(t *testing.T) {
	var now, most atomic.Int32
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	once := make(chan struct{})
	work := func(_ context.Context, params []any) ([]any, error) {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		switch params[0] {
		case "hangs":
			<-release
		case "late":
			<-once
		}
		return []any{"did"}, nil
	}
	k := kernel.New()
	q, err := jobqueue.New(k, jobqueue.Config{Limit: 2, Timeout: 50 * time.Millisecond, Work: work})
	require.NoError(t, err)
	var got []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			for _, what := range []string{"hangs", "late", "quick"} {
				assert.NoError(t, q.Enqueue("done", what))
			}
		},
		"done": func(e kernel.Event) {
			r := jobqueue.ResultOf(e)
			got = append(got, r.Params[0].(string))
			switch r.Params[0] {
			case "quick":
				if r.Err == nil { // or the machine is slow
					assert.Equal(t, 1, q.Running(), "that which hangs")
				}
				q.Stop()
			default:
				assert.ErrorIs(t, r.Err, jobqueue.ErrTimeout)
				if len(got) == 2 {
					assert.Equal(t, 2, q.Running())
					assert.Equal(t, 1, q.Waiting())
					close(once) // a place is free now
				}
			}
		},
	})
	require.NoError(t, err)
	end(t, k)
	slices.Sort(got[:2])
	assert.Equal(t, []string{"hangs", "late", "quick"}, got)
	assert.Equal(t, int32(2), most.Load())
}

// The context of Work ends with its time, and the next attempt has one of its own.
func TestContextEndsWithTheTime(t *testing.T) {
	var ended atomic.Int32
	r := run(t, kernel.New(), jobqueue.Config{Timeout: 20 * time.Millisecond, Attempts: 2, Work: func(ctx context.Context, _ []any) ([]any, error) {
		<-ctx.Done()
		ended.Add(1)
		return nil, ctx.Err()
	}}, []any{1})[0]
	assert.ErrorIs(t, r.Err, jobqueue.ErrTimeout)
	assert.Equal(t, 2, r.Attempts)
	assert.Eventually(t, func() bool { return ended.Load() == 2 }, 30*time.Second, time.Millisecond)
}
