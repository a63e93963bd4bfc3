package sim

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Conn is a connection that a child process has accepted.
type Conn struct {
	p   *Process
	end *end
}

// Accept waits for a connection to one of the listening sockets that the process has
// inherited, with the number n, from 0.
func (p *Process) Accept(n int) (*Conn, error) {
	if n < 0 || n >= len(p.listeners) {
		return nil, fmt.Errorf("sim: accept: the process has inherited %d listeners, none with number %d", len(p.listeners), n)
	}
	l := p.listeners[n]
	l.waiting = append(l.waiting, p)
	defer func() {
		l.waiting = slices.DeleteFunc(l.waiting, func(other *Process) bool { return other == p })
	}()
	for len(l.queue) == 0 {
		p.wait()
	}
	if errno := p.h.w.callFault(p.h, "accept", acceptErrors); errno != 0 {
		return nil, errno
	}
	c := &Conn{p: p, end: l.next()}
	c.end.process = p
	c.end.wakeFn = p.wake
	p.conns = append(p.conns, c)
	return c, nil
}

// Read waits for data.
func (c *Conn) Read(b []byte) (int, error) { return c.p.reading(c.end.Read, b) }

// Write waits until all is written.
func (c *Conn) Write(b []byte) (int, error) { return c.p.writing(c.end.Write, b) }

// Close closes the connection.
func (c *Conn) Close() error {
	c.p.conns = slices.DeleteFunc(c.p.conns, func(other *Conn) bool { return other == c })
	return c.end.Close()
}

// RemoteAddr returns the address of the other end.
func (c *Conn) RemoteAddr() net.Addr { return c.end.RemoteAddr() }

func wouldBlock(err error) bool { return errors.Is(err, kernel.ErrWouldBlock) }
