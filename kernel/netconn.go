package kernel

import (
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// NetConn makes a connection of package net of a handle, for packages that need
// one, such as crypto/tls. So any connection can continue encrypted:
//
//	conn, err := h.NetConn(wheel.Detach())
//	...
//	h = kernel.Conn(tls.Server(conn, config)) // the handshake waits on a goroutine
//
// early are bytes that have been read from the handle already; the connection
// returns them first. The handle must not be used any more, and is closed if
// there is an error. For a socket the result is a connection of package net;
// for a handle of [Conn] it is the original connection, if nothing has been
// read or written by the handle. For any other source it is a connection of
// this package: the source must tolerate calls from any one goroutine at a
// time.
func (h *Handle) NetConn(early []byte) (net.Conn, error) {
	if h.reg.Closed {
		return nil, h.afterClose(h.k)
	}
	conn, err := h.toNetConn()
	if err != nil {
		h.Close()
		return nil, callError("NetConn", h, err)
	}
	if len(early) > 0 {
		conn = &earlyConn{conn, early}
	}
	return conn, nil
}

func (h *Handle) toNetConn() (net.Conn, error) {
	if h.reg.FD >= 0 {
		return h.descriptorConn()
	}
	bound := h.k != nil
	h.release()
	if s, ok := h.source.(streamSource); ok && !bound {
		if conn, ok := s.Untouched(); ok {
			return conn, nil
		}
	}
	c := newSourceConn(h.source, h.name())
	if bound {
		h.more.netConn.Store(c)
		c.wake() // for what happened before
	} else {
		h.source.Bind(c.wake)
	}
	return c, nil
}

// sourceWoken is what a source calls, on any goroutine.
func (h *Handle) sourceWoken(k *Kernel) {
	if c := h.more.netConn.Load(); c != nil {
		c.wake()
		return
	}
	k.sourceReady(h)
}

// sourceConn is a source whose Read and Write wait.
type sourceConn struct {
	source Source
	name   string

	mu      sync.Mutex // one call of the source at a time
	in, out direction
	closed  chan struct{}
	close   func() error
}

// direction is reading or writing.
type direction struct {
	turn     sync.Mutex    // one goroutine at a time
	woken    chan struct{} // the source may be ready again
	deadline deadline
}

func newSourceConn(s Source, name string) *sourceConn {
	c := &sourceConn{source: s, name: name, closed: make(chan struct{})}
	for _, d := range []*direction{&c.in, &c.out} {
		d.woken = make(chan struct{}, 1)
		d.deadline.passed = make(chan struct{})
	}
	c.close = sync.OnceValue(func() error {
		close(c.closed)
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.source.Close()
	})
	return c
}

// wake may be called with any lock of the source's held.
func (c *sourceConn) wake() {
	for _, d := range []*direction{&c.in, &c.out} {
		select {
		case d.woken <- struct{}{}:
		default:
		}
	}
}

// attempt calls the source until it does not ask to wait. A source may wake
// for nothing, by the very call that found nothing to do, so Ready is asked
// before it is called again.
func (c *sourceConn) attempt(d *direction, m Mode, call func([]byte) (int, error), p []byte) (int, error) {
	for asks := false; ; {
		select {
		case <-c.closed:
			return 0, net.ErrClosed
		case <-d.deadline.channel():
			return 0, os.ErrDeadlineExceeded
		default:
		}
		c.mu.Lock()
		if !asks || c.source.Ready().modes()&m.bit() != 0 {
			n, err := call(p)
			if n > 0 || !errors.Is(err, ErrWouldBlock) {
				c.mu.Unlock()
				return n, err
			}
		}
		c.mu.Unlock()
		asks = true
		select {
		case <-d.woken:
		case <-c.closed:
		case <-d.deadline.channel():
		}
	}
}

// Read waits until there is something to read.
func (c *sourceConn) Read(p []byte) (int, error) {
	c.in.turn.Lock()
	defer c.in.turn.Unlock()
	n, err := c.attempt(&c.in, Read, c.source.Read, p)
	if n > 0 {
		err = nil // it comes again
	}
	return n, err
}

// Write waits until all is written.
func (c *sourceConn) Write(p []byte) (int, error) {
	c.out.turn.Lock()
	defer c.out.turn.Unlock()
	for done := 0; ; {
		n, err := c.attempt(&c.out, Write, c.source.Write, p[done:])
		done += n
		if done == len(p) || err != nil && !errors.Is(err, ErrWouldBlock) {
			return done, err
		}
	}
}

// Close ends what waits and closes the source.
func (c *sourceConn) Close() error { return c.close() }

// CloseRead ends the reading half, if the source can.
func (c *sourceConn) CloseRead() error {
	return c.half(func(h halfCloser) error { return h.CloseRead() })
}

// CloseWrite ends the writing half, if the source can.
func (c *sourceConn) CloseWrite() error {
	return c.half(func(h halfCloser) error { return h.CloseWrite() })
}

func (c *sourceConn) half(end func(halfCloser) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if h, ok := c.source.(halfCloser); ok {
		return end(h)
	}
	return syscall.ENOTSOCK
}

// LocalAddr returns the address of this end, or the handle's name as one.
func (c *sourceConn) LocalAddr() net.Addr { return c.addr(addressed.LocalAddr) }

// RemoteAddr returns the address of the other end, or the handle's name as one.
func (c *sourceConn) RemoteAddr() net.Addr { return c.addr(addressed.RemoteAddr) }

func (c *sourceConn) addr(of func(addressed) net.Addr) net.Addr {
	if a, ok := c.source.(addressed); ok {
		if addr := of(a); addr != nil {
			return addr
		}
	}
	return nameAddr(c.name)
}

// SetDeadline sets both deadlines.
func (c *sourceConn) SetDeadline(t time.Time) error {
	c.in.deadline.set(t)
	c.out.deadline.set(t)
	return nil
}

// SetReadDeadline makes reading fail from then on, what waits included.
func (c *sourceConn) SetReadDeadline(t time.Time) error {
	c.in.deadline.set(t)
	return nil
}

// SetWriteDeadline is SetReadDeadline for writing.
func (c *sourceConn) SetWriteDeadline(t time.Time) error {
	c.out.deadline.set(t)
	return nil
}

// nameAddr is the address of what has none.
type nameAddr string

func (nameAddr) Network() string  { return "handle" }
func (a nameAddr) String() string { return string(a) }

// deadline is a moment after which a channel is closed.
type deadline struct {
	mu     sync.Mutex
	timer  *time.Timer
	passed chan struct{}
}

func (d *deadline) channel() chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.passed
}

// set changes the deadline. The zero time is none. Calls that wait already obey
// a new deadline, whatever it was before.
func (d *deadline) set(t time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
	select {
	case <-d.passed:
		d.passed = make(chan struct{})
	default:
	}
	if t.IsZero() {
		return
	}
	left := time.Until(t)
	if left <= 0 {
		close(d.passed)
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if d.timer == timer { // else it was stopped too late
			d.timer = nil
			close(d.passed)
		}
	})
	d.timer = timer
}

// earlyConn is a connection of which something has been read.
type earlyConn struct {
	net.Conn
	early []byte
}

// Read reads what came early first.
func (c *earlyConn) Read(p []byte) (int, error) {
	if len(c.early) > 0 {
		n := copy(p, c.early)
		c.early = c.early[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// CloseRead ends the reading half, if the connection can.
func (c *earlyConn) CloseRead() error {
	if half, ok := c.Conn.(halfCloser); ok {
		return half.CloseRead()
	}
	return syscall.ENOTSOCK
}

// CloseWrite ends the writing half, if the connection can.
func (c *earlyConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return syscall.ENOTSOCK
}
