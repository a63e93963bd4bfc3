package kernel

import (
	"fmt"
	"math/bits"
)

// Invariants of the kernel: the hot paths keep counters instead of counting.
// Assert.Data compares them with what is really there, after every turn.

// counters is what a session's counters should say.
type counters struct{ eventsTo, eventsFrom, timers int }

// checkInvariants panics if a counter is wrong, which would be a mistake of the
// kernel's own.
func (k *Kernel) checkInvariants() {
	all := map[*entry]*counters{}
	of := func(e *entry) *counters {
		if all[e] == nil {
			all[e] = &counters{}
		}
		return all[e]
	}
	live := 0
	for i := k.fifo.head; i != k.fifo.tail; i++ {
		it := k.fifo.at(i)
		if it.dest == nil {
			continue
		}
		live++
		of(it.dest).eventsTo++
		if it.dest != it.from {
			of(it.from).eventsFrom++
		}
	}
	for _, r := range k.timers.heap {
		of(r.timer.owner).eventsTo++
		of(r.timer.owner).timers++
	}
	wrong("queued events", k.fifo.live(), live)
	sessions, extrefs := 0, 0
	k.eachBelow(k.root, func(e *entry) {
		sessions++
		extrefs += k.checkSession(e, of(e))
	})
	wrong("sessions", k.sessions, sessions)
	wrong("sessions by number", k.byNumber.count, sessions+1)
	wrong("tagged references", k.extrefs, extrefs)
}

// checkSession checks one session and returns how many tags it has.
func (k *Kernel) checkSession(e *entry, b *counters) (tags int) {
	name := ID{e}.String()
	wrong("events for session "+name, int(e.eventsTo), b.eventsTo)
	wrong("events from session "+name, int(e.eventsFrom), b.eventsFrom)
	wrong("timers of session "+name, int(e.timerCount), b.timers)
	refs := len(e.aliases.Load().names())
	if b.eventsTo > 0 {
		refs++
	}
	if b.eventsFrom > 0 {
		refs++
	}
	for child := e.firstChild; child != nil; child = child.nextSibling {
		refs++
	}
	for w := e.watchers; w != nil; w = w.nextOfSess {
		refs += bits.OnesCount8(uint8(w.modes))
	}
	if e.cold != nil {
		tags = len(e.cold.extrefs)
		refs += tags + len(e.cold.children)
	}
	wrong("references to session "+name, int(e.refs), refs)
	return tags
}

// eachBelow calls do forevery session below e.
func (k *Kernel) eachBelow(e *entry, do func(*entry)) {
	for child := e.firstChild; child != nil; child = child.nextSibling {
		do(child)
		k.eachBelow(child, do)
	}
}

func wrong(what string, counted, there int) {
	if counted != there {
		panic(fmt.Sprintf("kernel: an invariant is broken: %s: counted %d, there are %d", what, counted, there))
	}
}
