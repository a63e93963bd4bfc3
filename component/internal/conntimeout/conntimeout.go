// Package conntimeout enforces idle, read and write timeouts of connections.
package conntimeout

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Times bound the waiting; 0 is forever.
type Times struct {
	Idle  time.Duration // without input, and without progress of output
	Read  time.Duration // without a record
	Write time.Duration // without progress of output that waits
}

// shortest is the shortest of them, 0 without any.
func (t Times) shortest() (least time.Duration) {
	for _, d := range []time.Duration{t.Idle, t.Read, t.Write} {
		if d > 0 && (least == 0 || d < least) {
			least = d
		}
	}
	return least
}

// Monitor watches one connection. It has one timer, which looks four times in the
// shortest of the times, so that a record costs no look at the clock. A nil
// *Monitor never expires.
type Monitor struct {
	k       *kernel.Kernel
	times   Times
	tick    time.Duration
	wheel   func() *readwrite.Wheel
	expired func(e kernel.Event, op string)
	name    string
	timer   kernel.AlarmID
	ended   bool

	idle, read, write time.Duration
	heard             bool // a record has come since the last tick
	flushed           bool // all output has been written since then
	waiting           int  // output that waited at the last tick
	undecoded         int  // input that was a part of a record then
}

// Start begins to watch a connection of the active session, under the name of an
// event. wheel returns its wheel, nil while there is none. expired is called with
// the time that is over, "idle", "read" or "write", each time anew. Start returns
// nil if there is no time to enforce.
func Start(k *kernel.Kernel, name string, times Times, wheel func() *readwrite.Wheel, expired func(e kernel.Event, op string)) *Monitor {
	least := times.shortest()
	if least == 0 {
		return nil
	}
	w := &Monitor{k: k, times: times, tick: max(least/4, time.Millisecond), wheel: wheel, expired: expired, name: name}
	w.schedule()
	return w
}

// RecordReceived reports that a record has come.
func (w *Monitor) RecordReceived() {
	if w != nil {
		w.heard = true
	}
}

// Flushed reports that all output is written.
func (w *Monitor) Flushed() {
	if w != nil {
		w.flushed = true
	}
}

// Stop ends it.
func (w *Monitor) Stop() {
	if w == nil || w.ended {
		return
	}
	w.ended = true
	if w.timer != 0 {
		// With a session that has stopped it is gone.
		_, _ = w.k.AlarmRemove(w.timer)
		w.timer = 0
	}
}

// schedule sets the timer.
func (w *Monitor) schedule() {
	timer, err := w.k.Host().DelayFunc(w.name, w.tick, func(e kernel.Event) {
		w.timer = 0
		if wheel := w.wheel(); wheel != nil {
			w.look(e, wheel)
		}
		if !w.ended {
			w.schedule()
		}
	})
	if err != nil {
		w.k.Host().Logger().Warn("no timer for a connection", "event", w.name, "error", err)
		return
	}
	w.timer = timer
}

// look counts a quiet time.
func (w *Monitor) look(e kernel.Event, wheel *readwrite.Wheel) {
	waiting := wheel.OutOctets()
	progress := w.flushed || waiting < w.waiting
	w.idle, w.read, w.write = w.idle+w.tick, w.read+w.tick, w.write+w.tick
	if w.heard {
		w.idle, w.read = 0, 0
	}
	if progress || waiting == 0 || w.waiting == 0 {
		w.write = 0
	}
	undecoded := wheel.InOctets()
	if progress || undecoded != w.undecoded {
		w.idle = 0
	}
	w.undecoded = undecoded
	w.heard, w.flushed, w.waiting = false, false, waiting
	for _, of := range []struct {
		op    string
		limit time.Duration
		since *time.Duration
	}{{"write", w.times.Write, &w.write}, {"read", w.times.Read, &w.read}, {"idle", w.times.Idle, &w.idle}} {
		if of.limit > 0 && *of.since >= of.limit {
			*of.since = 0
			w.expired(e, of.op)
			return
		}
	}
}
