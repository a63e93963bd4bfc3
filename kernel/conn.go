package kernel

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// Conn makes a handle of a connection of package net or of any other: TCP, TLS,
// net.Pipe. The handle owns it; nothing else may read, write or close it. Two
// goroutines serve it, one that reads and, while there is output, one that
// writes, each with 64 KiB at most. Errors keep their order: what was read
// before the end of the stream comes before it, and what a write met is what
// the next one returns.
//
// Close writes what was accepted before, for 10 seconds, and then both
// goroutines are gone. CloseWrite does so at once and takes effect after the
// output; it needs a connection that can, as TCP, TLS and Unix sockets do.
// Release gives the connection back to its maker; what had been read from it is
// left in the handle's Source, to be read there.
func Conn(c net.Conn) *Handle { return FromSource(&stream{rwc: c}, "connection") }

// Stream is Conn for any stream of bytes whose Close ends a Read or Write that
// waits: a pipe, a channel of a protocol that multiplexes.
func Stream(s io.ReadWriteCloser, name string) *Handle { return FromSource(&stream{rwc: s}, name) }

// Listener makes a handle of a listener of package net, which it owns; Accept
// returns handles as Conn makes them. A goroutine accepts up to 64 connections
// ahead.
func Listener(l net.Listener) *Handle {
	return FromSource(&acceptor{l: l}, "listener on "+l.Addr().String())
}

const backlog = 64 // connections that an acceptor accepts ahead

// acceptor makes a source of a net.Listener.
type acceptor struct {
	l net.Listener
	ioPump
	conns  []net.Conn
	err    error // after them
	closed bool
}

// Bind starts the accepting.
func (a *acceptor) Bind(wake func()) { a.bind(wake, a.run) }

// run is the accepting goroutine. After an error it waits until somebody was
// told, and tries again: most of them pass.
func (a *acceptor) run() {
	for {
		c, err := a.l.Accept()
		if !a.accepted(c, err) {
			return
		}
	}
}

func (a *acceptor) accepted(c net.Conn, err error) bool {
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
		a.err = plain(err)
	}
	a.notify()
	for (len(a.conns) >= backlog || a.err != nil) && !a.stopped {
		a.cond.Wait()
	}
	return !a.stopped
}

// Accept takes the next connection.
func (a *acceptor) Accept() (*Handle, net.Addr, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.conns) > 0 {
		c := a.conns[0]
		a.conns[0] = nil
		a.conns = a.conns[1:]
		a.cond.Signal()
		return Conn(c), c.RemoteAddr(), nil
	}
	if err := a.err; err != nil {
		if err != errClosed { // that one does not pass
			a.err = nil
			a.cond.Signal()
		}
		return nil, nil, err
	}
	a.start(a.run)
	return nil, nil, ErrWouldBlock
}

// Ready says whether Accept has something to return.
func (a *acceptor) Ready() ReadySet {
	a.mu.Lock()
	defer a.mu.Unlock()
	return ReadySet{Read: len(a.conns) > 0 || a.err != nil || a.closed}
}

// Close closes the listener, and the connections that were not accepted.
func (a *acceptor) Close() error {
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
	return plain(a.l.Close())
}

// Release ends the accepting goroutine and leaves the listener open. What it
// had accepted is still there for Accept.
func (a *acceptor) Release() {
	a.release(func(t time.Time) error {
		if d, ok := a.l.(interface{ SetDeadline(time.Time) error }); ok {
			return d.SetDeadline(t)
		}
		return os.ErrNoDeadline
	})
}

// Read and Write are for connections.
func (a *acceptor) Read([]byte) (int, error)  { return 0, syscall.ENOTCONN }
func (a *acceptor) Write([]byte) (int, error) { return 0, syscall.ENOTCONN }

// LocalAddr returns the address that is listened on.
func (a *acceptor) LocalAddr() net.Addr { return a.l.Addr() }

// RemoteAddr returns nil.
func (a *acceptor) RemoteAddr() net.Addr { return nil }
