package kernel

import (
	"math/bits"
	"unsafe"

	"github.com/gopoe/poe/kernel/observe"
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
	counters   []observe.Counter // of the observers
}

const (
	tallyBits  = 5
	tallySlots = 1 << tallyBits
	maxTally   = 256 // events after which they are handed over
)

// add counts an event.
func (t *tally) add(o *observing, typ, event string) {
	eventAt, typAt := unsafe.StringData(event), unsafe.StringData(typ)
	at := tallyPlace(uintptr(unsafe.Pointer(eventAt)), uintptr(unsafe.Pointer(typAt)))
	s := &t.slots[at]
	if unsafe.StringData(s.event) != eventAt || len(s.event) != len(event) || unsafe.StringData(s.typ) != typAt {
		s.handOver()
		s.use(o.counters, typ, event)
	}
	s.n++
	t.used |= 1 << at
	if t.total++; t.total == maxTally {
		o.settle()
	}
}

// tallyPlace is the slot of an event: the upper bits of a product, to which all bits
// of the addresses contribute.
func tallyPlace(event, typ uintptr) uint64 {
	return (uint64(event) ^ uint64(typ)<<20) * 0x9E3779B97F4A7C15 >> (64 - tallyBits)
}

// settle hands over what is counted.
func (o *observing) settle() {
	for t := &o.tally; t.used != 0; t.used &= t.used - 1 {
		t.slots[bits.TrailingZeros32(t.used)].handOver()
	}
	o.tally.total = 0
}

// use makes a slot count other events.
func (s *tallySlot) use(observers []observe.CountObserver, typ, event string) {
	s.typ, s.event, s.counters = typ, event, s.counters[:0]
	for _, o := range observers {
		s.counters = append(s.counters, o.Counter(typ, event))
	}
}

func (s *tallySlot) handOver() {
	if s.n == 0 {
		return
	}
	for _, c := range s.counters {
		c.Add(s.n)
	}
	s.n = 0
}
