package readwrite

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// RateLimiter limits the bandwidth of wheels. A wheel asks it before it reads and
// before it writes, in its owner's session. One RateLimiter may serve many
// wheels.
type RateLimiter interface {
	// Reserve returns how many bytes may be moved now, for kernel.Read or
	// kernel.Write. If bytes is 0 the wheel pauses that direction for the
	// returned time and asks again; with 0 it does so in the kernel's next turn,
	// though Flush writes at once then.
	Reserve(m kernel.Mode) (bytes int, retry time.Duration)
	// Consumed is called with the number of bytes that have been moved, no more
	// than were reserved unless by Flush; for kernel.Read after the records in them were
	// reported.
	Consumed(m kernel.Mode, bytes int)
}

// allowance returns how many bytes may be moved now; -1 is no limit. If it is 0
// the wheel has paused that direction.
func (w *Wheel) allowance(m kernel.Mode) int {
	if w.rate == nil {
		return -1
	}
	n, retry := w.rate.Reserve(m)
	if n > 0 || retry == 0 {
		return n
	}
	w.setPaused(m, true)
	if x := w.ensureMore(); x.throttleTimers[m] == 0 {
		x.throttleTimers[m] = w.base.Delay("rate limit", retry, func() { w.endThrottle(m) })
	}
	return 0
}

// throttled reports whether a direction is paused by its rate limit.
func (w *Wheel) throttled(m kernel.Mode) bool { return w.more != nil && w.more.throttleTimers[m] != 0 }

// endThrottle continues a direction that its rate limit had paused.
func (w *Wheel) endThrottle(m kernel.Mode) {
	w.more.throttleTimers[m] = 0
	switch {
	case w.base.Closed(), m == kernel.Read && (w.noInput || w.more.paused || w.held), m == kernel.Write && w.noOutput:
	default:
		w.setPaused(m, false)
	}
}

func (w *Wheel) setPaused(m kernel.Mode, pause bool) {
	k := w.base.Kernel
	switch {
	case m == kernel.Read && pause:
		k.SelectPauseRead(w.in().handle)
	case m == kernel.Read:
		k.SelectResumeRead(w.in().handle)
	case pause:
		k.SelectPauseWrite(w.out.handle)
	default:
		k.SelectResumeWrite(w.out.handle)
	}
}

// consumed reports to the rate limiter what has been moved.
func (w *Wheel) consumed(m kernel.Mode, n int) {
	if w.rate != nil && n > 0 {
		w.rate.Consumed(m, n)
	}
}

// cancelThrottle removes the timers of a wheel that has been closed. Those of
// another session than the active one fire and find that.
func (w *Wheel) cancelThrottle() {
	if w.more == nil || w.base.Kernel.ActiveSession() != w.base.Owner {
		return
	}
	for m := range w.more.throttleTimers {
		w.base.Cancel(&w.more.throttleTimers[m])
	}
}
