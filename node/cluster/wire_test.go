package cluster_test

import (
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// wire is a connection between two nodes that a test can cut or freeze.
type wire struct {
	listener net.Listener
	mu       sync.Mutex
	target   string
	frozen   *sync.Cond
	freezing bool
	conns    map[net.Conn]bool
}

func newWire(t *testing.T) *wire {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	w := &wire{listener: l, conns: map[net.Conn]bool{}}
	w.frozen = sync.NewCond(&w.mu)
	go w.accept()
	t.Cleanup(func() {
		_ = l.Close()
		w.freeze(false)
		w.cut()
	})
	return w
}

func (w *wire) addr() string { return w.listener.Addr().String() }

func (w *wire) accept() {
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
		w.mu.Unlock()
		go w.carry(in, out)
		go w.carry(out, in)
	}
}

func (w *wire) carry(from, to net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
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

// cut ends the connections that there are.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.conns {
		_ = c.Close()
		delete(w.conns, c)
	}
}

// freeze lets nothing through, without a word.
func (w *wire) freeze(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.freezing = on
	w.frozen.Broadcast()
}

func (w *wire) lead(target string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.target = target
}

// freePort finds a port that nobody listens on.
func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", anyPort)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	return l.Addr().String()
}
