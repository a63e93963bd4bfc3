package inspect_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// crowd adds sessions which live until the program ends.
func crowd(n int) func(*kernel.Kernel) {
	return func(k *kernel.Kernel) {
		for range n {
			_, _ = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
				_, _ = e.Kernel.RefcountIncrement(e.Session, "crowd")
			}})
		}
	}
}

// Whatever is listed, between two events of the program no more is looked at than a
// slice has time for: the clock of this test advances by a sixth of it with every
// look, and an event of the program is due all the time.
func TestSlices(t *testing.T) {
	var looks atomic.Int64
	began := time.Now()
	defer inspect.Now(func() time.Time { return began.Add(time.Duration(looks.Add(1)) * inspect.SliceTime / 6) })()
	var between []int64 // looks between two events
	var last int64
	p := start(t, inspect.Config{}, true, crowd(3000), func(k *kernel.Kernel) {
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
			"next": func(e kernel.Event) {
				between = append(between, looks.Load()-last)
				last = looks.Load()
				e.Kernel.Yield("next")
			},
		})
		require.NoError(t, err)
	})
	steps := 0
	for _, path := range []string{"top", "growth", "servers", "sessions?limit=500", "handles?limit=500", "timers"} {
		before := looks.Load()
		var v any
		p.get(path, &v)
		steps += int(looks.Load() - before)
	}
	require.Greater(t, steps, 3*3000/inspect.StepSize)
	require.NoError(t, p.k.Outside().Do(t.Context(), func(*kernel.Kernel) {
		require.LessOrEqual(t, slices.Max(between), int64(8), "one to begin, and six until it is over")
	}))
}

// BenchmarkSlices lists 100,000 sessions beside a program, and reports how long its
// events had to wait for that: the longest, and of a hundred the second longest.
func BenchmarkSlices(b *testing.B) {
	k := kernel.New()
	crowd(100_000)(k)
	i := inspect.New(k, inspect.Config{Sample: 64})
	var gaps []time.Duration
	var last time.Time
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			now := time.Now()
			if gap := now.Sub(last); gap > 20*time.Microsecond && !last.IsZero() {
				gaps = append(gaps, gap)
			}
			last = now
			e.Kernel.Yield("next")
		},
	})
	require.NoError(b, err)
	ended := make(chan error, 1)
	running := make(chan struct{})
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("runs") },
		"runs":   func(kernel.Event) { close(running) },
	})
	require.NoError(b, err)
	go func() { ended <- k.Run() }()
	<-running
	b.ResetTimer()
	for range b.N {
		require.NoError(b, inspect.Growth(i, b.Context()))
	}
	b.StopTimer()
	require.NoError(b, i.Close())
	k.Outside().Stop()
	require.NoError(b, <-ended)
	slices.Sort(gaps)
	b.ReportMetric(float64(gaps[len(gaps)*99/100].Microseconds()), "p99-µs")
	b.ReportMetric(float64(gaps[len(gaps)/2].Microseconds()), "median-µs")
	b.Log(fmt.Sprint(len(gaps), " slices, the longest ", gaps[len(gaps)-1]))
}
