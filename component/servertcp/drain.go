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
	Accepted    uint64 // connections that got a session, or were passed to Acceptor
	Refused     uint64 // connections that were closed because of Limits.PerPeer
	Errors      uint64 // errors of connections, io.EOF not counted
	ForceClosed uint64 // connections that were closed at the end of a drain
	Held        int    // bytes that connections hold, see Limits.Memory

	// BytesIn and BytesOut are the bytes read from and written to all
	// connections, closed ones included. With TLS, encrypted bytes are counted.
	BytesIn, BytesOut uint64
}

// Stats returns the current figures. It must be called on the kernel's
// goroutine; from elsewhere, call the listener's event "stats", which returns a
// Stats.
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

// ErrDrained is passed to ClientError, with the operation "drain", when a
// connection is closed because the time for draining has passed.
var ErrDrained = errors.New("servertcp: the server has stopped")

// Drain ends the server gracefully: it stops listening and removes its alias,
// as the event "shutdown" does, and calls ClientDrain for every connection,
// which by default ends it once its output is written. Connections that are
// still open after the given time are closed. Stats reports the progress;
// Stopped is called at the end. Drain posts the event "drain" with the time as
// its argument; the event without an argument sets no time limit.
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
