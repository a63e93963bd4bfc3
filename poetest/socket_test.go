package poetest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// Two sessions talk through a pair of sockets in memory.
func ExamplePair() {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	a, b := poetest.Pair()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.SelectRead(a, "ready") },
		"ready": func(e kernel.Event) {
			buf := make([]byte, 100)
			n, err := a.Read(buf)
			if err != nil {
				fmt.Println(err)
				a.Close()
				return
			}
			fmt.Printf("%s\n", buf[:n])
		},
	})
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { b.Write([]byte("hello")); e.Kernel.Yield("end") },
		"end":    func(kernel.Event) { b.Close() },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	// Output:
	// hello
	// EOF
}

func read(t *testing.T, h *kernel.Handle) (string, error) {
	t.Helper()
	buf := make([]byte, 1<<17)
	n, err := h.Read(buf)
	return string(buf[:n]), err
}

func TestPairCarriesBothWays(t *testing.T) {
	a, b := poetest.Pair()
	_, err := read(t, a)
	require.ErrorIs(t, err, kernel.ErrWouldBlock)
	for _, dir := range []struct{ from, to *kernel.Handle }{{a, b}, {b, a}} {
		n, err := dir.from.Write([]byte("hello"))
		require.NoError(t, err)
		require.Equal(t, 5, n)
		assert.Equal(t, 5, poetest.SocketOf(dir.to).Unread())
		n, err = dir.to.Read(make([]byte, 2))
		require.NoError(t, err)
		assert.Equal(t, 2, n)
		rest, err := read(t, dir.to)
		require.NoError(t, err)
		assert.Equal(t, "llo", rest)
	}
}

func TestPairBufferIsBounded(t *testing.T) {
	a, b := poetest.NewPair(poetest.PairConfig{Buffer: 10})
	n, err := a.Write([]byte("0123456789abc"))
	require.ErrorIs(t, err, kernel.ErrWouldBlock)
	assert.Equal(t, 10, n)
	assert.False(t, poetest.SocketOf(a).Ready().Write)
	n, err = a.Write([]byte("x"))
	require.ErrorIs(t, err, kernel.ErrWouldBlock)
	assert.Zero(t, n)
	got, err := read(t, b)
	require.NoError(t, err)
	assert.Equal(t, "0123456789", got)
	assert.True(t, poetest.SocketOf(a).Ready().Write)
}

func TestPairHalfClose(t *testing.T) {
	a, b := poetest.Pair()
	_, err := a.Write([]byte("last"))
	require.NoError(t, err)
	require.NoError(t, a.CloseWrite())
	_, err = a.Write([]byte("more"))
	require.ErrorIs(t, err, syscall.EPIPE)
	got, err := read(t, b)
	require.NoError(t, err)
	assert.Equal(t, "last", got)
	_, err = read(t, b)
	require.ErrorIs(t, err, io.EOF)
	_, err = b.Write([]byte("still heard"))
	require.NoError(t, err)
	got, err = read(t, a)
	require.NoError(t, err)
	assert.Equal(t, "still heard", got)
	require.NoError(t, a.CloseRead())
	_, err = read(t, a)
	require.ErrorIs(t, err, io.EOF)
	_, err = b.Write([]byte("x"))
	require.ErrorIs(t, err, syscall.EPIPE)
}

func TestPairClose(t *testing.T) {
	a, b := poetest.Pair()
	require.NoError(t, a.Close())
	require.NoError(t, a.Close(), "closing a handle twice is fine")
	assert.True(t, poetest.SocketOf(a).Closed())
	_, err := read(t, b)
	require.ErrorIs(t, err, io.EOF)
	_, err = b.Write([]byte("x"))
	require.ErrorIs(t, err, syscall.EPIPE)
	_, err = poetest.SocketOf(a).Read(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	_, err = poetest.SocketOf(a).Write(make([]byte, 1))
	require.ErrorIs(t, err, net.ErrClosed)
	require.ErrorIs(t, poetest.SocketOf(a).Close(), net.ErrClosed)
}

// Closing with something unread is what makes TCP send a reset.
func TestPairCloseWithUnread(t *testing.T) {
	a, b := poetest.Pair()
	_, err := b.Write([]byte("unread"))
	require.NoError(t, err)
	_, err = a.Write([]byte("before"))
	require.NoError(t, err)
	require.NoError(t, a.Close())
	got, err := read(t, b)
	require.NoError(t, err)
	assert.Equal(t, "before", got)
	_, err = read(t, b)
	require.ErrorIs(t, err, syscall.ECONNRESET)
	_, err = b.Write([]byte("x"))
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestBreakAndReset(t *testing.T) {
	a, b := poetest.Pair()
	cut := errors.New("cable cut")
	poetest.SocketOf(a).Break(cut)
	_, err := read(t, a)
	require.ErrorIs(t, err, cut)
	_, err = a.Write([]byte("x"))
	require.ErrorIs(t, err, cut)
	_, err = read(t, b)
	require.ErrorIs(t, err, kernel.ErrWouldBlock, "the other end does not know")
	assert.Equal(t, kernel.ReadySet{Read: true, Write: true}, poetest.SocketOf(a).Ready())
	poetest.SocketOf(a).Reset()
	_, err = read(t, b)
	require.ErrorIs(t, err, syscall.ECONNRESET)
}

func TestPairAddresses(t *testing.T) {
	first, second := netip.MustParseAddrPort("10.0.0.1:1000"), netip.MustParseAddrPort("[2001:db8::1]:80")
	a, b := poetest.NewPair(poetest.PairConfig{A: first, B: second})
	assert.Equal(t, first.String(), a.LocalAddr().String())
	assert.Equal(t, second.String(), a.RemoteAddr().String())
	assert.Equal(t, second.String(), b.LocalAddr().String())
	assert.Equal(t, "socket 10.0.0.1:1000", a.String())
}

func TestSocketOfOthers(t *testing.T) {
	l := poetest.Listen(netip.AddrPort{})
	assert.Nil(t, poetest.SocketOf(l.Handle()))
}

func TestListener(t *testing.T) {
	addr := netip.MustParseAddrPort("192.0.2.1:7")
	l := poetest.Listen(addr)
	l.SetBuffer(3)
	_, _, err := l.Handle().Accept()
	require.ErrorIs(t, err, kernel.ErrWouldBlock)
	first, err := l.Dial()
	require.NoError(t, err)
	second, err := l.Dial()
	require.NoError(t, err)
	assert.NotEqual(t, first.LocalAddr().String(), second.LocalAddr().String())
	h, from, err := l.Handle().Accept()
	require.NoError(t, err)
	assert.Equal(t, first.LocalAddr().String(), from.String())
	assert.Equal(t, addr.String(), h.LocalAddr().String())
	assert.Equal(t, addr.String(), l.Handle().LocalAddr().String())
	assert.Nil(t, l.Handle().RemoteAddr())
	n, err := first.Write([]byte("four"))
	require.ErrorIs(t, err, kernel.ErrWouldBlock)
	assert.Equal(t, 3, n)

	_, err = l.Handle().Read(nil)
	require.ErrorIs(t, err, syscall.ENOTCONN)
	_, err = l.Handle().Write(nil)
	require.ErrorIs(t, err, syscall.ENOTCONN)

	require.NoError(t, l.Handle().Close())
	_, err = read(t, second)
	require.ErrorIs(t, err, syscall.ECONNRESET, "nobody had accepted it")
	_, err = l.Dial()
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

func TestListenerBacklog(t *testing.T) {
	l := poetest.Listen(netip.AddrPort{})
	for range poetest.Backlog {
		_, err := l.Dial()
		require.NoError(t, err)
	}
	_, err := l.Dial()
	require.ErrorIs(t, err, syscall.ECONNREFUSED)
}

// An echo server and a client that sends more than the buffers hold, under a
// kernel: readiness comes and goes as it should.
func TestSocketsUnderAKernel(t *testing.T) {
	k := poetest.New(t)
	l := poetest.Listen(netip.AddrPort{})
	l.SetBuffer(1000)
	sent := bytes.Repeat([]byte("0123456789"), 1000)
	var got []byte
	echo := session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.SelectRead(kernel.Arg[*kernel.Handle](e, 0), "ready", new([]byte)) },
		"ready": func(e kernel.Event) {
			h, pending := kernel.Arg[*kernel.Handle](e, 0), kernel.Arg[*[]byte](e, 2)
			if kernel.Arg[kernel.Mode](e, 1) == kernel.Read {
				buf := make([]byte, 512)
				n, err := h.Read(buf)
				if err == io.EOF {
					h.Close()
					return
				}
				*pending = append(*pending, buf[:n]...)
				e.Kernel.SelectWrite(h, "ready", pending)
				return
			}
			n, _ := h.Write(*pending)
			if *pending = (*pending)[n:]; len(*pending) == 0 {
				e.Kernel.SelectClear(h, kernel.Write)
			}
		},
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.SelectRead(l.Handle(), "connection") },
		"_child": func(kernel.Event) {},
		"connection": func(e kernel.Event) {
			h, _, err := l.Handle().Accept()
			require.NoError(t, err)
			session.Inline(e.Kernel, echo, h)
			require.NoError(t, l.Handle().Close())
		},
	})
	require.NoError(t, err)
	client, err := l.Dial()
	require.NoError(t, err)
	left := sent
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.SelectWrite(client, "write")
			e.Kernel.SelectRead(client, "read")
		},
		"write": func(e kernel.Event) {
			n, _ := client.Write(left)
			if left = left[n:]; len(left) == 0 {
				e.Kernel.SelectClear(client, kernel.Write)
			}
		},
		"read": func(e kernel.Event) {
			buf := make([]byte, 300)
			n, err := client.Read(buf)
			require.NoError(t, err)
			if got = append(got, buf[:n]...); len(got) == len(sent) {
				client.Close()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, string(sent), string(got))
}

// The two ends may belong to kernels on different goroutines.
func TestPairBetweenKernels(t *testing.T) {
	t.Parallel()
	a, b := poetest.NewPair(poetest.PairConfig{Buffer: 1})
	const rounds = 100
	bounce := func(h *kernel.Handle, serve bool) error {
		k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
		n := 0
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				e.Kernel.SelectRead(h, "ready")
				if serve {
					h.Write([]byte("x"))
				}
			},
			"ready": func(e kernel.Event) {
				if _, err := h.Read(make([]byte, 1)); err != nil {
					h.Close()
					return
				}
				if n++; n < rounds || !serve {
					h.Write([]byte("x"))
				} else {
					h.Close()
				}
			},
		})
		if err := k.Run(); err != nil {
			return err
		}
		if n != rounds {
			return fmt.Errorf("%d rounds of %d", n, rounds)
		}
		return nil
	}
	other := make(chan error)
	go func() { other <- bounce(b, false) }()
	assert.NoError(t, bounce(a, true))
	assert.NoError(t, <-other)
}

// Sockets in memory, real descriptors and a virtual clock go together.
func TestSocketsBesideDescriptors(t *testing.T) {
	k, seen := poetest.Record(t)
	realRead, realWrite, err := kernel.Pipe()
	require.NoError(t, err)
	a, b := poetest.Pair()
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.SelectRead(realRead, "real"))
			require.NoError(t, e.Kernel.SelectRead(a, "memory"))
			e.Kernel.Delay("later", time.Hour)
		},
		"later": func(kernel.Event) {
			_, err := b.Write([]byte("x"))
			require.NoError(t, err)
		},
		"memory": func(kernel.Event) {
			require.NoError(t, a.Close())
			_, err := realWrite.Write([]byte("x"))
			require.NoError(t, err)
		},
		"real":  func(kernel.Event) { require.NoError(t, realRead.Close()) },
		"_stop": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	seen.Ignore("_child")
	seen.Expect("1 _start", "1 later", "1 memory", "1 real", "1 _stop")
	require.NoError(t, realWrite.Close())
	require.NoError(t, b.Close())
}
