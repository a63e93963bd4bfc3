package kernel

import "github.com/gopoe/poe/kernel/observe"

// The table of timers: a heap by due time, slots that are used again, and for
// each session a list of its timers. Setting, finding, moving and removing a
// timer costs O(log n) at most.

// timer is one pending timer. Timers live in slots and are used again.
type timer struct {
	owner  *entry
	name   string
	args   []any
	caller string
	extra  *extra

	prev, next *timer // of the owner's list

	slot uint32
	gen  uint32 // counts the uses of the slot
	pos  int32  // in the heap, -1 if not pending
	wall bool   // set for a time of day: moves when the wall clock is set
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
	used  uint32           // slots used at least once
	marks [][]observe.Mark // by slot, in chunks as they are; of timers that were set while the kernel was observed
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
	x.owner, x.name, x.args, x.caller, x.extra = nil, "", nil, "", nil
	t.setMark(x, observe.Mark{})
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

// due returns when a pending timer fires, in kernel time.
func (t *timerTable) due(x *timer) int64 { return t.heap[x.pos].due }

// mark returns the mark of a timer, the zero Mark if it was set unobserved.
func (t *timerTable) mark(x *timer) observe.Mark {
	if chunk := x.slot / timerChunk; int(chunk) < len(t.marks) {
		return t.marks[chunk][x.slot%timerChunk]
	}
	return observe.Mark{}
}

func (t *timerTable) setMark(x *timer, m observe.Mark) {
	chunk := int(x.slot / timerChunk)
	if chunk >= len(t.marks) {
		if m == (observe.Mark{}) {
			return
		}
		for len(t.marks) < len(t.slots) {
			t.marks = append(t.marks, make([]observe.Mark, timerChunk))
		}
	}
	t.marks[chunk][x.slot%timerChunk] = m
}

func (t *timerTable) add(x *timer, due int64, seq uint64) {
	t.heap = append(t.heap, timerRef{due, seq, x})
	t.up(len(t.heap) - 1)
}

// move gives a pending timer a new due time and place.
func (t *timerTable) move(x *timer, due int64, seq uint64) {
	r := &t.heap[x.pos]
	later := r.notAfter(due, seq)
	r.due, r.seq = due, seq
	if later {
		t.down(int(x.pos))
	} else {
		t.up(int(x.pos))
	}
}

func (t *timerTable) remove(x *timer) {
	i, last := int(x.pos), len(t.heap)-1
	x.pos = -1
	moved := t.heap[last]
	t.heap[last] = timerRef{}
	t.heap = t.heap[:last]
	if i == last {
		return
	}
	t.heap[i] = moved
	moved.timer.pos = int32(i)
	t.down(i)
	t.up(int(moved.timer.pos))
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
	r.timer.pos = int32(i)
}
