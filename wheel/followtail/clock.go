package followtail

import (
	"slices"
	"time"
)

// clockSlack is how far the time of a file may lag behind the time of day: file systems
// take it from a clock that is updated at each tick.
const clockSlack = 50 * time.Millisecond

// look notes when a look at the file begins. If the time of day was set back since the
// look before, files that have been created meanwhile have times before that.
func (w *Wheel) look() {
	before := w.lookedAt
	w.lookedAt = w.files.now()
	step := w.lookedAt.Wall.Sub(before.Wall) - (w.lookedAt.Mono - before.Mono)
	if step < -clockSlack {
		w.clockSetBack(step)
	}
}

// clockSetBack moves the times with which those of files are compared.
func (w *Wheel) clockSetBack(step time.Duration) {
	w.sameAt = w.sameAt.Add(step)
	if !w.freeAt.IsZero() {
		w.freeAt = w.freeAt.Add(step)
	}
	sources := []*source{w.current, w.previous, w.original, w.lastFound}
	for i, s := range sources {
		if s != nil && !slices.Contains(sources[:i], s) {
			s.since = s.since.Add(step)
		}
	}
	if s, ok := w.dir.(*scanner); ok {
		s.byName = true
	}
}
