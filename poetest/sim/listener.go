package sim

import (
	"net"
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
	e := l.queue[0]
	l.queue = l.queue[1:]
	return e.handle(), e.RemoteAddr(), nil
}

// Read is not for listeners.
func (l *listening) Read([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Write is not for listeners.
func (l *listening) Write([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Close refuses further connections and resets those that were not accepted.
func (l *listening) Close() error {
	if l.over() {
		return net.ErrClosed
	}
	l.closed = true
	for port, other := range l.h.listeners {
		if other == (*listener)(l) {
			delete(l.h.listeners, port)
		}
	}
	for _, e := range l.queue {
		e.abort()
	}
	l.queue = nil
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
