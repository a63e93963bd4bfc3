package node

import "time"

// Signs of life have a connection of their own, so that they say nothing about
// the one for data. Every pong therefore says how far that has come: a link on
// which data is on its way and nothing arrives counts as down.

// What a pong says in its code.
const (
	dataFlows   code = iota
	dataWaiting      // for the kernel, which has as much as it may have
)

// pong makes the answer to a ping. l.mu is held.
func (l *link) pong(ping *frame) *frame {
	f := &frame{verb: verbPong, done: l.inSeq, bytes: l.dataBytes.Load(), code: dataFlows}
	if l.waiting {
		f.code = dataWaiting
	}
	f.payload = l.n.stamp(ping)
	return f
}

// notePong notes whether data has got through since the last pong. l.mu is held.
func (l *link) notePong(f *frame) {
	if f.done >= l.seq || f.code == dataWaiting || f.bytes != l.theirBytes {
		l.progressed = l.n.now()
	}
	l.theirBytes = f.bytes
	l.clocks.note(f.payload, l.n.wall())
}

// stuckAfter is how many times DeadAfter data may be on its way without any of it
// getting through: on a busy machine a connection may have to wait.
const stuckAfter = 3

// stuck reports whether data has been on its way for too long without any of it
// getting through. l.mu is held.
func (l *link) stuck(now time.Time) bool {
	return l.state == linkUp && l.seq > l.acked && now.Sub(l.progressed) > stuckAfter*l.n.config.DeadAfter
}
