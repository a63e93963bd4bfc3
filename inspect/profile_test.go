package inspect_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// A profile has the processor time by event, of called handlers as their own.
func TestProfile(t *testing.T) {
	burn := func(length time.Duration) {
		for n, until := 0, time.Now().Add(length); time.Now().Before(until); n++ {
		}
	}
	p := start(t, inspect.Config{}, true, func(k *kernel.Kernel) {
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("burn") },
			"burn": func(e kernel.Event) {
				burn(5 * time.Millisecond)
				_, _ = e.Kernel.Call(e.Session, "called")
				_ = e.Kernel.Delay("burn", time.Millisecond)
			},
			"called": func(kernel.Event) { burn(5 * time.Millisecond) },
		})
		require.NoError(t, err)
	})
	times := map[string]float64{}
	var profile inspect.Profile
	require.Eventually(t, func() bool { // on a busy machine a second has few samples
		p.get("profile?seconds=1", &profile)
		for _, e := range profile.Events {
			times[e.Event] += e.Total
		}
		return times["burn"] > 0 && times["called"] > 0
	}, time.Minute, time.Millisecond)
	sum := 0.0
	for _, c := range profile.Root.Children {
		sum += c.Total
	}
	require.InDelta(t, profile.Total, sum, 0.01*profile.Total+1e-6)
	require.Equal(t, 200, p.request("GET", "/api/profile/raw", "").StatusCode)
	require.Equal(t, 400, p.request("GET", "/api/profile?seconds=31", "").StatusCode)
	require.Equal(t, 400, p.request("GET", "/api/profile?seconds=0", "").StatusCode)
}

// What is shown of the latency is what the metrics have.
func TestLatency(t *testing.T) {
	p := start(t, inspect.Config{Actions: true}, false)
	p.do(inspect.Action{Do: "pause"})
	p.paused()
	s := p.i.Metrics().Snapshot()
	var l struct {
		Turn, Late inspect.Distribution
		Events     []inspect.EventLatency
	}
	p.get("latency", &l)
	require.Equal(t, s.Turn.Count, l.Turn.Count)
	require.Equal(t, s.Turn.Quantile(0.99).Seconds(), l.Turn.P99)
	require.Len(t, l.Events, len(s.Events))
	for _, e := range l.Events {
		x, ok := s.Of(e.Kind, e.Event)
		require.True(t, ok)
		sum := uint64(0)
		for _, n := range e.Run.Buckets {
			sum += n
		}
		require.Equal(t, x.Run.Count, sum)
	}
	p.do(inspect.Action{Do: "resume"})
}
