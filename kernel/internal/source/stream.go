package source

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

const (
	idleChunk   = 512              // what an idle stream's reading goroutine reads into
	streamLimit = 64 << 10         // the most that a stream holds, in each direction
	lingerTime  = 10 * time.Second // how long a closed stream continues to write
)

// Stream makes a source of something whose Read and Write wait: one goroutine
// reads, and while there is output another writes. Each holds streamLimit
// bytes at most.
//
// Its input is one buffer that belongs to the goroutine while it reads and to
// the kernel until all of it is taken. So nothing is copied twice, and nothing
// is read that is not wanted.
type Stream struct {
	rwc io.ReadWriteCloser
	ioPump

	in    []byte // read, and not yet taken
	inErr error  // what comes after it

	out     []byte // accepted, and not yet being written
	sending int    // bytes that are being written
	outErr  error
	outEnd  bool // CloseWrite was called
	endDue  bool // and what it has to do is still to be done
	writing bool // the writing goroutine runs
	refused bool // Write had no space, or Ready has said so
	closed  bool
	linger  *time.Timer
}

// NewStream makes a source of rwc, which it owns. Close must end a Read or Write
// that waits.
func NewStream(rwc io.ReadWriteCloser) *Stream { return &Stream{rwc: rwc} }

// Bind starts the reading.
func (s *Stream) Bind(wake func()) { s.bind(wake, s.receive) }

// Ready returns the modes that are ready now. An error counts as ready: reading or writing
// finds it.
func (s *Stream) Ready() ReadySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = s.refused || !s.writable()
	return ReadySet{
		Read:  len(s.in) > 0 || s.inErr != nil || s.closed,
		Write: s.writable() || s.outErr != nil || s.outEnd || s.closed,
	}
}

func (s *Stream) writable() bool { return s.space() >= streamLimit/2 }

func (s *Stream) space() int { return streamLimit - len(s.out) - s.sending }

// Read takes what has been read; what ended the reading comes after all of it.
func (s *Stream) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return 0, ErrClosed
	case len(p) == 0:
		return 0, nil
	case len(s.in) > 0:
		n := copy(p, s.in)
		if s.in = s.in[n:]; len(s.in) == 0 {
			s.cond.Signal()
		}
		return n, nil
	case s.inErr != nil:
		return 0, s.inErr
	}
	s.start(s.receive)
	return 0, ErrWouldBlock
}

// receive is the reading goroutine. A buffer that was filled is followed by a
// larger one, and what looks like the end of a burst by the smallest.
func (s *Stream) receive() {
	buf := make([]byte, idleChunk)
	for {
		n, err := s.rwc.Read(buf)
		if !s.received(buf[:n], err) {
			return
		}
		switch {
		case n == len(buf) && n < streamLimit:
			buf = make([]byte, 4*n)
		case n < len(buf)/2 && len(buf) > idleChunk:
			buf = make([]byte, idleChunk)
		}
	}
}

// received passes on what was read, waits until it was consumed, and reports
// whether to read on.
func (s *Stream) received(p []byte, err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.in = p
	if err != nil && !s.interrupted(err) {
		s.inErr = Plain(err)
	}
	if len(p) > 0 || s.inErr != nil {
		s.notify()
	}
	if err != nil {
		return false
	}
	for len(s.in) > 0 && !s.stopped {
		s.cond.Wait()
	}
	return !s.stopped
}

// Write accepts as much as there is space for. The error of an earlier write is
// returned by the next one.
func (s *Stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return 0, ErrClosed
	case s.outErr != nil:
		return 0, s.outErr
	case s.outEnd:
		return 0, syscall.EPIPE
	}
	n := min(len(p), s.space())
	s.out = append(s.out, p[:n]...)
	s.startWriting(n > 0)
	if n < len(p) {
		s.refused = true
		return n, ErrWouldBlock
	}
	return n, nil
}

func (s *Stream) startWriting(needed bool) {
	if needed && !s.writing {
		s.writing = true
		go s.send()
	}
}

// send is the writing goroutine. It ends when it has nothing to do, which
// includes what Close has left to it.
func (s *Stream) send() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var spare []byte
	for s.outErr == nil && (len(s.out) > 0 || s.endDue) {
		if len(s.out) == 0 {
			s.endDue = false
			s.sent(s.unlocked(s.rwc.(interface{ CloseWrite() error }).CloseWrite))
			continue
		}
		batch := s.out
		s.out, s.sending = spare[:0], len(batch)
		err := s.unlocked(func() error { _, err := s.rwc.Write(batch); return err })
		s.sending, spare = 0, batch
		s.sent(err)
	}
	if s.out = spare[:0]; cap(spare) > idleChunk {
		s.out = nil // idle streams are small
	}
	s.writing = false
	if s.closed {
		s.linger.Stop()
		_ = s.unlocked(s.rwc.Close) // nothing is left to report an error to
	}
}

// sent notes the end of a write. A writer that was refused, or that Ready has
// reported not ready to, is woken once there is enough space to be ready, which
// the end of a small write need not bring.
func (s *Stream) sent(err error) {
	if err != nil {
		s.outErr, s.out = Plain(err), nil
	}
	if s.refused && s.writable() || err != nil {
		s.refused = false
		s.notify()
	}
}

// CloseRead ends the reading half, if the underlying connection can.
func (s *Stream) CloseRead() error {
	if c, ok := s.rwc.(interface{ CloseRead() error }); ok {
		return Plain(c.CloseRead())
	}
	return syscall.ENOTSOCK
}

// CloseWrite ends the writing half, after all that was accepted.
func (s *Stream) CloseWrite() error {
	if _, ok := s.rwc.(interface{ CloseWrite() error }); !ok {
		return syscall.ENOTSOCK
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if !s.outEnd {
		s.outEnd, s.endDue = true, true
		s.startWriting(true)
	}
	return nil
}

// Close closes the underlying connection. Output that was accepted is still
// written, for lingerTime, as a system does with what is in a socket's buffer.
func (s *Stream) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed, s.in = true, nil
	s.stop()
	if s.writing {
		s.linger = time.AfterFunc(lingerTime, func() { _ = s.rwc.Close() })
		_ = s.readDeadline(longAgo)
		return nil
	}
	switch s.rwc.(type) {
	case *net.TCPConn, *net.UnixConn:
		return Plain(s.rwc.Close())
	}
	go s.rwc.Close() // may wait: TLS sends its close_notify, a console waits for its reader
	return nil
}

// Release ends the reading goroutine and leaves the stream open. What it had
// read is still there for Read.
func (s *Stream) Release() { s.release(s.readDeadline) }

func (s *Stream) readDeadline(t time.Time) error {
	if d, ok := s.rwc.(interface{ SetReadDeadline(time.Time) error }); ok {
		return d.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}

// LocalAddr returns the address of this end, nil if there is none.
func (s *Stream) LocalAddr() net.Addr {
	if a, ok := s.rwc.(addressed); ok {
		return a.LocalAddr()
	}
	return nil
}

// RemoteAddr returns the address of the other end, nil if there is none.
func (s *Stream) RemoteAddr() net.Addr {
	if a, ok := s.rwc.(addressed); ok {
		return a.RemoteAddr()
	}
	return nil
}

// plain strips an error of package net or os down to the system's, which is

// Untouched returns the underlying connection, if it is one and nothing has been
// read or written.
func (s *Stream) Untouched() (net.Conn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	conn, ok := s.rwc.(net.Conn)
	return conn, ok && s.running == nil && !s.writing && !s.outEnd && !s.closed && s.outErr == nil && len(s.out) == 0
}
