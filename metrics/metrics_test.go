package metrics_test

import (
	"encoding/json"
	"expvar"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/metrics"
	"github.com/gopoe/poe/session"
)

var _ expvar.Var = (*metrics.Collector)(nil)

type worker struct{ left int }

// Counts are exact whatever is sampled, and times are taken of what they say.
func TestCollector(t *testing.T) {
	for _, sample := range []int{1, 64} {
		t.Run(fmt.Sprint(sample), func(t *testing.T) {
			k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
			m := metrics.New(k, metrics.Config{Sample: sample})
			_, err := session.Create(k, &worker{left: 1000}, session.States[worker]{
				"_start": func(w *worker, e kernel.Event) {
					require.NoError(t, e.Kernel.Sig("DIE", "died"))
					e.Kernel.Yield("work")
					require.NoError(t, e.Kernel.Delay("later", time.Millisecond))
				},
				"work": func(w *worker, e kernel.Event) {
					if w.left--; w.left > 0 {
						e.Kernel.Yield("work")
						return
					}
					_, err := e.Kernel.Call(e.Session, "part")
					require.NoError(t, err)
					require.NoError(t, e.Kernel.Post(e.Session, "missing"))
					e.Kernel.Yield("fails")
				},
				"part":  func(*worker, kernel.Event) { time.Sleep(2 * time.Millisecond) },
				"later": func(*worker, kernel.Event) {},
				"fails": func(*worker, kernel.Event) { panic("on purpose") },
				"died":  func(_ *worker, e kernel.Event) { e.Kernel.SigHandled() },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			s := m.Snapshot()
			kind := "*metrics_test.worker"
			for event, n := range map[string]uint64{"work": 1000, "part": 1, "later": 1, "fails": 1, "died": 1, "_start": 1, "_stop": 1} {
				e, ok := s.Of(kind, event)
				require.True(t, ok, event)
				require.Equal(t, n, e.Count, event)
				if sample == 1 {
					require.Equal(t, n, e.Run.Count, event)
				}
			}
			fails, _ := s.Of(kind, "fails")
			require.EqualValues(t, 1, fails.Threw)
			require.Len(t, s.Dead, 1)
			require.Equal(t, "missing", s.Dead[0].Event)
			require.True(t, s.Dead[0].Unhandled)
			require.Len(t, s.Failures, 1)
			require.Contains(t, s.Failures[0].Text, "on purpose")
			require.Contains(t, s.Failures[0].Where, "metrics_test.go:")
			if sample == 1 {
				work, _ := s.Of(kind, "work")
				require.GreaterOrEqual(t, work.Run.Max, 2*time.Millisecond, "with what it calls")
				require.Less(t, work.Self, work.Run.Sum-2*time.Millisecond+1, "without")
				require.EqualValues(t, 1000, work.Wait.Count)
				require.EqualValues(t, 1, s.Late.Count)
				require.NotZero(t, s.Turn.Count)
			}
			require.Zero(t, s.Counts.Sessions)
			require.EqualValues(t, 1, s.Counts.DeadLetters)
			var back map[string]any
			require.NoError(t, json.Unmarshal([]byte(m.String()), &back))
			require.NoError(t, m.Close())
		})
	}
}

// More events than the limit count under one name.
func TestLimit(t *testing.T) {
	k := kernel.New()
	m := metrics.New(k, metrics.Config{Limit: 10})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for i := range 100 {
				e.Kernel.Yield(fmt.Sprint(i))
			}
		},
		"_default": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	s := m.Snapshot()
	require.Less(t, len(s.Events), 14)
	total := uint64(0)
	for _, e := range s.Events {
		total += e.Count
	}
	require.Equal(t, s.Dispatched, total)
}

// Quantiles of random durations are within a bucket of the true ones.
func TestHistogramQuantiles(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var h metrics.Histogram
	var all []time.Duration
	for range 10_000 {
		d := time.Duration(rng.ExpFloat64() * float64(time.Millisecond))
		h.Add(d)
		all = append(all, d)
	}
	slices.Sort(all)
	for _, q := range []float64{0.1, 0.5, 0.9, 0.99, 0.999} {
		want := all[int(q*float64(len(all)))-1]
		require.InEpsilon(t, float64(want), float64(h.Quantile(q)), 0.26, "q %v", q)
	}
	require.Equal(t, all[len(all)-1], h.Max)
	last := uint64(0)
	for _, n := range h.Cumulative() {
		require.GreaterOrEqual(t, n, last)
		last = n
	}
	require.EqualValues(t, 10_000, last)
	h = metrics.Histogram{}
	h.Add(-1)
	h.Add(time.Hour)
	require.Equal(t, time.Hour, h.Quantile(1))
	require.EqualValues(t, 2, h.Count)
}
