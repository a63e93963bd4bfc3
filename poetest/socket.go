package poetest

import (
	"io"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// DefaultBuffer is how many octets a direction of a connection holds, unless
// configured otherwise.
const DefaultBuffer = 64 << 10

// PairConfig configures a pair of connected sockets. The zero value is ready to
// use.
type PairConfig struct {
	// Buffer is how many octets each direction holds before its writer gets
	// ErrWouldBlock; 0 means DefaultBuffer.
	Buffer int
	// A and B are the addresses of the two ends; the zero value is an address
	// in 127.0.0.0/8.
	A, B netip.AddrPort
}

// Pair makes two stream sockets in memory that are connected with each other,
// with the behaviour of TCP: half-close, a bounded buffer, EPIPE and
// ECONNRESET. The two ends may be watched by different kernels.
func Pair() (a, b *kernel.Handle) { return NewPair(PairConfig{}) }

// NewPair is [Pair] with a configuration.
func NewPair(c PairConfig) (a, b *kernel.Handle) {
	if c.Buffer <= 0 {
		c.Buffer = DefaultBuffer
	}
	if !c.A.IsValid() {
		c.A = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 1)
	}
	if !c.B.IsValid() {
		c.B = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 2}), 2)
	}
	mu := &sync.Mutex{}
	x := &Socket{mu: mu, limit: c.Buffer, local: c.A}
	y := &Socket{mu: mu, limit: c.Buffer, local: c.B}
	x.peer, y.peer = y, x
	return kernel.FromSource(x, "socket "+c.A.String()), kernel.FromSource(y, "socket "+c.B.String())
}

// Socket is one end of a pair, the Source of its handle. Its methods are safe
// on any goroutine.
type Socket struct {
	mu    *sync.Mutex // of both ends
	peer  *Socket
	local netip.AddrPort
	limit int
	wake  func()

	in       []byte // what can be read here
	ended    bool   // no more will be written to here
	deaf     bool   // nothing will be read here any more
	closed   bool
	mute     bool  // nothing will be written from here any more
	trouble  error // what reads say once in is empty, and writes at once
	consumed uint64
}

// SocketOf returns the socket of a handle that this package made, nil for any
// other handle.
func SocketOf(h *kernel.Handle) *Socket {
	s, _ := h.Source().(*Socket)
	return s
}

// change does something to both ends under their lock and then wakes what
// may have become ready by it.
func (s *Socket) change(do func()) {
	s.mu.Lock()
	do()
	wakes := [2]func(){s.wake, s.peer.wake}
	s.mu.Unlock()
	for _, wake := range wakes {
		if wake != nil {
			wake()
		}
	}
}

// Read reads what has arrived. It returns kernel.ErrWouldBlock if there is
// nothing.
func (s *Socket) Read(p []byte) (n int, err error) {
	s.change(func() {
		switch {
		case s.closed:
			err = net.ErrClosed
		case len(p) == 0:
		case s.deaf:
			err = io.EOF
		case len(s.in) > 0:
			n = copy(p, s.in)
			s.in = s.in[n:]
			s.consumed += uint64(n)
		case s.trouble != nil:
			err = s.trouble
		case s.ended:
			err = io.EOF
		default:
			err = kernel.ErrWouldBlock
		}
	})
	return n, err
}

// Write sends as much as the buffer has space for, with kernel.ErrWouldBlock if
// that is not all.
func (s *Socket) Write(p []byte) (n int, err error) {
	s.change(func() {
		switch {
		case s.closed:
			err = net.ErrClosed
		case s.trouble != nil:
			err = s.trouble
		case s.mute, s.peer.deaf, s.peer.closed:
			err = syscall.EPIPE
		default:
			n = min(len(p), max(0, s.limit-len(s.peer.in)))
			s.peer.in = append(s.peer.in, p[:n]...)
			if n < len(p) {
				err = kernel.ErrWouldBlock
			}
		}
	})
	return n, err
}

// Close closes both directions. If something was left unread the peer gets
// ECONNRESET, otherwise the end of the stream. The error of a second Close is
// net.ErrClosed.
func (s *Socket) Close() error {
	var err error
	s.change(func() {
		if s.closed {
			err = net.ErrClosed
			return
		}
		s.closed = true
		s.peer.ended = true
		if len(s.in) > 0 {
			s.peer.trouble = syscall.ECONNRESET
			s.in = nil
		}
	})
	return err
}

// CloseRead closes the reading half: reads return io.EOF, and writes of the
// peer return EPIPE.
func (s *Socket) CloseRead() error {
	s.change(func() { s.deaf, s.in = true, nil })
	return nil
}

// CloseWrite closes the writing half: the peer reads the end of the stream.
func (s *Socket) CloseWrite() error {
	s.change(func() { s.mute, s.peer.ended = true, true })
	return nil
}

// Break makes this end fail with err, as a broken network does: writes fail at
// once, reads once everything that has arrived was read.
func (s *Socket) Break(err error) { s.change(func() { s.trouble = err }) }

// Reset makes both ends fail with ECONNRESET, as Break does.
func (s *Socket) Reset() {
	s.change(func() { s.trouble, s.peer.trouble = syscall.ECONNRESET, syscall.ECONNRESET })
}

// Unread returns how many octets wait to be read here.
func (s *Socket) Unread() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.in)
}

// Closed reports whether Close was called.
func (s *Socket) Closed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Ready returns the modes in which the socket is ready. A socket with an error
// is ready in both directions, as is a closed one.
func (s *Socket) Ready() kernel.ReadySet {
	s.mu.Lock()
	defer s.mu.Unlock()
	over := s.closed || s.trouble != nil
	return kernel.ReadySet{
		Read:  over || len(s.in) > 0 || s.ended || s.deaf,
		Write: over || s.mute || s.peer.deaf || s.peer.closed || len(s.peer.in) < s.limit,
	}
}

// Bind is called by the kernel.
func (s *Socket) Bind(wake func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.wake = wake
}

// LocalAddr returns the address of this end, a *net.TCPAddr.
func (s *Socket) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(s.local) }

// RemoteAddr returns the address of the other end, a *net.TCPAddr.
func (s *Socket) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(s.peer.local) }
