//go:build unix

package poetests_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// queue is what a program sees of the kernel's queue: timers, whose priority
// is the time at which they are due, in seconds. The queue itself is no
// package of its own here.
type queue struct {
	p     *proof
	k     *kernel.Kernel
	clock *poetest.Clock
	start time.Time
	due   []string // what has been dispatched
}

// inQueue runs a test of the queue in a session, then all that is left in it.
func (p *proof) inQueue(test func(q *queue)) *queue {
	q := &queue{p: p, clock: &poetest.Clock{}}
	q.k = p.kernel(kernel.Options{Clock: q.clock})
	p.start(q.k, states{
		"_start": func(kernel.Event) { q.start = q.k.Now(); test(q) },
		"_default": func(e kernel.Event) {
			q.due = append(q.due, fmt.Sprintf("%v at %d", e.Arg(0), q.clock.Mono()/time.Second))
		},
		"_child": nothing,
		"_stop":  nothing,
	})
	p.run(q.k)
	return q
}

func (q *queue) at(seconds int) time.Time { return q.start.Add(time.Duration(seconds) * time.Second) }

func (q *queue) add(name string, seconds int) kernel.AlarmID {
	id, err := q.k.AlarmSet(name, q.at(seconds))
	q.p.is().NoError(err)
	return id
}

// t/10_units/06_queues/01_array: order of priorities, first in first out among
// equals, removal and change of priority by ID, and a thousand shuffled items.
func TestUnitsQueuesArray(t *testing.T) {
	once(t, func(p *proof) {
		p.queueOrder()
		p.queueRemoval()
		p.queueChanges()
		for _, by := range []int{1000, 500} {
			p.queueShuffled(by)
		}
	})
}

func (p *proof) queueOrder() {
	q := p.inQueue(func(q *queue) {
		p.is().Zero(q.k.EventCount())
		_, due := q.k.NextEventTime()
		p.is().False(due)
		ids := []kernel.AlarmID{q.add("one", 1), q.add("tre", 3), q.add("two", 2)}
		p.is().True(slices.IsSorted(ids))
		p.is().NotEqual(ids[0], ids[1])
		p.is().Equal(3, q.k.EventCount())
		next, due := q.k.NextEventTime()
		p.is().True(due)
		p.is().Equal(q.at(1), next)
	})
	p.is().Equal([]string{"one at 1", "two at 2", "tre at 3"}, q.due)
	p.is().Zero(q.k.EventCount())
}

func (p *proof) queueRemoval() {
	q := p.inQueue(func(q *queue) {
		ids := map[string]kernel.AlarmID{}
		for i, name := range []string{"a", "c", "e", "b", "d"} {
			ids[name] = q.add(name, []int{1, 3, 5, 2, 4}[i])
		}
		for i, name := range []string{"b", "c", "d"} {
			removed, err := q.k.AlarmRemove(ids[name])
			p.is().NoError(err)
			p.is().Equal(kernel.Timer{Name: name, Time: q.at(i + 2)}, removed)
		}
		p.start(q.k, states{"_start": func(kernel.Event) {
			_, err := q.k.AlarmRemove(ids["e"])
			p.is().ErrorIs(err, kernel.ErrNotYours)
		}})
		_, err := q.k.AlarmRemove(ids["d"])
		p.is().ErrorIs(err, kernel.ErrNoAlarm)
	})
	p.is().Equal([]string{"a at 1", "e at 5"}, q.due)

	q = p.inQueue(func(q *queue) {
		for i, name := range []string{"odd", "even", "odd", "even", "odd", "even"} {
			q.p.is().NoError(q.k.AlarmAdd(name, q.at(i+1), i))
		}
		p.is().Equal(6, q.k.EventCount())
		p.is().NoError(q.k.AlarmClear("odd"))
		p.is().Equal(3, q.k.EventCount())
		p.is().NoError(q.k.AlarmClear("odd"), "none is left")
		p.is().Equal(3, q.k.EventCount())
		p.is().Equal([]kernel.Timer{
			{Name: "even", Time: q.at(2), Args: []any{1}},
			{Name: "even", Time: q.at(4), Args: []any{3}},
			{Name: "even", Time: q.at(6), Args: []any{5}},
		}, q.k.AlarmRemoveAll())
		p.is().Zero(q.k.EventCount())
	})
	p.is().Empty(q.due)
}

func (p *proof) queueChanges() {
	q := p.inQueue(func(q *queue) {
		ids := map[string]kernel.AlarmID{}
		for i, name := range []string{"a", "b", "c", "d", "e", "f"} {
			ids[name] = q.add(name, 10*(i+1))
		}
		p.is().Equal(6, q.k.EventCount())
		for _, c := range []struct {
			name string
			by   time.Duration
		}{{"e", -15 * time.Second}, {"b", 15 * time.Second}} {
			at, err := q.k.AlarmAdjust(ids[c.name], c.by)
			p.is().NoError(err)
			p.is().Equal(q.at(35), at)
		}
	})
	p.is().Equal([]string{"a at 10", "c at 30", "e at 35", "b at 35", "d at 40", "f at 60"}, q.due, "e got there first")
}

// queueShuffled puts a thousand items in at random, moves the even ones to one
// side and the odd ones to the other, and takes them out in order.
func (p *proof) queueShuffled(by int) {
	const many = 1000
	moved := func(i int) int {
		if i%2 == 0 {
			return 2*many + i - by
		}
		return 2*many + i + by
	}
	var want []string
	order := make([]int, many)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return moved(a) - moved(b) })
	for _, i := range order {
		want = append(want, fmt.Sprintf("%d at %d", i, moved(i)))
	}
	random := rand.New(rand.NewPCG(uint64(by), 1))
	q := p.inQueue(func(q *queue) {
		ids := make([]kernel.AlarmID, many)
		for _, i := range random.Perm(many) {
			ids[i] = q.add(fmt.Sprint(i), 2*many+i)
		}
		for _, i := range random.Perm(many) {
			at, err := q.k.AlarmAdjust(ids[i], time.Duration(moved(i)-2*many-i)*time.Second)
			p.ok(err)
			p.is().Equal(q.at(moved(i)), at)
		}
	})
	p.is().Equal(want, q.due)
}
