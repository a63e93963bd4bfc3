package inspect_test

import (
	"slices"
	"sync"
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

// lists are the requests that look at many things.
var lists = []string{
	"sessions?limit=500", "top?by=busy", "top?find=crowd", "growth", "servers", "nodes", "handles?limit=500", "queue?limit=500", "timers?limit=500", "session?n=1",
}

// timersOf adds a session with so many timers, each of which has an argument.
func timersOf(n int) func(*kernel.Kernel) {
	return func(k *kernel.Kernel) {
		_, _ = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			for i := range n {
				_ = e.Kernel.DelayAdd("never", time.Duration(1+i%7)*time.Hour, i)
			}
		}})
	}
}

// Whatever is listed, no slice looks at more than it may, and all are needed.
func TestSlicesAreBoundedByCount(t *testing.T) {
	const sessions = 3000
	p := start(t, inspect.Config{}, true, timersOf(1000), crowd(sessions))
	var mu sync.Mutex
	var items []int
	defer inspect.Sliced(func(n int) {
		mu.Lock()
		defer mu.Unlock()
		items = append(items, n)
	})()
	for _, path := range lists {
		mu.Lock()
		items = nil
		mu.Unlock()
		var v any
		p.get(path, &v)
		mu.Lock()
		for _, n := range items {
			require.Less(t, n, inspect.SliceItems+inspect.StepSize, path)
		}
		switch path {
		case "top?by=busy", "top?find=crowd", "growth", "servers", "nodes":
			require.GreaterOrEqual(t, len(items), sessions/inspect.SliceItems, path)
		case "timers?limit=500":
			require.GreaterOrEqual(t, len(items), 10, path)
		}
		mu.Unlock()
	}
}

// Between two events of the program no more is looked at than a slice has time for: the
// clock of this test advances by a sixth of it with every look, and an event of the
// program is due all the time.
func TestSlicesAreBoundedByTime(t *testing.T) {
	var looks atomic.Int64
	began := time.Now()
	defer inspect.Now(func() time.Time { return began.Add(time.Duration(looks.Add(1)) * inspect.SliceTime / 6) })()
	var between []int64 // looks between two events
	var last int64
	p := start(t, inspect.Config{}, true, timersOf(300), crowd(3000), func(k *kernel.Kernel) {
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
	for _, path := range lists {
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

// Sessions that stop between two slices do not end a list: it continues with those before.
func TestWalkWhileSessionsStop(t *testing.T) {
	var ids []kernel.ID
	p := start(t, inspect.Config{}, true, func(k *kernel.Kernel) {
		for range 3 * inspect.SliceItems {
			id, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
				_, _ = e.Kernel.RefcountIncrement(e.Session, "crowd")
			}})
			require.NoError(t, err)
			ids = append(ids, id.ID())
		}
	})
	slice := 0
	defer inspect.Sliced(func(int) { // on the kernel's goroutine
		if slice++; slice == 1 {
			for _, id := range ids[inspect.SliceItems/2 : 2*inspect.SliceItems] {
				_ = p.k.Host().StopSession(id)
			}
		}
	})()
	var top struct {
		Total    int
		Sessions []struct{ Number uint64 }
	}
	p.get("top?by=newest", &top)
	require.Equal(t, ids[len(ids)-1].Number(), top.Sessions[0].Number)
	// A slice also ends by time, so the first may not have seen those that have stopped.
	require.GreaterOrEqual(t, top.Total, inspect.SliceItems+inspect.SliceItems/2, "those that live")
}
