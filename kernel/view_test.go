package kernel_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// family makes sessions: each a child of one of those before it, or of the kernel.
func family(t *testing.T, k *kernel.Kernel, n int, parent func(i int) int) (ids []kernel.ID) {
	begin := func(e kernel.Event) {
		_, err := k.RefcountIncrement(e.Session, "test")
		require.NoError(t, err)
	}
	for i := range n {
		of := parent(i)
		s := states{"_start": begin, "_child": func(kernel.Event) {}}
		s["child"] = func(e kernel.Event) { ids = append(ids, start(t, k, e.Args[0].(states))) }
		if of < 0 {
			ids = append(ids, start(t, k, s))
			continue
		}
		_, err := k.Call(ids[of], "child", s)
		require.NoError(t, err)
	}
	return ids
}

// walk lists all sessions, in pages of a size.
func walk(t *testing.T, k *kernel.Kernel, size int) (all []uint64, longest int) {
	page, next := make([]observe.SessionInfo, 0, size), uint64(0)
	for {
		list, after, ok := k.Host().Inspect().Sessions(page, next)
		require.True(t, ok)
		longest = max(longest, len(list))
		for _, s := range list {
			all = append(all, s.Number)
		}
		if next = after; next == 0 {
			return all, longest
		}
	}
}

// tree lists all sessions by the lists of children.
func tree(t *testing.T, k *kernel.Kernel, of uint64) (all []uint64) {
	page, more, ok := k.Host().Inspect().Children(make([]observe.SessionInfo, 0, 10_000), of, 0)
	require.True(t, ok)
	require.False(t, more)
	for _, s := range page {
		all = append(append(all, s.Number), tree(t, k, s.Number)...)
	}
	return all
}

// In pages of any size the list of sessions is their tree.
func TestViewSessions(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 40} {
		k := kernel.New()
		family(t, k, n, func(i int) int { return random.IntN(i+1) - 1 })
		want := tree(t, k, 0)
		require.Len(t, want, n)
		for _, size := range []int{1, 2, 3, 7, 40, 100} {
			got, longest := walk(t, k, size)
			assert.Equal(t, want, got, "pages of %d", size)
			assert.LessOrEqual(t, longest, size)
		}
	}
}

// One look takes a bounded number of steps, also if the tree is very deep, or one
// session has very many children.
func TestViewIsBounded(t *testing.T) {
	const n = 5000
	for name, parent := range map[string]func(i int) int{
		"deep": func(i int) int { return i - 1 },
		"wide": func(i int) int { return min(i, 1) - 1 },
		"comb": func(i int) int { return (i+99)/100*100 - 100 },
	} {
		k := kernel.New()
		family(t, k, n, parent)
		all, longest := walk(t, k, 10*n)
		assert.Len(t, all, n, name)
		assert.LessOrEqual(t, longest, 1000, name)
	}
}

// The queue is listed in its order, in pages of any size, and an event that is
// cancelled is as if it had not been posted.
func TestViewQueue(t *testing.T) {
	k := kernel.New()
	var got []int
	detach := k.Host().Observe(idle{}, 1)
	id := start(t, k, states{"next": func(e kernel.Event) { got = append(got, e.Args[0].(int)) }})
	for i := range 30 {
		require.NoError(t, k.Post(id, "next", i))
	}
	v := k.Host().Inspect()
	for _, size := range []int{1, 4, 31, 100} {
		var args []any
		page, next := make([]observe.Queued, 0, size), uint64(0)
		for {
			list, after := v.Queue(page, next)
			for _, q := range list {
				args = append(args, q.Args...)
			}
			if next = after; next == 0 {
				break
			}
		}
		assert.Len(t, args, 30)
		assert.IsIncreasing(t, ints(args))
	}
	list, _ := v.Queue(make([]observe.Queued, 0, 100), 0)
	third := list[len(list)-28]
	assert.Equal(t, []any{2}, third.Args)
	assert.False(t, v.CancelQueued(third.Slot, third.Mark.ID+1))
	assert.False(t, v.CancelQueued(third.Slot+1000, third.Mark.ID))
	assert.True(t, v.CancelQueued(third.Slot, third.Mark.ID))
	assert.False(t, v.CancelQueued(third.Slot, third.Mark.ID))
	assert.Equal(t, 29, len(tasks(v, "next")))
	require.NoError(t, k.Run())
	assert.Len(t, got, 29)
	assert.NotContains(t, got, 2)
	assert.False(t, id.Alive(), "nothing keeps it")
	detach()
}

// The event that keeps a session alive is cancelled, and the session ends.
func TestViewCancelsLastReason(t *testing.T) {
	k := kernel.New()
	defer k.Host().Observe(idle{}, 1)()
	var stopped []string
	id := start(t, k, states{
		"_start": func(e kernel.Event) { e.Kernel.Yield("look") },
		"look": func(e kernel.Event) {
			e.Kernel.Yield("never")
			v := k.Host().Inspect()
			q := tasks(v, "never")[0]
			assert.True(t, v.CancelQueued(q.Slot, q.Mark.ID))
		},
		"never": func(kernel.Event) { stopped = append(stopped, "never") },
		"_stop": func(kernel.Event) { stopped = append(stopped, "_stop") },
	})
	require.NoError(t, k.Run())
	assert.False(t, id.Alive())
	assert.Equal(t, []string{"_stop"}, stopped)
}

// The timers are listed in the order in which they are due.
func TestViewTimers(t *testing.T) {
	k := kernel.New()
	random := rand.New(rand.NewPCG(3, 4))
	start(t, k, states{"_start": func(e kernel.Event) {
		for i := range 300 {
			require.NoError(t, k.DelayAdd(fmt.Sprint("t", i), time.Hour+time.Duration(random.IntN(50))*time.Minute))
		}
	}})
	v := k.Host().Inspect()
	for _, size := range []int{1, 10, 299, 300, 1000} {
		ids := v.Timers(make([]uint64, 0, size))
		require.Len(t, ids, min(size, 300))
		var ages []time.Duration
		for _, id := range ids {
			q, ok := v.Timer(id)
			require.True(t, ok)
			ages = append(ages, (-q.Age).Round(time.Minute))
		}
		assert.IsNonDecreasing(t, ages)
	}
}

type idle struct{}

func (idle) Begin(*observe.Span) {}
func (idle) End(*observe.Span)   {}

func ints(values []any) (all []int) {
	for _, v := range values {
		all = append(all, v.(int))
	}
	return all
}

// tasks are the events of a name in the queue.
func tasks(v observe.View, name string) (all []observe.Queued) {
	list, _ := v.Queue(make([]observe.Queued, 0, 1000), 0)
	for _, q := range list {
		if q.Name == name {
			all = append(all, q)
		}
	}
	return all
}
