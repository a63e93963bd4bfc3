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

// ring is the FIFO of events. Its buffer is a power of two in size.
type ring struct {
	buf        []item
	head, tail uint64 // of the items; they only grow
	live       int    // items that were not taken back
	index      *ringIndex
}

// full reports whether the ring has to grow before the next push.
func (r *ring) full() bool { return r.tail-r.head == uint64(len(r.buf)) }

// push returns the slot of a new item at the end of a ring that is not full.
func (r *ring) push() *item {
	it := &r.buf[r.tail&uint64(len(r.buf)-1)]
	r.tail++
	r.live++
	return it
}

func (r *ring) grow() {
	buf := make([]item, max(64, 2*len(r.buf)))
	for i := r.head; i != r.tail; i++ {
		buf[i&uint64(len(buf)-1)] = *r.at(i)
	}
	r.buf = buf
}

func (r *ring) at(i uint64) *item { return &r.buf[i&uint64(len(r.buf)-1)] }

// keepItems is how large a buffer an empty ring keeps, in items: 2 MiB.
const keepItems = 16 << 10

// peek returns the first item, nil if there is none.
func (r *ring) peek() *item {
	for r.head != r.tail {
		it := r.at(r.head)
		if it.dest != nil {
			return it
		}
		r.head++
	}
	if len(r.buf) > keepItems && r.index == nil {
		r.buf = nil // of a burst, such as the start of very many sessions
	}
	return nil
}

// pop takes the first item, which peek has returned, off the ring.
func (r *ring) pop(first *item) {
	first.release()
	r.head++
	r.live--
	if r.index != nil {
		r.index.popped(r)
	}
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
		r.index = &ringIndex{upto: r.head, keep: r.live, items: map[*entry][]uint64{}}
	}
	x := r.index
	for ; x.upto != r.tail; x.upto++ {
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
			r.live--
			taken := *it
			*it = item{}
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
