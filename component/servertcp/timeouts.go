package servertcp

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/component/internal/conntimeout"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Timeouts bound how long a connection may keep the server waiting. When one
// expires, ClientError gets syscall.ETIMEDOUT with an operation of the same
// name: "handshake" (or "proxy"), "login", "idle", "read" or "write"; then the
// connection ends as after any error.
//
// Idle, Read and Write are checked periodically, four times within the shortest
// of them, so that records need no timer. They expire late by up to a quarter
// of that time, and never early.
type Timeouts struct {
	// Handshake bounds the TLS handshake and, separately, the wait for the
	// header of a proxy before it; 0 means DefaultHandshake.
	Handshake time.Duration
	// Login bounds the time from ClientConnected until Client.LoggedIn is
	// called; 0 means no limit. Input does not extend it.
	Login time.Duration
	// Idle is how long there may be neither input nor progress of output; 0
	// means no limit.
	Idle time.Duration
	// Read is how long the peer may take to send the next complete record,
	// whatever is written to it; 0 means no limit. Parts of a record do not
	// extend it.
	Read time.Duration
	// Write is how long output may be pending without the peer reading any of
	// it. 0 means DefaultWrite; Forever disables it.
	Write time.Duration
}

// The default times.
const (
	// DefaultHandshake is used if Timeouts.Handshake is 0.
	DefaultHandshake = 10 * time.Second
	// DefaultWrite is used if Timeouts.Write is 0.
	DefaultWrite = time.Minute
)

// Forever disables Timeouts.Write, as in POE.
const Forever time.Duration = -1

// startTimeouts begins to watch a connection that has its first wheel.
func (c *Client) startTimeouts() {
	t := &c.config().Timeouts
	if *t == (Timeouts{}) {
		return
	}
	c.ensureCold().monitor = conntimeout.Start(c.Kernel, "tcp_server_timeout", conntimeout.Times{Idle: t.Idle, Read: t.Read, Write: max(0, t.Write)},
		func() *readwrite.Wheel { return c.Wheel }, c.timedOut)
	if t.Login > 0 {
		timer, err := c.Kernel.Host().DelayFunc("tcp_server_login", t.Login, func(e kernel.Event) {
			c.extra.login = 0
			c.timedOut(e, "login")
		})
		if err != nil {
			c.Kernel.Host().Logger().Warn("servertcp: no timer for the login", "session", c.Session, "error", err)
		}
		c.ensureCold().login = timer
	}
}

// LoggedIn stops Timeouts.Login. The program calls it when the peer has
// authenticated itself. Further calls do nothing.
func (c *Client) LoggedIn() {
	if c.cold().login != 0 {
		// With a session that has stopped it is gone.
		_, _ = c.Kernel.AlarmRemove(c.extra.login)
		c.extra.login = 0
	}
}

func (c *Client) stopTimeouts() {
	c.cold().monitor.Stop()
	c.LoggedIn()
}

// timedOut is called when one of the times has expired.
func (c *Client) timedOut(e kernel.Event, op string) {
	switch {
	case !c.ShuttingDown:
		c.failed(e, &kernel.OpError{Op: op, Err: syscall.ETIMEDOUT, Wheel: c.wheelID()})
	case op != "read": // reported already, or about to end: the peer does not read its output
		c.GotAnError = true
		c.finish(e)
	}
}

// outputChecks is how often in DefaultWrite connections are checked for output
// that waits.
const outputChecks = 4

// startOutputCheck sets the timer that looks for peers which do not read, in
// the listener's session. One timer serves all connections.
func (l *Listener) startOutputCheck() {
	if l.config.Timeouts.Write != 0 || l.outputCheck != 0 {
		return
	}
	timer, err := l.Kernel.Host().DelayFunc("tcp_server_check_output", DefaultWrite/outputChecks, func(e kernel.Event) {
		l.Event, l.outputCheck = e, 0
		l.checkOutput()
		if l.first != nil {
			l.startOutputCheck()
		}
	})
	if err != nil {
		l.Kernel.Host().Logger().Warn("servertcp: no timer for output that waits", "error", err)
	}
	l.outputCheck = timer
}

// stopOutputCheck cancels the timer after the last connection.
func (l *Listener) stopOutputCheck() {
	if l.outputCheck != 0 && l.first == nil {
		_, _ = l.Kernel.AlarmRemove(l.outputCheck)
		l.outputCheck = 0
	}
}

// checkOutput ends the connections whose peers have read nothing of the output
// that waits for DefaultWrite.
func (l *Listener) checkOutput() {
	for c := l.first; c != nil; c = c.next {
		w := c.Wheel
		if w == nil || w.OutOctets() == 0 {
			c.quiet = 0
			continue
		}
		x := c.ensureCold()
		if written := w.BytesWritten(); written != x.written || c.quiet == 0 {
			x.written, c.quiet = written, 1
			continue
		}
		if c.quiet++; c.quiet > outputChecks {
			c.quiet = 0
			c.inSession("tcp_server_timeout", func(e kernel.Event) { c.timedOut(e, "write") })
		}
	}
}

// inSession runs f as an event of the connection's session, later.
func (c *Client) inSession(name string, f func(e kernel.Event)) {
	// A connection in the list has a living session.
	_ = c.Kernel.Host().CallFunc(c.Session, name, func(kernel.Event) { _ = c.Kernel.Host().YieldFunc(name, f) })
}
