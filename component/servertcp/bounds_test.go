package servertcp_test

import (
	"io"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// errorsOf collects the errors that ClientError gets.
func errorsOf(c *servertcp.Config) <-chan *kernel.OpError {
	told := make(chan *kernel.OpError, 100)
	c.ClientError = func(_ *servertcp.Client, err *kernel.OpError) { told <- err }
	return told
}

func TestTimeouts(t *testing.T) {
	for name, at := range map[string]struct {
		timeouts servertcp.Timeouts
		send     string
	}{
		"idle":  {servertcp.Timeouts{Idle: 40 * time.Millisecond}, ""},
		"read":  {servertcp.Timeouts{Read: 40 * time.Millisecond}, "a record without an end"},
		"write": {servertcp.Timeouts{Write: 40 * time.Millisecond}, "much\n"},
	} {
		t.Run(name, func(t *testing.T) {
			c := servertcp.Config{Timeouts: at.timeouts}
			c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) { c.Put(strings.Repeat("x", 16<<20)) })
			told := errorsOf(&c)
			r := run(t, c)
			p := r.dial()
			p.send(at.send)
			err := <-told
			require.Equal(t, name, err.Op)
			require.ErrorIs(t, err, syscall.ETIMEDOUT)
			r.stop()
			_, ioErr := io.Copy(io.Discard, p)
			_ = ioErr // the end of the stream, or a reset
		})
	}
}

func TestPerPeerLimit(t *testing.T) {
	refused := make(chan error, 1)
	r := run(t, servertcp.Config{
		Limits:  servertcp.Limits{PerPeer: 2},
		Refused: func(_ *servertcp.Listener, s socketfactory.Socket, why error) { refused <- why },
	})
	a, b := r.dial(), r.dial()
	for _, p := range []*peer{a, b} {
		p.send("in\n")
		p.want("in")
	}
	r.dial().wantEnd()
	require.ErrorIs(t, <-refused, servertcp.ErrPeerLimit)
	s := r.stats()
	require.Equal(t, servertcp.Stats{Open: 2, Accepted: 2, Refused: 1, BytesIn: 6, BytesOut: 8}, s)
	a.Close()
	for r.stats().Open > 1 { // until the server has noticed
	}
	c := r.dial()
	c.send("again\n")
	c.want("again")
	b.Close()
	c.Close()
}

func TestOutputLimit(t *testing.T) {
	c := servertcp.Config{Limits: servertcp.Limits{Output: 1 << 20}}
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		for range 100 {
			c.Put(strings.Repeat("x", 1<<20))
		}
	})
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	p.send("more\n")
	err := <-told
	require.Equal(t, "write", err.Op)
	require.ErrorIs(t, err, readwrite.ErrPending)
	r.stop()
	require.Empty(t, told, "it is told once")
}

// drainTo drains a server within a time, on the kernel's goroutine.
func (r *running) drain(within time.Duration) {
	require.NoError(r.t, r.k.Outside().Do(r.t.Context(), func(*kernel.Kernel) { r.l.Drain(within) }))
}

func TestDrainLetsConnectionsFinish(t *testing.T) {
	draining := make(chan bool, 1)
	r := run(t, servertcp.Config{ClientDrain: func(c *servertcp.Client) { c.Put("finish, please"); draining <- true }})
	p := r.dial()
	p.send("one\n")
	p.want("one")
	r.drain(time.Minute)
	<-draining
	_, err := net.Dial("tcp", r.addr)
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
	p.want("finish, please")
	p.send("two\n")
	p.want("two")
	p.Close()
	r.wait() // does not take the minute
	require.Zero(t, r.l.Stats().ForceClosed)
}

func TestDrainCutsAtItsEnd(t *testing.T) {
	c := servertcp.Config{ClientDrain: func(*servertcp.Client) {}}
	told := errorsOf(&c)
	r := run(t, c)
	p := r.dial()
	p.send("one\n")
	p.want("one")
	r.drain(20 * time.Millisecond)
	p.wantEnd()
	require.ErrorIs(t, <-told, servertcp.ErrDrained)
	r.wait()
	require.EqualValues(t, 1, r.l.Stats().ForceClosed)
}

func TestDrainShutsConnectionsDownByDefault(t *testing.T) {
	r := run(t, servertcp.Config{})
	p := r.dial()
	p.send("one\n")
	p.want("one")
	r.drain(time.Minute)
	p.wantEnd()
	r.wait()
}

func TestSeveralAddresses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	inherited, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
	require.NoError(t, err)
	from := make(chan string, 4)
	r := run(t, servertcp.Config{
		ExtraAddresses: []servertcp.Address{
			{Domain: socketfactory.Inet6, Address: "::1"}, {Domain: socketfactory.Unix, Address: path}, {Listener: inherited},
		},
		ClientConnected: func(c *servertcp.Client) { from <- c.RemoteIP },
	})
	addrs := r.l.Addrs()
	require.Len(t, addrs, 4)
	for i, want := range []string{"127.0.0.1", "::1", "LOCAL", "127.0.0.1"} {
		p := dialTo(t, addrs[i].Network(), addrs[i].String())
		p.send("hello\n")
		p.want("hello")
		require.Equal(t, want, <-from)
		p.Close()
	}
	r.stop()
	for _, a := range addrs {
		_, err := net.Dial(a.Network(), a.String())
		require.Error(t, err, a)
	}
}

// If one address cannot be bound none is: neither is anything left open.
func TestSeveralAddressesAllOrNone(t *testing.T) {
	files := openFiles(t)
	c := servertcp.Config{
		Alias: "server", Address: "127.0.0.1",
		ExtraAddresses: []servertcp.Address{{Domain: socketfactory.Unix, Address: "/nonexistent/sock"}},
		ClientInput:    servertcp.Input(func(*servertcp.Client, string) {}),
	}
	k := kernel.New()
	_, err := servertcp.Listen(k, c)
	require.ErrorIs(t, err, syscall.ENOENT)
	require.Equal(t, files, openFiles(t))

	var told []string
	c.Started = func(l *servertcp.Listener) { told = append(told, "started"); require.Nil(t, l.Addr()) }
	c.Error = func(l *servertcp.Listener, err *kernel.OpError) {
		told = append(told, "error "+err.Op)
		require.ErrorIs(t, err, syscall.ENOENT)
		require.NoError(t, l.Kernel.Post(l.Session, "shutdown"))
	}
	_, err = servertcp.New(k, c)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{"started", "error bind"}, told)
}
