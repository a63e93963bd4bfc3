package servertcp_test

import (
	"bufio"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// running is a server whose kernel runs on a goroutine of its own until the
// test ends, and which has then left nothing behind.
type running struct {
	t    *testing.T
	k    *kernel.Kernel
	l    *servertcp.Listener
	addr string
	over chan error
}

// run starts a server at a port of the system's choice.
func run(t *testing.T, c servertcp.Config) *running {
	t.Helper()
	if c.Address == "" && c.Listener == nil {
		c.Address = "127.0.0.1"
	}
	if c.Alias == "" {
		c.Alias = "server"
	}
	if c.ClientInput == nil && c.Acceptor == nil && c.Dialogue == nil {
		c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) })
	}
	r := &running{t: t, k: kernel.New(), over: make(chan error, 1)}
	var err error
	r.l, err = servertcp.Listen(r.k, c)
	require.NoError(t, err)
	r.addr = r.l.Addr().String()
	began := make(chan struct{})
	r.k.Outside().DoAsync(func(*kernel.Kernel) { close(began) })
	go func() { r.over <- r.k.Run() }()
	<-began // before that, calls from outside fail
	t.Cleanup(func() { r.stop() })
	return r
}

// stop shuts the server down and waits until the kernel has ended.
func (r *running) stop() {
	if r.over == nil {
		return
	}
	r.k.Outside().Post(r.l.ID(), "shutdown")
	r.wait()
}

// wait waits until the kernel has ended.
func (r *running) wait() {
	require.NoError(r.t, <-r.over)
	require.Zero(r.t, r.k.Stats().Sessions)
	r.over = nil
}

func (r *running) stats() (s servertcp.Stats) {
	v, err := r.k.Outside().Call(r.t.Context(), r.l.ID(), "stats")
	require.NoError(r.t, err)
	return v.(servertcp.Stats)
}

// peer is a client in blocking style.
type peer struct {
	net.Conn
	t *testing.T
	r *bufio.Reader
}

func (r *running) dial() *peer {
	r.t.Helper()
	return dialTo(r.t, "tcp", r.addr)
}

func dialTo(t *testing.T, network, addr string) *peer {
	t.Helper()
	c, err := net.Dial(network, addr)
	require.NoError(t, err)
	return newPeer(t, c)
}

func newPeer(t *testing.T, c net.Conn) *peer {
	t.Cleanup(func() { c.Close() })
	return &peer{c, t, bufio.NewReader(c)}
}

func (p *peer) send(text string) {
	p.t.Helper()
	_, err := p.Write([]byte(text))
	require.NoError(p.t, err)
}

func (p *peer) want(line string) {
	p.t.Helper()
	got, err := p.r.ReadString('\n')
	require.NoError(p.t, err)
	require.Equal(p.t, line+"\r\n", got)
}

// wantEnd wants the end of the stream, or a reset.
func (p *peer) wantEnd() {
	p.t.Helper()
	_, err := p.r.ReadByte()
	require.Error(p.t, err)
}
