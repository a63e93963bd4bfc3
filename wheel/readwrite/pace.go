package readwrite

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// Pace holds a wheel's speed down. The wheel asks it before it reads and before
// it writes, in its owner's session. One Pace may serve many wheels.
type Pace interface {
	// Room is how many bytes may move now, for kernel.Read or kernel.Write.
	// Without any the wheel rests in that direction, and asks again after the
	// time that is returned, which must be above 0.
	Room(m kernel.Mode) (bytes int, rest time.Duration)
	// Moved tells how many have, no more than there was room for.
	Moved(m kernel.Mode, bytes int)
}

// bounds is what few wheels have.
type bounds struct {
	marks      Marks
	maxPending int
	pace       Pace
	rests      [2]kernel.AlarmID // the ends of its rests, for reading and writing
	paused     bool              // by PauseInput
}

// room is how many bytes may move now; -1 is as many as there are. With 0 the
// wheel rests.
func (w *Wheel) room(m kernel.Mode) int {
	b := w.bounds
	if b == nil || b.pace == nil {
		return -1
	}
	n, rest := b.pace.Room(m)
	if n > 0 {
		return n
	}
	w.setPaused(m, true)
	if b.rests[m] == 0 {
		w.rest(m, rest)
	}
	return 0
}

// rest goes on after a while.
func (w *Wheel) rest(m kernel.Mode, d time.Duration) {
	timer, err := w.k.Host().DelayFunc("wheel/readwrite: rest", d, func(kernel.Event) {
		w.bounds.rests[m] = 0
		switch {
		case w.closed, m == kernel.Read && (w.noInput || w.bounds.paused), m == kernel.Write && w.noOutput:
		default:
			w.setPaused(m, false)
		}
	})
	if err != nil {
		w.k.Host().Warn("readwrite: no timer for a rest", "wheel", w.id, "error", err)
		w.setPaused(m, false)
		return
	}
	w.bounds.rests[m] = timer
}

func (w *Wheel) setPaused(m kernel.Mode, pause bool) {
	switch {
	case m == kernel.Read && pause:
		w.k.SelectPauseRead(w.in)
	case m == kernel.Read:
		w.k.SelectResumeRead(w.in)
	case pause:
		w.k.SelectPauseWrite(w.out)
	default:
		w.k.SelectResumeWrite(w.out)
	}
}

// moved tells the pace what has moved.
func (w *Wheel) moved(m kernel.Mode, n int) {
	if w.bounds != nil && w.bounds.pace != nil && n > 0 {
		w.bounds.pace.Moved(m, n)
	}
}

// stopResting stops the timers of a wheel that is over. One of another session
// than the active one runs out by itself.
func (w *Wheel) stopResting() {
	if w.bounds == nil || w.k.ActiveSession() != w.owner || !w.owner.Alive() {
		return
	}
	for _, timer := range w.bounds.rests {
		if timer != 0 {
			// With a session that stops it may be gone.
			_, _ = w.k.AlarmRemove(timer)
		}
	}
}
