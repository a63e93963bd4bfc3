package source

import (
	"net"
	"os"
	"syscall"
	"time"
)

const backlog = 64 // connections that an Acceptor accepts ahead

// Acceptor makes a source of a net.Listener. A goroutine accepts up to 64
// connections ahead.
type Acceptor struct {
	l net.Listener
	ioPump
	conns  []net.Conn
	err    error // after them
	closed bool
}

// NewAcceptor makes a source of a listener, which it owns.
func NewAcceptor(l net.Listener) *Acceptor { return &Acceptor{l: l} }

// Bind starts the accepting.
func (a *Acceptor) Bind(wake func()) { a.bind(wake, a.run) }

// run is the accepting goroutine. After an error it waits until Accept has
// returned it, and tries again: most of them pass.
func (a *Acceptor) run() {
	for {
		c, err := a.l.Accept()
		if !a.accepted(c, err) {
			return
		}
	}
}

func (a *Acceptor) accepted(c net.Conn, err error) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		if err == nil {
			_ = c.Close()
		}
		return false
	}
	switch {
	case err == nil:
		a.conns = append(a.conns, c)
	case a.interrupted(err):
		return false
	default:
		a.err = Plain(err)
	}
	a.notify()
	for (len(a.conns) >= backlog || a.err != nil) && !a.stopped {
		a.cond.Wait()
	}
	return !a.stopped
}

// Accept returns the next connection.
func (a *Acceptor) Accept() (net.Conn, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.conns) > 0 {
		c := a.conns[0]
		a.conns[0] = nil
		a.conns = a.conns[1:]
		a.cond.Signal()
		return c, nil
	}
	if err := a.err; err != nil {
		if err != ErrClosed { // that one does not pass
			a.err = nil
			a.cond.Signal()
		}
		return nil, err
	}
	a.start(a.run)
	return nil, ErrWouldBlock
}

// Ready reports whether Accept has something to return.
func (a *Acceptor) Ready() ReadySet {
	a.mu.Lock()
	defer a.mu.Unlock()
	return ReadySet{Read: len(a.conns) > 0 || a.err != nil || a.closed}
}

// Close closes the listener, and the connections that were not accepted.
func (a *Acceptor) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil
	}
	a.closed = true
	a.stop()
	for _, c := range a.conns {
		_ = c.Close()
	}
	a.conns = nil
	return Plain(a.l.Close())
}

// Release ends the accepting goroutine and leaves the listener open. What it
// had accepted is still there for Accept.
func (a *Acceptor) Release() {
	a.release(func(t time.Time) error {
		if d, ok := a.l.(interface{ SetDeadline(time.Time) error }); ok {
			return d.SetDeadline(t)
		}
		return os.ErrNoDeadline
	})
}

// Read returns ENOTCONN: a listener has nothing to read.
func (a *Acceptor) Read([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Write returns ENOTCONN: nothing is written to a listener.
func (a *Acceptor) Write([]byte) (int, error) { return 0, syscall.ENOTCONN }

// LocalAddr returns the address that is listened on.
func (a *Acceptor) LocalAddr() net.Addr { return a.l.Addr() }

// RemoteAddr returns nil.
func (a *Acceptor) RemoteAddr() net.Addr { return nil }
