package kernel_test

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

var errWork = errors.New("work failed")

// The result, the error and the extra arguments arrive as an event; the job
// keeps its session alive until then.
func TestOffloadBringsResultsHome(t *testing.T) {
	k := kernel.New()
	var got [][]any
	session.Inline(k, states{
		"_start": func(e kernel.Event) {
			_, err := k.Offload("done", func(context.Context) (any, error) { return 42, nil }, "extra")
			require.NoError(t, err)
			_, err = k.Offload("done", func(context.Context) (any, error) { return nil, errWork })
			require.NoError(t, err)
			_, err = k.Offload("done", func(context.Context) (any, error) { panic(errWork) })
			require.NoError(t, err)
		},
		"done": func(e kernel.Event) {
			require.Equal(t, e.Session, e.Sender)
			got = append(got, e.Args)
		},
	})
	require.NoError(t, k.Run())
	require.Len(t, got, 3)
	var thrown *kernel.HandlerError
	for _, args := range got {
		err, _ := args[1].(error)
		switch {
		case args[0] == 42:
			require.Equal(t, []any{42, nil, "extra"}, args)
		case errors.As(err, &thrown):
			require.ErrorIs(t, err, errWork)
			require.NotEmpty(t, thrown.Stack)
		default:
			require.Equal(t, []any{nil, errWork}, args)
		}
	}
}

type outcome struct{ closed atomic.Bool }

func (c *outcome) Close() error { c.closed.Store(true); return nil }

// When the session stops, the job's context ends; what comes too late is closed
// and becomes a dead letter.
func TestOffloadEndsWithItsSession(t *testing.T) {
	var letters []kernel.DeadLetter
	k := kernel.New(kernel.Options{DeadLetter: func(d kernel.DeadLetter) { letters = append(letters, d) }})
	result := &outcome{}
	ended := make(chan error, 1)
	working := make(chan struct{})
	victim, err := session.Inline(k, states{
		"_start": func(kernel.Event) {
			_, err := k.Offload("done", func(ctx context.Context) (any, error) {
				close(working)
				<-ctx.Done()
				ended <- ctx.Err()
				return result, nil
			})
			require.NoError(t, err)
		},
		"done": func(kernel.Event) { t.Error("a stopped session got a result") },
	})
	require.NoError(t, err)
	var hold *kernel.Hold
	session.Inline(k, states{
		"_start": func(e kernel.Event) {
			hold = k.Hold("the late result")
			require.NoError(t, k.AliasSet("witness"))
			_, err := k.Offload("go", func(context.Context) (any, error) { <-working; return nil, nil })
			require.NoError(t, err)
		},
		"go": func(kernel.Event) {
			require.NoError(t, k.Signal(victim.ID(), "KILL"))
			_, err := k.Offload("over", func(context.Context) (any, error) { return nil, <-ended })
			require.NoError(t, err)
		},
		"over": func(e kernel.Event) { require.Equal(t, context.Canceled, e.Args[1]); k.Yield("wait") },
		"wait": func(kernel.Event) {
			if !result.closed.Load() {
				k.Yield("wait")
				return
			}
			hold.Release()
			k.AliasRemove("witness")
		},
	})
	require.NoError(t, k.Run())
	require.Len(t, letters, 1)
	require.Equal(t, "done", letters[0].Event)
	require.Same(t, result, letters[0].Args[0])
}

// No more than MaxOffload jobs run at once; one that is cancelled while it
// waits never runs.
func TestOffloadIsBounded(t *testing.T) {
	const limit, jobs = 3, 50
	k := kernel.New(kernel.Options{MaxOffload: limit})
	var running, most, ran atomic.Int32
	done := 0
	session.Inline(k, states{
		"_start": func(kernel.Event) {
			work := func(context.Context) (any, error) {
				n := running.Add(1)
				for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
				}
				ran.Add(1)
				running.Add(-1)
				return nil, nil
			}
			var last *kernel.Job
			for range jobs {
				var err error
				last, err = k.Offload("done", work)
				require.NoError(t, err)
			}
			last.Cancel()
			last.Cancel()
		},
		"done": func(kernel.Event) { done++ },
	})
	require.NoError(t, k.Run())
	require.Equal(t, jobs-1, done)
	require.EqualValues(t, jobs-1, ran.Load())
	require.LessOrEqual(t, most.Load(), int32(limit))
}

// OffloadFunc hands the result to a function, in the session that asked.
func TestOffloadFunc(t *testing.T) {
	k := kernel.New()
	var asked, told kernel.ID
	session.Inline(k, states{
		"_start": func(e kernel.Event) {
			asked = e.Session
			_, err := k.Host().OffloadFunc(nil, "look up", func(context.Context) (any, error) { return nil, io.EOF }, func(e kernel.Event, result any, err error) {
				told = k.ActiveSession()
				require.Nil(t, result)
				require.Equal(t, io.EOF, err)
				require.Equal(t, "look up", e.Name)
			})
			require.NoError(t, err)
		},
	})
	require.NoError(t, k.Run())
	require.Equal(t, asked, told)
}

func TestOffloadErrors(t *testing.T) {
	k := kernel.New()
	work := func(context.Context) (any, error) { return nil, nil }
	_, err := k.Offload("event", work)
	require.ErrorIs(t, err, kernel.ErrNoActiveSession)
	session.Inline(k, states{"_start": func(kernel.Event) {
		_, err := k.Offload("", work)
		require.ErrorIs(t, err, kernel.ErrInvalid)
		_, err = k.Offload("event", nil)
		require.ErrorIs(t, err, kernel.ErrInvalid)
	}})
	require.NoError(t, k.Run())
}

// A job that ends its goroutine has a result as well.
func TestOffloadGoexit(t *testing.T) {
	k := kernel.New()
	var told error
	session.Inline(k, states{
		"_start": func(kernel.Event) {
			_, err := k.Offload("done", func(context.Context) (any, error) {
				runtime.Goexit()
				return nil, nil
			})
			require.NoError(t, err)
		},
		"done": func(e kernel.Event) { told = kernel.Arg[error](e, 1) },
	})
	require.NoError(t, k.Run())
	require.ErrorContains(t, told, "Goexit")
}
