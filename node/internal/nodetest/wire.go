// Package nodetest has what the tests of nodes share: connections that can be
// cut, nodes in processes of their own, and how these are measured.
package nodetest

import (
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// AnyPort is a loopback address at which the system chooses the port.
const AnyPort = "127.0.0.1:0"

// FreePort finds an address on loopback at which nothing listens.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", AnyPort)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}

// Wire is a connection between two nodes that a test can cut or freeze: what
// connects to Addr is connected to where Lead says. Its methods may be called
// from any goroutine.
type Wire struct {
	listener net.Listener
	mu       sync.Mutex
	target   string
	frozen   *sync.Cond
	freezing bool
	muting   bool
	rate     int // bytes a second in each direction, 0 is unlimited
	conns    map[net.Conn]bool
}

// NewWire makes a wire without a target yet. It is closed at the end of the test.
func NewWire(t testing.TB) *Wire {
	t.Helper()
	l, err := net.Listen("tcp", AnyPort)
	require.NoError(t, err)
	w := &Wire{listener: l, conns: map[net.Conn]bool{}}
	w.frozen = sync.NewCond(&w.mu)
	go w.accept()
	t.Cleanup(func() {
		_ = l.Close()
		w.Freeze(false)
		w.Cut()
	})
	return w
}

// Addr returns the address at which the wire begins.
func (w *Wire) Addr() string { return w.listener.Addr().String() }

func (w *Wire) accept() {
	var there, back lane
	for {
		in, err := w.listener.Accept()
		if err != nil {
			return
		}
		w.mu.Lock()
		target := w.target
		w.mu.Unlock()
		out, err := net.Dial("tcp", target)
		if err != nil {
			_ = in.Close()
			continue
		}
		w.mu.Lock()
		w.conns[in], w.conns[out] = true, true
		muted := w.muting
		w.mu.Unlock()
		if muted {
			continue // it is open, and nothing is read or written
		}
		go w.carry(in, out, &there)
		go w.carry(out, in, &back)
	}
}

// lane is one direction of a wire: its connections share the rate.
type lane struct {
	mu   sync.Mutex
	free time.Time // when what was sent before is through
}

// pass waits until n bytes are through.
func (l *lane) pass(n, rate int) {
	l.mu.Lock()
	if now := time.Now(); l.free.Before(now) {
		l.free = now
	}
	l.free = l.free.Add(time.Duration(n) * time.Second / time.Duration(rate))
	until := l.free
	l.mu.Unlock()
	time.Sleep(time.Until(until))
}

func (w *Wire) carry(from, to net.Conn, l *lane) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf[:w.chunk()])
		if rate := w.limit(); n > 0 && rate > 0 {
			l.pass(n, rate)
		}
		w.mu.Lock()
		for w.freezing {
			w.frozen.Wait()
		}
		w.mu.Unlock()
		if n > 0 {
			_, err = to.Write(buf[:n])
		}
		if err != nil {
			_, _ = from.Close(), to.Close()
			return
		}
	}
}

// Limit makes the wire slow: so many bytes a second in each direction, shared by
// its connections. 0 is unlimited.
func (w *Wire) Limit(rate int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rate = rate
}

func (w *Wire) limit() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rate
}

// chunk is how much a connection may pass before others have their turn.
func (w *Wire) chunk() int {
	if w.limit() > 0 {
		return 4 << 10
	}
	return 32 << 10
}

// Cut ends the connections that there are.
func (w *Wire) Cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		_ = c.Close()
		delete(w.conns, c)
	}
}

// Freeze lets nothing through, without a word, until it is called with false.
func (w *Wire) Freeze(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.freezing = on
	w.frozen.Broadcast()
}

// Mute makes connections that come from now on carry nothing, until it is called
// with false. Those that there are continue.
func (w *Wire) Mute(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.muting = on
}

// Lead sets the address at which the connections end that are made from now
// on.
func (w *Wire) Lead(target string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.target = target
}
