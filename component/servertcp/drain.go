package servertcp

import (
	"errors"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Stats are the figures of a server.
type Stats struct {
	Open        int    // connections that are open
	Accepted    uint64 // connections that were given a session, or to Acceptor
	Refused     uint64 // connections that were closed at once for a limit
	Errors      uint64 // errors of connections, ends of streams not counted
	ForceClosed uint64 // connections that were closed at the end of a drain
	Held        int    // bytes that connections hold, see Limits.Memory

	// BytesIn and BytesOut are what was read from all connections, the closed
	// ones included, and what they have taken: with TLS, what was encrypted.
	BytesIn, BytesOut uint64
}

// Stats returns the figures. It is for the kernel's goroutine; from elsewhere
// call the listener's event "stats", which returns them.
func (l *Listener) Stats() Stats {
	s := l.stats
	s.Open, s.Held = l.Connections, l.memory.total
	for c := l.first; c != nil; c = c.next {
		s.add(c.Wheel)
	}
	return s
}

// add counts the bytes of a wheel, if there is one.
func (s *Stats) add(w *readwrite.Wheel) {
	if w != nil {
		s.BytesIn += w.BytesRead()
		s.BytesOut += w.BytesWritten()
	}
}

// ErrDrained is what ClientError gets, with the operation "drain", when a
// connection
// is cut because the time for draining is over.
var ErrDrained = errors.New("servertcp: the server has stopped")

// Drain ends the server gently: it stops listening and gives up its alias, as
// the event "shutdown" does, and calls ClientDrain for every connection, which
// by default ends it once its output is written. Connections that are open
// when the time is over are closed. Stats shows the progress; Stopped is called at
// the end.
// It posts the event "drain" with the time as its argument; without one the
// event closes no connection.
func (l *Listener) Drain(within time.Duration) {
	if k := l.id.Kernel(); k != nil {
		// A listener that has stopped is drained.
		_ = k.Post(l.id, "drain", within)
	}
}

func (l *Listener) drain(e kernel.Event) {
	within, limited := kernel.ArgOK[time.Duration](e, 0)
	if !limited && len(e.Args) > 0 {
		e.Kernel.Host().Logger().Warn("servertcp: drain needs a time.Duration, or nothing", "args", e.Args, "sender", e.Sender)
		return
	}
	l.shutdown(e)
	for c := l.first; c != nil; c = c.next {
		// It is in the list, so it is alive.
		_ = e.Kernel.Post(c.Session, "tcp_server_drain")
	}
	if !limited || l.first == nil || l.deadline != 0 {
		return
	}
	deadline, err := e.Kernel.Host().DelayFunc("tcp_server_cut", within, func(e kernel.Event) {
		l.Event, l.deadline = e, 0
		for c := l.first; c != nil; c = c.next {
			l.stats.ForceClosed++
			_ = e.Kernel.Post(c.Session, "tcp_server_cut")
		}
	})
	if err != nil {
		e.Kernel.Host().Logger().Warn("servertcp: no timer for the drain", "error", err)
	}
	l.deadline = deadline
}

// drained stops the deadline after the last connection.
func (l *Listener) drained() {
	if l.first == nil && l.deadline != 0 {
		_, _ = l.Kernel.AlarmRemove(l.deadline)
		l.deadline = 0
	}
}

// enter and leave keep the list of connections, oldest first.
func (l *Listener) enter(c *Client) {
	c.prev = l.last
	if l.last == nil {
		l.first = c
	} else {
		l.last.next = c
	}
	l.last = c
}

func (l *Listener) leave(c *Client) {
	if c.prev == nil {
		l.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		l.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
}

// drain is a connection's part in it.
func (c *Client) drain(e kernel.Event) {
	if c.config().ClientDrain == nil {
		c.Event = e
		c.Shutdown()
		return
	}
	c.runCallback(e, func() { c.config().ClientDrain(c) })
}

// cut closes the connection, whatever waits.
func (c *Client) cut(e kernel.Event) {
	c.runCallback(e, func() { c.report(&kernel.OpError{Op: "drain", Err: ErrDrained, Wheel: c.wheelID()}) })
	c.GotAnError = true
	c.shutdown(e)
}
