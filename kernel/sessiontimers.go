package kernel

import "iter"

// A session's pending timers are a list in which those of one name are next to
// each other. Where that takes too long to look through, there is an index of
// the first of each name.

// firstTimers is how many timers of a list are looked at before the index.
const firstTimers = 4

// timerNamed returns the first of the session's timers with that name, nil if
// there is none. The others of the name follow it.
func (e *entry) timerNamed(name string) *timer {
	x := e.timers
	for range firstTimers {
		if x == nil || x.name == name {
			return x
		}
		x = x.next
	}
	if x == nil {
		return nil
	}
	return e.timerIndex()[name]
}

// timerIndex returns the index, which is made when it is first asked for.
func (e *entry) timerIndex() map[string]*timer {
	cold := e.ensureCold()
	if cold.timers == nil {
		cold.timers = map[string]*timer{}
		for x := e.timers; x != nil; x = x.next {
			if x.firstNamed() {
				cold.timers[x.name] = x
			}
		}
	}
	return cold.timers
}

// onlyTimerNamed returns the session's timer with that name if there is exactly
// one.
func (e *entry) onlyTimerNamed(name string) *timer {
	x := e.timerNamed(name)
	if x == nil || x.next != nil && x.next.name == name {
		return nil
	}
	return x
}

// firstNamed reports whether a timer is the first of its name in its list.
func (x *timer) firstNamed() bool { return x.prev == nil || x.prev.name != x.name }

// addTimer puts a timer second among those of its name, or at the head of the
// list if it is the first of them.
func (e *entry) addTimer(x *timer) {
	if x.prev = e.timerNamed(x.name); x.prev != nil {
		x.next, x.prev.next = x.prev.next, x
	} else {
		x.next, e.timers = e.timers, x
		if e.cold != nil && e.cold.timers != nil {
			e.cold.timers[x.name] = x
		}
	}
	if x.next != nil {
		x.next.prev = x
	}
	e.timerCount++
}

// removeTimer takes a timer out of the list. The index goes with the last.
func (e *entry) removeTimer(x *timer) {
	if e.cold != nil && e.cold.timers != nil {
		e.unindexTimer(x)
	}
	if x.prev != nil {
		x.prev.next = x.next
	} else {
		e.timers = x.next
	}
	if x.next != nil {
		x.next.prev = x.prev
	}
	x.prev, x.next = nil, nil
	e.timerCount--
}

func (e *entry) unindexTimer(x *timer) {
	switch {
	case e.timerCount == 1:
		e.cold.timers = nil
	case !x.firstNamed():
	case x.next != nil && x.next.name == x.name:
		e.cold.timers[x.name] = x.next
	default:
		delete(e.cold.timers, x.name)
	}
}

// allTimers yields every timer; the one that it has yielded may be removed.
func (e *entry) allTimers() iter.Seq[*timer] {
	return func(yield func(*timer) bool) {
		for x := e.timers; x != nil; {
			next := x.next
			if !yield(x) {
				return
			}
			x = next
		}
	}
}
