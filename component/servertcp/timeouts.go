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

// timedOut is called when one of the last three times is over.
func (c *Client) timedOut(e kernel.Event, op string) {
	switch {
	case !c.ShuttingDown:
		c.failed(e, &kernel.OpError{Op: op, Err: syscall.ETIMEDOUT, Wheel: c.wheelID()})
	case op != "read": // told once already, or told to end: the peer does not take its output
		c.GotAnError = true
		c.over(e)
	}
}
