package kernel

import "github.com/gopoe/poe/kernel/observe"

// Everything in this file runs once per event.
//
// The queue is one order in two parts: a ring of events that were queued for
// now, which is in order by itself, and a heap of timers. Both are ordered by
// due time and, where that is equal, by the sequence in which they were
// queued.

// item is a queued event.
type item struct {
	due        int64 // when it was queued, in kernel time
	seq        uint64
	dest, from *entry // dest is nil in an item that was taken back
	name       string
	args       []any
	caller     string
	extra      *extra
	kind       kind
	mark       observe.Mark // zero unless the kernel is observed
}

// extra is what few events carry.
type extra struct {
	handler Handler  // instead of the session's
	letter  Letter   // what delivers itself
	failure *OpError // of an error event
	site    *site    // where it was queued, when tracing
	from    *entry   // the session of another kernel that has sent it

	args      []any     // of an untrusted event whose handler runs or has run
	untrusted bool      // see Untrusted
	refused   *ArgError // by the handler of an untrusted event
}

// ensureExtra returns what the item carries besides, and makes it if need be.
func (it *item) ensureExtra() *extra {
	if it.extra == nil {
		it.extra = &extra{}
	}
	return it.extra
}

// setHandler makes h run for the item instead of a handler of its session.
func (it *item) setHandler(h Handler) { it.ensureExtra().handler = h }

// ring is the FIFO of events. It is made of chunks, so that it grows without moving
// what is in it, however much that is.
type ring struct {
	head, tail uint64       // of the items; they only grow
	dead       uint64       // of those between, how many were taken back; the first one never was
	look       uint64       // popped is called when the head gets there
	out, in    *ringChunk   // those of head and tail; valid if there are items, and if in is not full
	chunks     []*ringChunk // all that have items, by number, modulo the length, which is a power of two
	spare      []*ringChunk
	index      *ringIndex
}

const ringChunkSize = 64

type ringChunk [ringChunkSize]item

// spareChunks is how many empty chunks a ring keeps: 2 MiB.
const spareChunks = 256

// full reports whether the ring has to grow before the next push.
func (r *ring) full() bool { return r.tail%ringChunkSize == 0 }

// push returns the slot of a new item at the end of a ring that is not full.
func (r *ring) push() *item {
	it := &r.in[r.tail%ringChunkSize]
	r.tail++
	return it
}

// grow adds a chunk at the end.
func (r *ring) grow() {
	first, next := r.head/ringChunkSize, r.tail/ringChunkSize
	if next-first == uint64(len(r.chunks)) {
		chunks := make([]*ringChunk, max(4, 2*len(r.chunks)))
		for n := first; n != next; n++ {
			chunks[n&uint64(len(chunks)-1)] = *r.chunk(n)
		}
		r.chunks = chunks
	}
	if last := len(r.spare) - 1; last >= 0 {
		r.in, r.spare = r.spare[last], r.spare[:last]
	} else {
		r.in = new(ringChunk)
	}
	*r.chunk(next) = r.in
	if next == first {
		r.out = r.in
		r.lookNext()
	}
}

func (r *ring) chunk(n uint64) **ringChunk { return &r.chunks[n&uint64(len(r.chunks)-1)] }

func (r *ring) at(i uint64) *item { return &(*r.chunk(i / ringChunkSize))[i%ringChunkSize] }

// peek returns the first item, nil if there is none.
func (r *ring) peek() *item {
	if r.head == r.tail {
		return nil
	}
	return &r.out[r.head%ringChunkSize]
}

// empty reports whether there is no item.
func (r *ring) empty() bool { return r.head == r.tail }

// live returns how many items there are that were not taken back.
func (r *ring) live() int { return int(r.tail - r.head - r.dead) }

// pop takes the first item, which was released, off the ring.
func (r *ring) pop() {
	if r.head++; r.head == r.look {
		r.popped()
	}
}

func (r *ring) popped() {
	if r.index != nil {
		r.index.popped(r)
	}
	r.moved()
}

// moved lets the head, after a step, leave the chunk behind it, and pass items that were
// taken back.
func (r *ring) moved() {
	for {
		if r.head%ringChunkSize == 0 {
			r.nextChunk()
		}
		if r.head == r.tail || r.out[r.head%ringChunkSize].dest != nil {
			break
		}
		r.head++
		r.dead--
	}
	r.lookNext()
}

// lookNext decides where popped is called: at the end of the chunk, or after each item
// while some were taken back.
func (r *ring) lookNext() {
	if r.look = r.head + 1; r.index == nil && r.dead == 0 {
		r.look += (ringChunkSize - 1) - r.head%ringChunkSize
	}
}

// nextChunk leaves the chunk before the head.
func (r *ring) nextChunk() {
	n := r.head / ringChunkSize
	done := r.chunk(n - 1)
	if len(r.spare) < spareChunks {
		r.spare = append(r.spare, *done)
	}
	*done = nil
	r.out = *r.chunk(n)
}

// takeBack takes an item out of the middle.
func (r *ring) takeBack(i uint64) {
	*r.at(i) = item{}
	if i == r.head {
		r.head++
		r.moved()
		return
	}
	r.dead++
	r.lookNext()
}

// release forgets what an item refers to. Clearing all of it costs more.
func (it *item) release() {
	it.dest, it.from, it.name, it.args, it.caller, it.extra = nil, nil, "", nil, "", nil
}

// ringIndex finds the items to and from a session. Sessions that stop by
// themselves have none; for those that are stopped by force the index is made
// once, completed as items are added, and dropped when as many items have gone
// as it was made of: stopping any number of sessions so costs no more than
// queueing what they had queued.
type ringIndex struct {
	upto  uint64 // items before this one are in the index
	keep  int    // how many more items may go before it is dropped
	items map[*entry][]uint64
}

func (x *ringIndex) popped(r *ring) {
	if x.keep--; x.keep < 0 {
		r.index = nil
	}
}

// removeSession removes all items to and from a session, and calls gone for each.
func (r *ring) removeSession(e *entry, gone func(it *item)) {
	if r.index == nil {
		r.index = &ringIndex{upto: r.head, keep: r.live(), items: map[*entry][]uint64{}}
		r.lookNext()
	}
	x := r.index
	for x.upto = max(x.upto, r.head); x.upto != r.tail; x.upto++ {
		it := r.at(x.upto)
		if it.dest == nil {
			continue
		}
		x.items[it.dest] = append(x.items[it.dest], x.upto)
		if it.from != it.dest {
			x.items[it.from] = append(x.items[it.from], x.upto)
		}
	}
	for _, i := range x.items[e] {
		if i < r.head {
			continue
		}
		if it := r.at(i); it.dest == e || it.dest != nil && it.from == e {
			taken := *it
			r.takeBack(i)
			gone(&taken)
		}
	}
	delete(x.items, e)
}

// nextSeq numbers everything that is queued.
func (k *Kernel) nextSeq() uint64 {
	k.seq++
	return k.seq
}

// nextDue returns the due time of the first event or timer.
func (k *Kernel) nextDue() (due int64, ok bool) {
	if it := k.fifo.peek(); it != nil {
		due, ok = it.due, true
	}
	if len(k.timers.heap) > 0 && (!ok || k.timers.heap[0].due < due) {
		due, ok = k.timers.heap[0].due, true
	}
	return due, ok
}
