package sim

import "os"

// parentPipe is the child's end of the connection with the host's program.
type parentPipe struct {
	p       *Process
	in, out *pipe
	atEnd   []func()
	closed  bool
}

// Read waits for what the program has written.
func (c *parentPipe) Read(b []byte) (int, error) {
	if c.closed {
		return 0, os.ErrClosed
	}
	return c.p.reading(c.in.read, b)
}

// Write writes to the program. No signal is sent if that has gone.
func (c *parentPipe) Write(b []byte) (int, error) {
	if c.closed {
		return 0, os.ErrClosed
	}
	return c.p.writing(c.out.write, b)
}

// Close closes the connection. What waits at its end is not called any more.
func (c *parentPipe) Close() error {
	if c.closed {
		return os.ErrClosed
	}
	c.closed, c.atEnd = true, nil
	c.in.endReading()
	c.out.endWriting()
	return nil
}

// noticeEnd is called when something has come, or the other end was closed.
func (c *parentPipe) noticeEnd() {
	if c.in.writeEnded {
		c.p.pending = append(c.p.pending, c.atEnd...)
		c.atEnd = nil
	}
	c.p.wake()
}
