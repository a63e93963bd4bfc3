package poetest

import (
	"net"
	"net/netip"
	"sync"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// Backlog is the most connections of a [Listener] that wait to be accepted.
const Backlog = 128

// Listener is a listening stream socket in memory. Dial connects to it; its
// handle can be used wherever a listening handle is needed. Its methods are
// safe on any goroutine.
type Listener struct {
	addr   netip.AddrPort
	handle *kernel.Handle
	buffer int

	mu     sync.Mutex
	wake   func()
	queue  []*kernel.Handle
	port   uint16 // of the last one who dialled
	closed bool
}

// Listen makes a listening socket in memory. The address need not exist; the
// zero value means 127.0.0.1:1.
func Listen(addr netip.AddrPort) *Listener {
	if !addr.IsValid() {
		addr = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 1)
	}
	l := &Listener{addr: addr, port: 49151}
	l.handle = kernel.FromSource((*listening)(l), "listener "+addr.String())
	return l
}

// Handle returns the listening handle.
func (l *Listener) Handle() *kernel.Handle { return l.handle }

// SetBuffer sets how many octets the sockets of later connections hold in each
// direction; 0 means DefaultBuffer.
func (l *Listener) SetBuffer(octets int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.buffer = octets
}

// Dial connects and returns the client's end. The error is ECONNREFUSED if the
// listening handle is closed, or [Backlog] connections wait to be accepted.
func (l *Listener) Dial() (*kernel.Handle, error) {
	l.mu.Lock()
	if l.closed || len(l.queue) >= Backlog {
		l.mu.Unlock()
		return nil, &kernel.OpError{Op: "connect", Err: syscall.ECONNREFUSED}
	}
	l.port++
	if l.port == 0 {
		l.port = 49152
	}
	from := netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), l.port)
	client, server := NewPair(PairConfig{Buffer: l.buffer, A: from, B: l.addr})
	l.queue = append(l.queue, server)
	wake := l.wake
	l.mu.Unlock()
	if wake != nil {
		wake()
	}
	return client, nil
}

// listening is the listener as its handle sees it.
type listening Listener

// Accept takes the oldest connection.
func (l *listening) Accept() (*kernel.Handle, net.Addr, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return nil, nil, net.ErrClosed
	case len(l.queue) == 0:
		return nil, nil, kernel.ErrWouldBlock
	}
	h := l.queue[0]
	l.queue = l.queue[1:]
	return h, h.RemoteAddr(), nil
}

// Read is no business of a listener's.
func (l *listening) Read([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Write is no business of a listener's.
func (l *listening) Write([]byte) (int, error) { return 0, syscall.ENOTCONN }

// Close refuses further connections and resets those that have not been accepted.
func (l *listening) Close() error {
	l.mu.Lock()
	waiting, closed := l.queue, l.closed
	l.queue, l.closed = nil, true
	l.mu.Unlock()
	if closed {
		return net.ErrClosed
	}
	for _, h := range waiting {
		SocketOf(h).Reset()
		if err := h.Close(); err != nil {
			return err
		}
	}
	return nil
}

// Ready reports whether a connection waits.
func (l *listening) Ready() kernel.ReadySet {
	l.mu.Lock()
	defer l.mu.Unlock()
	return kernel.ReadySet{Read: l.closed || len(l.queue) > 0}
}

// Bind is called by the kernel.
func (l *listening) Bind(wake func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wake = wake
}

// LocalAddr returns the address that was listened on, a *net.TCPAddr.
func (l *listening) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(l.addr) }

// RemoteAddr returns nil: a listener has no other end.
func (l *listening) RemoteAddr() net.Addr { return nil }
