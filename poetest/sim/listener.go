package sim

import (
	"maps"
	"net"
	"slices"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// listening is a listener as its handle sees it.
type listening listener

func (l *listener) wake() {
	l.h.wake()
	if l.wakeFn != nil {
		l.wakeFn()
	}
	for _, p := range l.waiting {
		p.wake()
	}
}

// next takes the oldest connection.
func (l *listener) next() *end {
	e := l.queue[0]
	l.queue, e.queuedAt = l.queue[1:], nil
	return e
}

// drop is the end of one use. With the last one further connections are refused, and
// those that were not accepted are reset.
func (l *listener) drop() {
	if l.users--; l.users > 0 {
		return
	}
	if port := int(l.addr.Port()); l.h.listeners[port] == l {
		delete(l.h.listeners, port)
	}
	for _, e := range l.queue {
		e.abort()
	}
	l.queue = nil
}

// listenerOf returns the listening socket of a handle, nil if it is none that is open.
func (h *Host) listenerOf(at *kernel.Handle) *listener {
	for _, l := range h.listeners {
		if l.handle == at && !l.closed {
			return l
		}
	}
	return nil
}

// leaveListeners is the end of the host's program for its listening sockets, which
// child processes may have open.
func (h *Host) leaveListeners() {
	for _, port := range slices.Sorted(maps.Keys(h.listeners)) {
		l := h.listeners[port]
		if !l.closed {
			l.closed = true
			l.users--
		}
		if l.users == 0 { // its connections end with the program
			delete(h.listeners, port)
			l.queue = nil
		}
	}
}

// heldByProcess reports whether a connection outlives the host's program.
func (e *end) heldByProcess() bool {
	return e.process != nil && !e.process.ended || e.queuedAt != nil && e.queuedAt.users > 0
}

// over reports whether the socket is gone.
func (l *listening) over() bool { return l.closed || l.life != l.h.life || l.h.down }

// Accept takes the oldest connection.
func (l *listening) Accept() (*kernel.Handle, net.Addr, error) {
	switch {
	case l.over():
		return nil, nil, net.ErrClosed
	case len(l.queue) == 0:
		return nil, nil, kernel.ErrWouldBlock
	}
	if errno := l.h.w.callFault(l.h, "accept", acceptErrors); errno != 0 {
		return nil, nil, errno
	}
	e := (*listener)(l).next()
	return e.handle(), e.RemoteAddr(), nil
}

// Read is not for listeners.
func (l *listening) Read([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Write is not for listeners.
func (l *listening) Write([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Close refuses further connections and resets those that were not accepted, unless
// a child process has the socket open as well.
func (l *listening) Close() error {
	if l.over() {
		return net.ErrClosed
	}
	l.closed = true
	(*listener)(l).drop()
	return nil
}

// Ready reports whether a connection waits.
func (l *listening) Ready() kernel.ReadySet {
	return kernel.ReadySet{Read: l.over() || len(l.queue) > 0}
}

// Bind is called by the kernel.
func (l *listening) Bind(wake func()) { l.wakeFn = wake }

// LocalAddr returns the address, a *net.TCPAddr.
func (l *listening) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// RemoteAddr returns nil.
func (l *listening) RemoteAddr() net.Addr { return nil }
