package kernel

import (
	"github.com/gopoe/poe/internal/perkernel"
	"github.com/gopoe/poe/internal/turns"
)

func init() {
	turns.Of = func(k any) *uint64 { return &k.(*Kernel).turns }
	perkernel.Wheels = func(k any) *any { return &k.(*Kernel).ofWheels }
}

// Stats are statistics of a kernel. Turns, DeadLetters and LostPostbacks are
// counters, which only grow; the others are present numbers.
type Stats struct {
	Turns         uint64 // rounds of the kernel's loop: readiness, timers, queue
	DeadLetters   uint64 // events that reached no handler
	LostPostbacks uint64 // postbacks that were not released
	Sessions      int    // alive now
	Queued        int    // events and timers queued now
	Handles       int    // watched now
	Holds         int    // not released yet
}

// Stats returns the kernel's statistics.
func (k *Kernel) Stats() Stats {
	s := k.stats
	s.Turns = k.turns
	for _, h := range k.hooks {
		s.DeadLetters += h.DeadLetters()
	}
	s.Sessions, s.Queued, s.Handles, s.Holds = k.sessions, k.EventCount(), k.handles.count, len(k.holds)
	return s
}
