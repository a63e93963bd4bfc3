package jobqueue_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

var errWork = errors.New("work")

// run enqueues jobs, one for each list of parameters, and returns the results in
// the order in which they came.
func run(t *testing.T, k *kernel.Kernel, c jobqueue.Config, jobs ...[]any) []*jobqueue.Result {
	t.Helper()
	_, err := jobqueue.New(k, c)
	require.NoError(t, err)
	alias := kernel.Alias("queuer")
	var results []*jobqueue.Result
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, params := range jobs {
				assert.NoError(t, e.Post(alias, "enqueue", append([]any{"done"}, params...)...))
			}
		},
		"done": func(e kernel.Event) {
			r := jobqueue.ResultOf(e)
			assert.Equal(t, r.Params, e.Arg(0))
			results = append(results, r)
			if len(results) == len(jobs) {
				e.Post(alias, "stop")
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return results
}

func quiet() *kernel.Kernel {
	return kernel.New(kernel.Options{Clock: &poetest.Clock{}, Logger: slog.New(slog.DiscardHandler)})
}

func TestWorkOnOtherGoroutines(t *testing.T) {
	var now, most atomic.Int32
	work := func(_ context.Context, params []any) ([]any, error) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Millisecond) // for others to come, if they may
		now.Add(-1)
		return []any{2 * params[0].(int)}, nil
	}
	var jobs [][]any
	for i := range 30 {
		jobs = append(jobs, []any{i})
	}
	for _, r := range run(t, kernel.New(), jobqueue.Config{Limit: 3, Work: work}, jobs...) {
		assert.NoError(t, r.Err)
		assert.Equal(t, []any{2 * r.Params[0].(int)}, r.Results)
		assert.Equal(t, 1, r.Attempts)
	}
	assert.Equal(t, int32(3), most.Load())
}

// sessions is a Worker whose session does a job in a virtual second.
func sessions(began *[]any, work func(e kernel.Event, j *jobqueue.Job)) func(kernel.Event, *jobqueue.Job) (kernel.ID, error) {
	return func(e kernel.Event, j *jobqueue.Job) (kernel.ID, error) {
		*began = append(*began, j.Params()[0])
		s, err := session.Inline(e.Kernel, session.Funcs{
			"_start": func(e kernel.Event) { e.Delay("work", time.Second) },
			"work":   func(e kernel.Event) { work(e, j) },
		})
		if err != nil {
			return kernel.ID{}, err
		}
		return s.ID(), nil
	}
}

func TestSessionsAreWorkers(t *testing.T) {
	var began []any
	k := quiet()
	start := k.Now()
	results := run(t, k, jobqueue.Config{Limit: 2, Worker: sessions(&began, func(_ kernel.Event, j *jobqueue.Job) { j.Done("did", j.Params()[0]) })},
		[]any{1}, []any{2}, []any{3}, []any{4})
	assert.Equal(t, []any{1, 2, 3, 4}, began)
	assert.Equal(t, []any{"did", 4}, results[3].Results)
	assert.Equal(t, 2*time.Second, k.Now().Sub(start), "two at a time")
}

func TestPriorities(t *testing.T) {
	var began []any
	run(t, quiet(), jobqueue.Config{
		Limit: 1, Worker: sessions(&began, func(_ kernel.Event, j *jobqueue.Job) { j.Done() }),
		Less: func(job, other []any) bool { return job[0].(int) < other[0].(int) },
	}, []any{5}, []any{3}, []any{9}, []any{1}, []any{3})
	assert.Equal(t, []any{5, 1, 3, 3, 9}, began)
}

func TestFailures(t *testing.T) {
	var began []any
	fail := map[string]func(kernel.Event, *jobqueue.Job){
		"fails":  func(_ kernel.Event, j *jobqueue.Job) { j.Fail(errWork) },
		"throws": func(kernel.Event, *jobqueue.Job) { panic(errWork) },
		"silent": func(kernel.Event, *jobqueue.Job) {},
		"hangs":  func(e kernel.Event, _ *jobqueue.Job) { e.Delay("work", time.Hour) },
		"late": func(_ kernel.Event, j *jobqueue.Job) {
			if j.Attempt() < 3 {
				panic(errWork)
			}
			j.Done("at last")
		},
	}
	for name, want := range map[string]error{"fails": errWork, "throws": errWork, "silent": jobqueue.ErrNoDone, "hangs": jobqueue.ErrTimeout, "late": nil} {
		t.Run(name, func(t *testing.T) {
			k := quiet()
			start := k.Now()
			r := run(t, k, jobqueue.Config{Attempts: 3, Pause: time.Second, Timeout: time.Minute, Worker: sessions(&began, fail[name])}, []any{name})[0]
			assert.Equal(t, 3, r.Attempts)
			if want == nil {
				assert.NoError(t, r.Err)
				assert.Equal(t, []any{"at last"}, r.Results)
				assert.Equal(t, 6*time.Second, k.Now().Sub(start), "three of work, one and two of pauses")
			} else {
				assert.ErrorIs(t, r.Err, want)
			}
		})
	}
}

func TestWorkThatFails(t *testing.T) {
	var tries atomic.Int32
	r := run(t, kernel.New(), jobqueue.Config{Attempts: 2, Work: func(context.Context, []any) ([]any, error) {
		tries.Add(1)
		return nil, errWork
	}}, []any{1})[0]
	assert.ErrorIs(t, r.Err, errWork)
	assert.Equal(t, int32(2), tries.Load())
	r = run(t, kernel.New(), jobqueue.Config{Work: func(context.Context, []any) ([]any, error) { panic(errWork) }}, []any{1})[0]
	assert.ErrorIs(t, r.Err, errWork)
	r = run(t, kernel.New(), jobqueue.Config{Timeout: time.Millisecond, Work: func(ctx context.Context, _ []any) ([]any, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}, []any{1})[0]
	assert.ErrorIs(t, r.Err, jobqueue.ErrTimeout)
}

// An active queue gets its jobs itself, polls when there are none, and ends when
// it does not poll.
func TestActiveQueue(t *testing.T) {
	for _, poll := range []time.Duration{0, time.Second} {
		t.Run(fmt.Sprint(poll), func(t *testing.T) {
			k := quiet()
			source := []any{1, 2, 3, nil, 4} // nil: none at the moment
			var q *jobqueue.Queue
			var acks []any
			_, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) { e.AliasSet("me") },
				"ack": func(e kernel.Event) {
					acks = append(acks, jobqueue.ResultOf(e).Results...)
					if len(acks) == 4 {
						q.Stop()
					}
				},
			})
			require.NoError(t, err)
			var began []any
			q, err = jobqueue.New(k, jobqueue.Config{
				Limit: 2, Worker: sessions(&began, func(_ kernel.Event, j *jobqueue.Job) { j.Done(j.Params()[0]) }),
				Fetch: func(kernel.Event) ([]any, bool) {
					if len(source) == 0 {
						return nil, false
					}
					next := source[0]
					source = source[1:]
					return []any{next}, next != nil
				},
				Poll: poll, AckTo: kernel.Alias("me"), AckEvent: "ack",
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, []any{1, 2, 3, 4}, acks)
		})
	}
}

func TestStopAndLimits(t *testing.T) {
	k := quiet()
	var began []any
	q, err := jobqueue.New(k, jobqueue.Config{Limit: 1, MaxJobs: 1, Worker: sessions(&began, func(_ kernel.Event, j *jobqueue.Job) { j.Done() })})
	require.NoError(t, err)
	var errs []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range 3 {
				assert.NoError(t, q.Enqueue("done", i))
			}
			assert.Equal(t, 1, q.Running())
			assert.Equal(t, 1, q.Waiting())
			q.Stop()
			assert.NoError(t, q.Enqueue("done", 4))
		},
		"done": func(e kernel.Event) { errs = append(errs, jobqueue.ResultOf(e).Err) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []error{jobqueue.ErrBusy, jobqueue.ErrStopped, jobqueue.ErrStopped, nil}, errs)
}

func TestConfigErrors(t *testing.T) {
	work := func(context.Context, []any) ([]any, error) { return nil, nil }
	for field, c := range map[string]jobqueue.Config{
		"Work": {}, "Limit": {Work: work, Limit: -1}, "Attempts": {Work: work, Attempts: -1}, "MaxJobs": {Work: work, MaxJobs: -1},
		"Timeout": {Work: work, Timeout: -1}, "Pause": {Work: work, Pause: -1}, "Poll": {Work: work, Poll: -1},
		"AckEvent": {Work: work, AckEvent: "x"}, "Fetch": {Work: work, Poll: 1},
	} {
		_, err := jobqueue.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}

// Pauses double, but not beyond what a time can be, and jobs that pause count
// among those that wait.
func TestLongPauses(t *testing.T) {
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock})
	attempts, busy := 0, 0
	fails := func(context.Context, []any) ([]any, error) { attempts++; return nil, errors.New("fails") }
	_, err := jobqueue.New(k, jobqueue.Config{Limit: 1, Work: fails, Attempts: 40, Pause: 10 * time.Second, MaxJobs: 1})
	require.NoError(t, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			assert.NoError(t, e.Post(kernel.Alias("queuer"), "enqueue", "done"))
			assert.NoError(t, e.Delay("more", 5*time.Second))
		},
		"more": func(e kernel.Event) {
			for range 3 { // one of which runs, fails, and pauses beside the first
				assert.NoError(t, e.Post(kernel.Alias("queuer"), "enqueue", "done"))
			}
		},
		"done": func(e kernel.Event) {
			if errors.Is(jobqueue.ResultOf(e).Err, jobqueue.ErrBusy) {
				busy++
				return
			}
			assert.Greater(t, clock.Mono(), 20*24*time.Hour)
			assert.NoError(t, e.Post(kernel.Alias("queuer"), "stop"))
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, 40, attempts)
	assert.Equal(t, 3, busy)
}

func Example() {
	k := kernel.New()
	square := func(_ context.Context, params []any) ([]any, error) {
		n := params[0].(int)
		return []any{n * n}, nil
	}
	jobqueue.New(k, jobqueue.Config{Alias: "queue", Limit: 1, Work: square})
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for n := range 3 {
				e.Post(kernel.Alias("queue"), "enqueue", "squared", n)
			}
		},
		"squared": func(e kernel.Event) {
			r := jobqueue.ResultOf(e)
			fmt.Println(r.Params[0], r.Results[0])
			if r.Params[0] == 2 {
				e.Post(kernel.Alias("queue"), "stop")
			}
		},
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 0 0
	// 1 1
	// 2 4
}
