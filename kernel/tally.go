package kernel

import (
	"math/bits"
	"unsafe"
)

// tally counts events for observers that want no more than the number of most. It
// finds the counter of an event by the places of the bytes of its two names, which
// mostly are constants of the program: so it compares no texts, and one that is at
// several places is counted in several parts.
type tally struct {
	slots [tallySlots]tallySlot
	used  uint32 // a bit for each slot that has counted
	total int    // events counted in all slots
}

type tallySlot struct {
	typ, event string
	n          uint64
}

const (
	tallySlots = 32
	maxTally   = 256 // events after which they are handed over
)

// add counts an event.
func (t *tally) add(o *observing, typ, event string) {
	bytes := unsafe.StringData(event)
	at := (uintptr(unsafe.Pointer(bytes))>>3 ^ uintptr(len(event)) ^ uintptr(len(typ))<<2) % tallySlots
	s := &t.slots[at]
	if unsafe.StringData(s.event) != bytes || len(s.event) != len(event) || unsafe.StringData(s.typ) != unsafe.StringData(typ) {
		o.handOver(s)
		s.typ, s.event = typ, event
	}
	s.n++
	t.used |= 1 << at
	if t.total++; t.total == maxTally {
		o.settle()
	}
}

// settle hands over what is counted.
func (o *observing) settle() {
	for t := &o.tally; t.used != 0; t.used &= t.used - 1 {
		o.handOver(&t.slots[bits.TrailingZeros32(t.used)])
	}
	o.tally.total = 0
}

func (o *observing) handOver(s *tallySlot) {
	if s.n == 0 {
		return
	}
	for _, c := range o.counters {
		c.Count(s.typ, s.event, s.n)
	}
	s.n = 0
}
