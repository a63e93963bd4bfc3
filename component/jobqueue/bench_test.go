package jobqueue_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/jobqueue"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// BenchmarkJobs has a queue in memory do jobs that are nothing, on other goroutines;
// a thousand wait at a time. B/job is the memory that one of a hundred thousand
// needs while it waits.
func BenchmarkJobs(b *testing.B) {
	k := kernel.New()
	q, err := jobqueue.New(k, jobqueue.Config{Work: func(context.Context, []any) ([]any, error) { return nil, nil }})
	require.NoError(b, err)
	left, done := b.N, 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("enqueue") },
		"enqueue": func(kernel.Event) {
			for range min(left, 1000) {
				left--
				_ = q.Enqueue("done", "a parameter")
			}
		},
		"done": func(e kernel.Event) {
			if done++; done == b.N {
				q.Stop()
			} else if done%1000 == 0 {
				e.Yield("enqueue")
			}
		},
	})
	require.NoError(b, err)
	require.NoError(b, k.Run())
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	b.StopTimer()
	b.ReportMetric(waitingJob(b), "B/job")
}

// waitingJob measures the memory of a job that waits.
func waitingJob(b *testing.B) (size float64) {
	const jobs = 100_000
	k := kernel.New()
	q, err := jobqueue.New(k, jobqueue.Config{Limit: 1, Work: func(ctx context.Context, _ []any) ([]any, error) { <-ctx.Done(); return nil, nil }})
	require.NoError(b, err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			before := heap()
			for range jobs {
				_ = q.Enqueue("done", "a parameter")
			}
			size = float64(heap()-before) / jobs
			id, _ := k.AliasResolve(jobqueue.DefaultAlias)
			_ = k.Host().StopSession(id)
		},
		"done": func(kernel.Event) {},
	})
	require.NoError(b, err)
	require.NoError(b, k.Run())
	return size
}

// heap returns how much memory is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
