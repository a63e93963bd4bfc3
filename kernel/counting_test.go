package kernel_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/session"
)

// countingObserver wants no more than the number of most events.
type countingObserver struct {
	shown, ended, threw, counted map[string]uint64
	open                         int
}

func newCountingObserver() *countingObserver {
	return &countingObserver{map[string]uint64{}, map[string]uint64{}, map[string]uint64{}, map[string]uint64{}, 0}
}

func (o *countingObserver) Begin(s *observe.Span) { o.shown[s.Name]++; o.open++ }
func (o *countingObserver) End(s *observe.Span) {
	o.ended[s.Name]++
	if s.Threw {
		o.threw[s.Name]++
	}
}
func (o *countingObserver) Counter(_, event string) observe.Counter { return namedCounter{o, event} }

type namedCounter struct {
	of    *countingObserver
	event string
}

func (c namedCounter) Add(n uint64) { c.of.counted[c.event] += n }

// Of events that are not sampled, an observer that asks for it gets nothing but exact
// numbers, and those that have thrown; their causes are right nevertheless.
func TestCountedEvents(t *testing.T) {
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	o := newCountingObserver()
	defer k.Host().Observe(o, 64)()
	const sessions, rounds = 40, 100
	handled := map[string]uint64{}
	of := map[uint64]uint64{}
	count := func(e kernel.Event) { handled[e.Name]++; of[e.Session.Number()]++ }
	for range sessions {
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				count(e)
				require.NoError(t, e.Kernel.Sig("DIE", "died"))
				require.NoError(t, e.Kernel.AliasSet(fmt.Sprint("s", e.Session.Number())))
				for i := range rounds {
					e.Kernel.Yield([]string{"one", "two", strings.Clone("three")}[i%3])
				}
				e.Kernel.Yield("last")
			},
			"one": func(e kernel.Event) {
				count(e)
				_, err := e.Kernel.Call(e.Session, "called") // within the session
				require.NoError(t, err)
			},
			"two":    func(e kernel.Event) { count(e); panic("on purpose") },
			"three":  count,
			"called": count,
			"died":   func(e kernel.Event) { count(e); e.Kernel.SigHandled() },
			"last": func(e kernel.Event) {
				count(e)
				here, _ := e.Kernel.Host().TraceContext()
				require.True(t, here.Valid())
				e.Kernel.Yield("look")
			},
			"look": func(e kernel.Event) {
				s, ok := e.Kernel.Host().Inspect().Session(e.Session.Number())
				require.True(t, ok)
				require.Equal(t, of[e.Session.Number()], s.Events, "with itself uncounted, as it runs")
				count(e)
				require.NoError(t, e.Kernel.AliasRemove(fmt.Sprint("s", e.Session.Number())))
				e.Kernel.SigClear("DIE")
			},
			"_stop": count,
		})
		require.NoError(t, err)
	}
	require.NoError(t, k.Run())
	for event, n := range handled {
		require.Equal(t, n, o.ended[event]+o.counted[event], event)
	}
	require.Equal(t, handled["two"], o.threw["two"])
	require.Equal(t, handled["two"], o.ended["two"], "each is shown when it has thrown")
	require.Greater(t, o.counted["one"], o.shown["one"])
	require.NotZero(t, o.shown["one"])
}
