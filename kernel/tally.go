package kernel

import "unsafe"

// tally counts events for observers that want no more than the number of most. It
// finds the counter of an event by the places of the bytes of its two names, which
// mostly are constants of the program: so it compares no texts, and one that is at
// several places is counted in several parts.
type tally struct {
	slots [tallySlots]tallySlot
	total int // events counted in all slots
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
	s := &t.slots[(uintptr(unsafe.Pointer(bytes))>>3^uintptr(len(event))^uintptr(len(typ))<<2)%tallySlots]
	if unsafe.StringData(s.event) != bytes || len(s.event) != len(event) || unsafe.StringData(s.typ) != unsafe.StringData(typ) {
		o.handOver(s)
		s.typ, s.event = typ, event
	}
	s.n++
	if t.total++; t.total == maxTally {
		o.settle()
	}
}

// settle hands over what is counted.
func (o *observing) settle() {
	if o.tally.total == 0 {
		return
	}
	for i := range o.tally.slots {
		o.handOver(&o.tally.slots[i])
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
	*s = tallySlot{}
}
