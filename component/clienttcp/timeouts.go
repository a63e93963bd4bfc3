package clienttcp

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/component/internal/conntimeout"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Timeouts bound how long a server may keep the client waiting once it is
// connected; 0 means no limit. When one expires, ServerError gets
// syscall.ETIMEDOUT with an operation of the same name, "idle", "read" or
// "write"; then the connection ends as after any error, and Backoff applies.
// ConnectTimeout bounds the time before.
//
// They expire late by up to a quarter of the shortest of them, and never early.
type Timeouts struct {
	// Idle is how long there may be neither input nor progress of pending
	// output.
	Idle time.Duration
	// Read is how long the server may take to send the next complete record.
	Read time.Duration
	// Write is how long output may be pending without the server reading any of
	// it.
	Write time.Duration
}

// watchTime starts the timeouts of a connection.
func (c *Client) watchTime() {
	t := &c.config.Timeouts
	c.monitor = conntimeout.Start(c.Kernel, "client_tcp_timeout", conntimeout.Times{Idle: t.Idle, Read: t.Read, Write: t.Write},
		func() *readwrite.Wheel { return c.Wheel }, c.timedOut)
}

// timedOut is called when one of the times has expired.
func (c *Client) timedOut(e kernel.Event, op string) {
	c.Event = e
	switch {
	case !c.ShuttingDown:
		c.failed(&kernel.OpError{Op: op, Err: syscall.ETIMEDOUT, Wheel: c.Wheel.ID()})
	case op != "read": // reported already, or about to end: the server does not read the output
		c.GotAnError = true
		c.finish(e)
	}
}
