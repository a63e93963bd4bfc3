package sim

import (
	"io"
	"net"
	"slices"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// pipeSize is how much a pipe holds, as on Linux.
const pipeSize = 64 << 10

// pipe is one direction between a program and a child process, or between what
// either has become.
type pipe struct {
	w                      *World
	data                   []byte
	readEnded, writeEnded  bool
	wakeReader, wakeWriter func()
}

func (p *pipe) read(b []byte) (int, error) {
	switch {
	case len(b) == 0:
		return 0, nil
	case len(p.data) > 0:
		n := copy(b[:p.w.short(min(len(b), len(p.data)))], p.data)
		p.data = p.data[n:]
		call(p.wakeWriter)
		return n, nil
	case p.writeEnded:
		return 0, io.EOF
	}
	return 0, kernel.ErrWouldBlock
}

// write takes as much as there is space for.
func (p *pipe) write(b []byte) (int, error) {
	if p.readEnded {
		return 0, syscall.EPIPE
	}
	n := min(len(b), pipeSize-len(p.data))
	if n > 0 {
		n = p.w.short(n)
		p.data = append(p.data, b[:n]...)
		call(p.wakeReader)
	}
	if n < len(b) {
		return n, kernel.ErrWouldBlock
	}
	return n, nil
}

func (p *pipe) endReading() {
	if !p.readEnded {
		p.readEnded, p.data = true, nil
		call(p.wakeWriter)
	}
}

func (p *pipe) endWriting() {
	if !p.writeEnded {
		p.writeEnded = true
		call(p.wakeReader)
	}
}

func call(f func()) {
	if f != nil {
		f()
	}
}

// pipeEnd is what the host's program has of a child's streams: the reading end of
// one pipe, the writing end of another, or both.
type pipeEnd struct {
	h      *Host
	life   int
	in     *pipe
	out    *pipe
	bound  func()
	closed bool
}

// newPipeEnd makes the program's end of pipes, of which one may be nil.
func (h *Host) newPipeEnd(in, out *pipe) *pipeEnd {
	e := &pipeEnd{h: h, life: h.life, in: in, out: out}
	if in != nil {
		in.wakeReader = e.wake
	}
	if out != nil {
		out.wakeWriter = e.wake
	}
	h.pipes = append(slices.DeleteFunc(h.pipes, func(e *pipeEnd) bool { return e.closed }), e)
	return e
}

// wake tells the program, a moment later, that something has changed.
func (e *pipeEnd) wake() {
	e.h.w.after(e.h.w.lag(), func() {
		if !e.closed && e.h.life == e.life && !e.h.down {
			e.h.wake()
			call(e.bound)
		}
	})
}

// Read reads what the child has written.
func (e *pipeEnd) Read(b []byte) (int, error) {
	switch {
	case e.closed:
		return 0, net.ErrClosed
	case e.in == nil:
		return 0, syscall.EBADF
	}
	return e.in.read(b)
}

// Write writes what the child reads.
func (e *pipeEnd) Write(b []byte) (int, error) {
	switch {
	case e.closed:
		return 0, net.ErrClosed
	case e.out == nil:
		return 0, syscall.EBADF
	}
	return e.out.write(b)
}

// Ready returns the modes in which the end is ready.
func (e *pipeEnd) Ready() kernel.ReadySet {
	return kernel.ReadySet{
		Read:  e.closed || e.in != nil && (len(e.in.data) > 0 || e.in.writeEnded),
		Write: e.closed || e.out != nil && (len(e.out.data) < pipeSize || e.out.readEnded),
	}
}

// Bind is called by the kernel.
func (e *pipeEnd) Bind(wake func()) { e.bound = wake }

// Close closes the end: the child reads the end of its input, and gets EPIPE.
func (e *pipeEnd) Close() error {
	if e.closed {
		return net.ErrClosed
	}
	e.closed = true
	if e.in != nil {
		e.in.endReading()
	}
	if e.out != nil {
		e.out.endWriting()
	}
	return nil
}
