package servertcp

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Timeouts bound how long a connection may keep the server waiting; 0 is for
// ever. A time that is over is told to ClientError with syscall.ETIMEDOUT and
// an operation of the same name: "handshake" (or "proxy"), "idle", "read" or
// "write"; then
// the connection ends as after any error.
//
// One timer of a connection looks after the last three, four times in the
// shortest of them, so that a record costs no look at the clock. They are
// noticed late by up to a quarter of that time, and never early.
type Timeouts struct {
	// Handshake bounds the TLS handshake, and the wait for the header of a
	// proxy before it; 0 is DefaultHandshake for each.
	Handshake time.Duration
	// Idle is how long there may be neither input nor progress of output.
	Idle time.Duration
	// Read is how long there may be no whole record from the peer, whatever is
	// written to it. A record that never ends does not count.
	Read time.Duration
	// Write is how long output may wait without any of it being taken.
	Write time.Duration
}

// DefaultHandshake is how long a TLS handshake may take if
// Timeouts.Handshake does not say.
const DefaultHandshake = 10 * time.Second

// shortest is the shortest of the times that the timer looks after, 0 without
// any.
func (t *Timeouts) shortest() (least time.Duration) {
	for _, d := range []time.Duration{t.Idle, t.Read, t.Write} {
		if d > 0 && (least == 0 || d < least) {
			least = d
		}
	}
	return least
}

// quiet is for how many ticks of a connection's timer something has not
// happened.
type quiet struct {
	timer             kernel.AlarmID
	idle, read, write time.Duration
	heard             bool // a record has come since the last tick
	waiting           int  // output that waited at the last tick
	flushed           bool // all output has been written since then
}

// watchTime starts the timer of a connection.
func (c *Client) watchTime() {
	least := c.config().Timeouts.shortest()
	if least == 0 {
		return
	}
	tick := max(least/4, time.Millisecond)
	timer, err := c.Kernel.DelayFunc("tcp_server_timeout", tick, func(e kernel.Event) {
		c.quiet.timer = 0
		c.Event = e
		if c.handshake != nil || c.Wheel != nil && !c.tick(e, tick) {
			c.watchTime()
		}
	})
	if err != nil {
		c.Kernel.Warn("servertcp: no timer for a connection", "session", c.Session, "error", err)
		return
	}
	c.quiet.timer = timer
}

// stopTime stops the timer.
func (c *Client) stopTime() {
	if c.quiet.timer != 0 {
		// It may be the one that has just fired.
		_, _ = c.Kernel.AlarmRemove(c.quiet.timer)
		c.quiet.timer = 0
	}
}

// tick counts a quiet time and tells whether a time-out has ended the
// connection.
func (c *Client) tick(e kernel.Event, passed time.Duration) (over bool) {
	q, t := &c.quiet, &c.config().Timeouts
	waiting := c.Wheel.OutOctets()
	progress := q.flushed || waiting < q.waiting
	q.idle, q.read, q.write = q.idle+passed, q.read+passed, q.write+passed
	if q.heard {
		q.idle, q.read = 0, 0
	}
	if progress || waiting == 0 || q.waiting == 0 {
		q.write = 0
	}
	if progress {
		q.idle = 0
	}
	q.heard, q.flushed, q.waiting = false, false, waiting
	switch {
	case t.Write > 0 && q.write >= t.Write:
		c.timedOut(e, "write", &q.write)
	case t.Read > 0 && q.read >= t.Read && !c.ShuttingDown:
		c.timedOut(e, "read", &q.read)
	case t.Idle > 0 && q.idle >= t.Idle:
		c.timedOut(e, "idle", &q.idle)
	}
	return c.Wheel == nil
}

func (c *Client) timedOut(e kernel.Event, op string, since *time.Duration) {
	*since = 0
	if c.ShuttingDown { // told once already, or told to end: the peer does not take its output
		c.GotAnError = true
		c.over(e)
		return
	}
	c.failed(e, &kernel.OpError{Op: op, Err: syscall.ETIMEDOUT, Wheel: c.wheelID()})
}
