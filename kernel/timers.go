package kernel

import (
	"iter"

	"github.com/gopoe/poe/kernel/observe"
)

// The table of timers: a heap by due time, slots that are used again, and for
// each session its timers by name. Setting, finding, moving and removing a
// timer costs O(log n) at most.

// timer is one pending timer. Timers live in slots and are used again.
type timer struct {
	owner  *entry
	name   string
	args   []any
	caller string
	extra  *extra
	due    int64 // kernel time
	wall   bool  // set for a time of day: moves when the wall clock is set
	mark   observe.Mark
	slot   uint32
	gen    uint32 // counts the uses of the slot
	pos    int    // in the heap, -1 if not pending

	group                *timerGroup
	groupPrev, groupNext *timer
}

// id returns the timer's ID, which no other use of its slot shares.
func (t *timer) id() AlarmID { return AlarmID(uint64(t.gen)<<32 | uint64(t.slot)) }

// timerRef is a heap element; the keys are in it so that sifting stays in one
// piece of memory.
type timerRef struct {
	due   int64
	seq   uint64
	timer *timer
}

// before reports whether a timer comes before what is due then with that
// sequence.
func (r *timerRef) before(due int64, seq uint64) bool {
	return r.due < due || r.due == due && r.seq < seq
}

func (r *timerRef) notAfter(due int64, seq uint64) bool {
	return r.due < due || r.due == due && r.seq <= seq
}

// timerTable holds all timers of a kernel.
type timerTable struct {
	heap  []timerRef // 4-ary
	slots [][]timer  // chunks, so that timers never move
	free  []*timer
	used  uint32 // slots used at least once
}

const timerChunk = 64

// get returns an unused timer.
func (t *timerTable) get() *timer {
	if n := len(t.free); n > 0 {
		x := t.free[n-1]
		t.free = t.free[:n-1]
		x.gen++
		return x
	}
	if t.used%timerChunk == 0 {
		t.slots = append(t.slots, make([]timer, timerChunk))
	}
	x := &t.slots[t.used/timerChunk][t.used%timerChunk]
	x.slot, x.gen, x.pos = t.used, 1, -1
	t.used++
	return x
}

// put gives a timer back.
func (t *timerTable) put(x *timer) {
	x.owner, x.name, x.args, x.caller, x.extra, x.group = nil, "", nil, "", nil, nil
	x.mark = observe.Mark{}
	t.free = append(t.free, x)
}

// find returns the pending timer with that ID, nil if there is none.
func (t *timerTable) find(id AlarmID) *timer {
	slot, gen := uint32(id), uint32(id>>32)
	if slot >= t.used {
		return nil
	}
	x := &t.slots[slot/timerChunk][slot%timerChunk]
	if x.gen != gen || x.pos < 0 {
		return nil
	}
	return x
}

func (t *timerTable) add(x *timer, seq uint64) {
	t.heap = append(t.heap, timerRef{x.due, seq, x})
	t.up(len(t.heap) - 1)
}

// move gives a pending timer a new due time and place.
func (t *timerTable) move(x *timer, due int64, seq uint64) {
	x.due = due
	r := &t.heap[x.pos]
	later := r.notAfter(due, seq)
	r.due, r.seq = due, seq
	if later {
		t.down(x.pos)
	} else {
		t.up(x.pos)
	}
}

func (t *timerTable) remove(x *timer) {
	i, last := x.pos, len(t.heap)-1
	x.pos = -1
	moved := t.heap[last]
	t.heap[last] = timerRef{}
	t.heap = t.heap[:last]
	if i == last {
		return
	}
	t.heap[i] = moved
	moved.timer.pos = i
	t.down(i)
	t.up(moved.timer.pos)
}

func (t *timerTable) up(i int) {
	r := t.heap[i]
	for i > 0 {
		parent := (i - 1) / 4
		if !r.before(t.heap[parent].due, t.heap[parent].seq) {
			break
		}
		t.place(i, t.heap[parent])
		i = parent
	}
	t.place(i, r)
}

func (t *timerTable) down(i int) {
	r := t.heap[i]
	for {
		first := 4*i + 1
		if first >= len(t.heap) {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(t.heap)); c++ {
			if t.heap[c].before(t.heap[least].due, t.heap[least].seq) {
				least = c
			}
		}
		if !t.heap[least].before(r.due, r.seq) {
			break
		}
		t.place(i, t.heap[least])
		i = least
	}
	t.place(i, r)
}

func (t *timerTable) place(i int, r timerRef) {
	t.heap[i] = r
	r.timer.pos = i
}

// timerSet is a session's pending timers, grouped by name.
type timerSet struct {
	count  int
	groups []*timerGroup
	spare  *timerGroup            // the one that was emptied last
	byName map[string]*timerGroup // once there are many
}

// timerGroup is a session's pending timers of one name, a list.
type timerGroup struct {
	name  string
	first *timer
	at    int // in groups
}

// manyGroups is where looking through a slice gets slower than a map.
const manyGroups = 8

// len returns how many timers are pending.
func (s *timerSet) len() int {
	if s == nil {
		return 0
	}
	return s.count
}

func (s *timerSet) group(name string) *timerGroup {
	if s == nil {
		return nil
	}
	if s.byName != nil {
		return s.byName[name]
	}
	for _, g := range s.groups {
		if g.name == name {
			return g
		}
	}
	return nil
}

func (s *timerSet) add(x *timer) {
	g := s.group(x.name)
	if g == nil {
		if g, s.spare = s.spare, nil; g == nil {
			g = &timerGroup{}
		}
		g.name, g.at = x.name, len(s.groups)
		s.groups = append(s.groups, g)
		switch {
		case s.byName != nil:
			s.byName[g.name] = g
		case len(s.groups) > manyGroups:
			s.byName = make(map[string]*timerGroup, 2*manyGroups)
			for _, g := range s.groups {
				s.byName[g.name] = g
			}
		}
	}
	x.group, x.groupPrev, x.groupNext = g, nil, g.first
	if g.first != nil {
		g.first.groupPrev = x
	}
	g.first = x
	s.count++
}

// remove takes a timer out. The last empty group is kept, for the timer that
// is set again and again.
func (s *timerSet) remove(x *timer) {
	g := x.group
	if x.groupPrev != nil {
		x.groupPrev.groupNext = x.groupNext
	} else {
		g.first = x.groupNext
	}
	if x.groupNext != nil {
		x.groupNext.groupPrev = x.groupPrev
	}
	x.groupPrev, x.groupNext = nil, nil
	s.count--
	if g.first == nil && len(s.groups) > 1 {
		last := len(s.groups) - 1
		s.groups[g.at] = s.groups[last]
		s.groups[g.at].at = g.at
		s.groups[last] = nil
		s.groups = s.groups[:last]
		delete(s.byName, g.name)
		g.name, s.spare = "", g
	}
}

// all yields every timer; the one that it has yielded may be removed.
func (s *timerSet) all() iter.Seq[*timer] {
	return func(yield func(*timer) bool) {
		if s == nil {
			return
		}
		for i := len(s.groups) - 1; i >= 0; i-- {
			for x := s.groups[i].first; x != nil; {
				next := x.groupNext
				if !yield(x) {
					return
				}
				x = next
			}
		}
	}
}
