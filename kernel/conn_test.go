package kernel_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// testDatagrams sends datagrams between two handles, an empty one among them.
func testDatagrams(t *testing.T, k *kernel.Kernel, open func(address string) *kernel.Handle, address string) {
	a, b := open(address), open(address)
	defer a.Close()
	defer b.Close()
	at := b.LocalAddr().(*net.UDPAddr).AddrPort()
	var got []string
	runSession(t, k, session.Funcs{
		"_start": func(e kernel.Event) {
			buf := make([]byte, 10)
			_, _, err := b.ReadFrom(buf)
			require.Equal(t, kernel.ErrWouldBlock, err)
			_, err = a.WriteTo(buf, netip.AddrPort{})
			assert.Error(t, err)
			for _, s := range []string{"one", "", "three"} {
				n, err := a.WriteTo([]byte(s), at)
				require.NoError(t, err)
				assert.Len(t, s, n)
			}
			require.NoError(t, e.Kernel.SelectRead(b, "readable"))
		},
		"readable": func(e kernel.Event) {
			buf := make([]byte, 10)
			n, from, err := b.ReadFrom(buf)
			require.NoError(t, err)
			assert.Equal(t, a.LocalAddr().(*net.UDPAddr).AddrPort(), from)
			if got = append(got, string(buf[:n])); len(got) == 3 {
				e.Kernel.SelectClear(b)
			}
		},
	})
	assert.Equal(t, []string{"one", "", "three"}, got)
}

func TestDatagramsOfPacketConns(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		testDatagrams(t, k, func(address string) *kernel.Handle {
			c, err := net.ListenPacket("udp", address)
			require.NoError(t, err)
			return kernel.PacketConn(c)
		}, "127.0.0.1:0")
	})
}

// stuckPackets is a socket that sends nothing until it is told to.
type stuckPackets struct {
	net.PacketConn
	sends  chan error
	closed chan struct{}
}

func (s stuckPackets) LocalAddr() net.Addr { return &net.UDPAddr{} }
func (s stuckPackets) Close() error        { close(s.closed); return nil }

func (s stuckPackets) ReadFrom([]byte) (int, net.Addr, error) {
	<-s.closed
	return 0, nil, net.ErrClosed
}

func (s stuckPackets) WriteTo(p []byte, to net.Addr) (int, error) {
	select {
	case err := <-s.sends:
		return len(p), err
	case <-s.closed:
		return 0, net.ErrClosed
	}
}

// A socket that does not get rid of its datagrams refuses more after 64, and
// says when there is space. An error of one does not concern the others.
func TestDatagramsWhenThereIsNoRoom(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		s := stuckPackets{sends: make(chan error, 100), closed: make(chan struct{})}
		h := kernel.PacketConn(s)
		to := netip.MustParseAddrPort("192.0.2.1:9")
		sent := 0
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				var err error
				for ; err == nil; sent++ {
					_, err = h.WriteTo([]byte("x"), to)
				}
				sent-- // the last was refused
				assert.Equal(t, kernel.ErrWouldBlock, err)
				assert.Equal(t, 64, sent)
				require.NoError(t, e.Kernel.SelectWrite(h, "writable"))
				s.sends <- netError("sendto", syscall.EHOSTUNREACH)
				for range 63 {
					s.sends <- nil
				}
			},
			"writable": func(e kernel.Event) {
				switch _, err := h.WriteTo([]byte("y"), to); err {
				case syscall.EHOSTUNREACH:
				case nil:
					require.NoError(t, h.Close())
				default:
					t.Error(err)
					require.NoError(t, h.Close())
				}
			},
		})
		_, err := h.Write([]byte("x"))
		assert.ErrorIs(t, err, os.ErrClosed)
	})
}

// echo is a session that sends back what it reads and closes at the end of the
// stream.
func echo(t *testing.T, h *kernel.Handle) session.Funcs {
	return session.Funcs{
		"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
		"readable": func(e kernel.Event) {
			buf := make([]byte, 1000)
			n, err := h.Read(buf)
			switch err {
			case nil:
				_, err = h.Write(buf[:n])
				require.NoError(t, err)
			case io.EOF:
				require.NoError(t, h.Close())
			case kernel.ErrWouldBlock:
			default:
				t.Error(err)
			}
		},
	}
}

// The client ends its half of the connection: the echo of all it has sent comes
// before the end.
func TestConnOfTCPAndTLS(t *testing.T) {
	serverTLS, clientTLS := tlsConfigs(t)
	for name, wrap := range map[string]func(server, client net.Conn) (s, c net.Conn){
		"tcp": func(server, client net.Conn) (s, c net.Conn) { return server, client },
		"tls": func(server, client net.Conn) (s, c net.Conn) {
			return tls.Server(server, serverTLS), tls.Client(client, clientTLS)
		},
	} {
		t.Run(name, func(t *testing.T) {
			onLoops(t, func(t *testing.T, k *kernel.Kernel) {
				a, b := tcpPair(t)
				server, client := wrap(a, b)
				h := kernel.Conn(server)
				assert.Equal(t, server.LocalAddr(), h.LocalAddr())
				assert.Equal(t, server.RemoteAddr(), h.RemoteAddr())
				want := bytes.Repeat([]byte("hello "), 5000)
				var wg sync.WaitGroup
				wg.Go(func() {
					for chunk := want; len(chunk) > 0; chunk = chunk[3000:] {
						_, err := client.Write(chunk[:3000])
						assert.NoError(t, err)
					}
					assert.NoError(t, client.(interface{ CloseWrite() error }).CloseWrite())
				})
				var got []byte
				wg.Go(func() {
					var err error
					got, err = io.ReadAll(client)
					assert.NoError(t, err)
				})
				runSession(t, k, echo(t, h))
				wg.Wait()
				assert.True(t, bytes.Equal(want, got), "%d of %d bytes", len(got), len(want))
				client.Close()
			})
		})
	}
}

// Many connections at once, each with a client that waits for every answer: a
// wake-up that a source loses hangs the test.
func TestNoWakeUpOfASourceIsLost(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		var wg sync.WaitGroup
		for i := range 20 {
			server, client := net.Pipe()
			_, err := session.Inline(k, echo(t, kernel.Conn(server)))
			require.NoError(t, err)
			wg.Go(func() {
				defer client.Close()
				line, answer := []byte("0123456789"), make([]byte, 10)
				for j := range 300 {
					n := 1 + (i+j)%len(line)
					_, err := client.Write(line[:n])
					assert.NoError(t, err)
					_, err = io.ReadFull(client, answer[:n])
					assert.NoError(t, err)
				}
			})
		}
		runSession(t, k, session.Funcs{"_start": func(kernel.Event) {}})
		wg.Wait()
	})
}

func tlsConfigs(t *testing.T) (server, client *tls.Config) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"test"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots, ServerName: "test"}
}

// scripted is a connection that does as told: Read and Write take the next
// step, and wait when there is none left.
type scripted struct {
	net.Conn
	reads  chan step
	writes chan step
	begun  chan int // if not nil, told how much each Write is about to write
	mu     sync.Mutex
	wrote  []byte
	closed chan struct{}
	once   sync.Once
}

type step struct {
	data string
	err  error
}

func newScripted() *scripted {
	return &scripted{reads: make(chan step, 9), writes: make(chan step, 9), closed: make(chan struct{})}
}

func (s *scripted) Read(p []byte) (int, error) {
	select {
	case r := <-s.reads:
		return copy(p, r.data), r.err
	case <-s.closed:
		return 0, net.ErrClosed
	}
}

func (s *scripted) Write(p []byte) (int, error) {
	if s.begun != nil {
		s.begun <- len(p)
	}
	select {
	case w := <-s.writes:
		if w.err != nil {
			return 0, w.err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.wrote = append(s.wrote, p...)
		return len(p), nil
	case <-s.closed:
		return 0, net.ErrClosed
	}
}

func (s *scripted) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

func (s *scripted) SetReadDeadline(time.Time) error { return os.ErrNoDeadline }

func (s *scripted) written() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.wrote)
}

// netError wraps an error as package net does.
func netError(op string, errno error) error {
	return &net.OpError{Op: op, Net: "tcp", Err: os.NewSyscallError(op, errno)}
}

func TestReadErrorComesAfterWhatWasRead(t *testing.T) {
	for _, c := range []struct{ from, want error }{
		{io.EOF, io.EOF},
		{netError("read", syscall.ECONNRESET), syscall.ECONNRESET},
		{io.ErrUnexpectedEOF, io.ErrUnexpectedEOF},
	} {
		t.Run(c.from.Error(), func(t *testing.T) {
			onLoops(t, func(t *testing.T, k *kernel.Kernel) {
				s := newScripted()
				s.reads <- step{data: "one "}
				s.reads <- step{} // nothing, and no error: allowed
				s.reads <- step{data: "two", err: c.from}
				h := kernel.Conn(s)
				defer h.Close()
				got := ""
				runSession(t, k, session.Funcs{
					"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
					"readable": func(e kernel.Event) {
						buf := make([]byte, 2)
						n, err := h.Read(buf)
						if got += string(buf[:n]); err != nil && err != kernel.ErrWouldBlock {
							assert.Equal(t, c.want, err)
							e.Kernel.SelectClear(h)
						}
					},
				})
				assert.Equal(t, "one two", got)
			})
		})
	}
}

func TestWriteErrorIsReturnedByTheNextWrite(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		s := newScripted()
		h := kernel.Conn(s)
		defer h.Close()
		full := bytes.Repeat([]byte("x"), 1<<17)
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				n, err := h.Write(full)
				assert.Equal(t, kernel.ErrWouldBlock, err)
				assert.Equal(t, 1<<16, n, "the limit")
				require.NoError(t, e.Kernel.SelectWrite(h, "writable"))
				e.Kernel.Yield("later")
			},
			"later": turns(5, func(kernel.Event) { s.writes <- step{err: netError("write", syscall.EPIPE)} }),
			"writable": func(e kernel.Event) {
				_, err := h.Write([]byte("y"))
				assert.Equal(t, syscall.EPIPE, err)
				_, err = h.Write([]byte("y"))
				assert.Equal(t, syscall.EPIPE, err, "it stays")
				e.Kernel.SelectClear(h)
			},
		})
		assert.Empty(t, s.written())
	})
}

// The end of a small write brings too little room to be ready; the next one
// brings enough, and must be learned of.
func TestRefusedWriteIsToldOfRoom(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		s := newScripted()
		s.begun = make(chan int, 9)
		h := kernel.Conn(s)
		defer h.Close()
		small, full := make([]byte, 20<<10), make([]byte, 1<<16)
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				_, err := h.Write(small)
				require.NoError(t, err)
				assert.Len(t, small, <-s.begun)
				n, err := h.Write(full)
				assert.Equal(t, kernel.ErrWouldBlock, err)
				assert.Equal(t, len(full)-len(small), n)
				require.NoError(t, e.Kernel.SelectWrite(h, "writable"))
				s.writes <- step{}
				assert.Equal(t, n, <-s.begun)
				e.Kernel.Yield("later")
			},
			"later": turns(5, func(kernel.Event) { s.writes <- step{} }),
			"writable": func(e kernel.Event) {
				n, err := h.Write(full)
				assert.NoError(t, err)
				assert.Len(t, full, n)
				e.Kernel.SelectClear(h)
				s.writes <- step{}
			},
		})
	})
}

// What a handle has accepted is written although the handle is closed; then
// the connection is closed as well.
func TestCloseWritesWhatWasAccepted(t *testing.T) {
	s := newScripted()
	h := kernel.Conn(s)
	_, err := h.Write([]byte("last words"))
	require.NoError(t, err)
	require.NoError(t, h.Close())
	select {
	case <-s.closed:
		t.Fatal("closed before the output was written")
	default:
	}
	for range cap(s.writes) {
		s.writes <- step{}
	}
	<-s.closed
	assert.Equal(t, "last words", s.written())
}

func TestCloseEndsARead(t *testing.T) {
	s := newScripted()
	h := kernel.Conn(s)
	_, err := h.Read(make([]byte, 1))
	require.Equal(t, kernel.ErrWouldBlock, err)
	require.NoError(t, h.Close())
	<-s.closed
}

func TestCloseWriteComesAfterTheOutput(t *testing.T) {
	a, b := tcpPair(t)
	defer b.Close()
	h := kernel.Conn(a)
	defer h.Close()
	_, err := h.Write([]byte("last words"))
	require.NoError(t, err)
	require.NoError(t, h.CloseWrite())
	require.NoError(t, h.CloseWrite(), "twice is fine")
	_, err = h.Write([]byte("more"))
	assert.Equal(t, syscall.EPIPE, err)
	got, err := io.ReadAll(b)
	require.NoError(t, err)
	assert.Equal(t, "last words", string(got))

	p, q := net.Pipe()
	defer q.Close()
	h = kernel.Conn(p)
	defer h.Close()
	assert.Equal(t, syscall.ENOTSOCK, h.CloseWrite())
	assert.Equal(t, syscall.ENOTSOCK, h.CloseRead())
}

// A released connection is its maker's again; what had been read is not lost.
func TestReleaseGivesTheConnectionBack(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		h := kernel.Conn(a)
		source := h.Source()
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectRead(h, "readable"))
				go b.Write([]byte("to the handle"))
			},
			"readable": func(e kernel.Event) { h.Release() },
		})
		_, err := h.Read(make([]byte, 1))
		assert.ErrorIs(t, err, os.ErrClosed)
		buf := make([]byte, 100)
		n, err := source.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "to the handle", string(buf[:n]))
		go b.Write([]byte("to its maker"))
		n, err = a.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "to its maker", string(buf[:n]))
	})
}

func TestReleaseGivesListenerAndSocketBack(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	h := kernel.Listener(l)
	_, _, err = h.Accept()
	require.Equal(t, kernel.ErrWouldBlock, err)
	h.Release()
	c, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	d, err := l.Accept()
	require.NoError(t, err)
	d.Close()

	u, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	defer u.Close()
	h = kernel.PacketConn(u)
	buf := make([]byte, 10)
	_, _, err = h.ReadFrom(buf)
	require.Equal(t, kernel.ErrWouldBlock, err)
	h.Release()
	_, err = u.WriteTo([]byte("self"), u.LocalAddr())
	require.NoError(t, err)
	n, _, err := u.ReadFrom(buf)
	require.NoError(t, err)
	assert.Equal(t, "self", string(buf[:n]))
	noGoroutines(t)
}

func TestListener(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		h := kernel.Listener(l)
		assert.Equal(t, l.Addr(), h.LocalAddr())
		assert.Nil(t, h.RemoteAddr())
		_, err = h.Read(nil)
		assert.Equal(t, syscall.ENOTCONN, err)
		_, err = h.Write(nil)
		assert.Equal(t, syscall.ENOTCONN, err)
		const n = 100 // more than the listener accepts ahead
		clients, peers := map[string]net.Conn{}, map[string]bool{}
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectRead(h, "readable"))
				for range n {
					c, err := net.Dial("tcp", l.Addr().String())
					require.NoError(t, err)
					clients[c.LocalAddr().String()] = c
				}
			},
			"readable": func(e kernel.Event) {
				c, from, err := h.Accept()
				if err == kernel.ErrWouldBlock {
					return
				}
				require.NoError(t, err)
				assert.Equal(t, from, c.RemoteAddr())
				require.Contains(t, clients, from.String())
				peers[from.String()] = true
				require.NoError(t, c.Close())
				if len(peers) == n {
					require.NoError(t, h.Close())
				}
			},
		})
		for _, c := range clients {
			_, err := c.Read(make([]byte, 1))
			assert.Equal(t, io.EOF, err)
			c.Close()
		}
		_, err = net.Dial("tcp", l.Addr().String())
		assert.Error(t, err, "the port is free")
	})
}

// deafListener fails a few times before it accepts.
type deafListener struct {
	errs   []error
	conn   net.Conn
	closed chan struct{}
}

func (l *deafListener) Accept() (net.Conn, error) {
	if len(l.errs) > 0 {
		err := l.errs[0]
		l.errs = l.errs[1:]
		return nil, err
	}
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.closed
	return nil, net.ErrClosed
}

func (l *deafListener) Addr() net.Addr { return &net.TCPAddr{} }
func (l *deafListener) Close() error   { close(l.closed); return nil }

func TestListenerReportsEachErrorOnceAndGoesOn(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		a, b := net.Pipe()
		defer b.Close()
		l := &deafListener{
			errs:   []error{netError("accept", syscall.EMFILE), errors.New("odd")},
			conn:   a,
			closed: make(chan struct{}),
		}
		h := kernel.Listener(l)
		var seen []string
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
			"readable": func(e kernel.Event) {
				c, _, err := h.Accept()
				if err == kernel.ErrWouldBlock {
					return
				}
				seen = append(seen, fmt.Sprintf("%T %v", err, err))
				if err == nil {
					require.NoError(t, c.Close())
					require.NoError(t, h.Close())
				}
			},
		})
		assert.Equal(t, []string{
			"syscall.Errno " + syscall.EMFILE.Error(), "*errors.errorString odd", "<nil> <nil>",
		}, seen)
	})
}

// countingSource counts what it is asked.
type countingSource struct {
	kernel.Source
	wake  func()
	binds int
	ready kernel.ReadySet
}

func (s *countingSource) Bind(wake func())       { s.binds++; s.wake = wake }
func (s *countingSource) Ready() kernel.ReadySet { return s.ready }
func (s *countingSource) Close() error           { return nil }

// A source is bound once, and may wake the kernel at any time, for no reason,
// watched or not, in all modes.
func TestSourceContract(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		s := &countingSource{}
		h := kernel.FromSource(s, "counting")
		assert.Same(t, s, h.Source())
		var seen []kernel.Mode
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.Select(h, "ready", "ready", "ready"))
				e.Kernel.Yield("later")
			},
			"later": turns(3, func(e kernel.Event) {
				s.wake() // for no reason
				s.ready = kernel.ReadySet{Read: true, Write: true, Expedite: true}
				s.wake()
			}),
			"ready": func(e kernel.Event) {
				m := e.Args[1].(kernel.Mode)
				if seen = append(seen, m); m == kernel.Expedite {
					e.Kernel.SelectClear(h)
					s.wake()
					require.NoError(t, e.Kernel.SelectRead(h, "again"))
				}
			},
			"again": func(e kernel.Event) { require.NoError(t, h.Close()); s.wake() },
		})
		assert.Equal(t, []kernel.Mode{kernel.Read, kernel.Write, kernel.Expedite}, seen)
		assert.Equal(t, 1, s.binds)
	})
}

// Who asks for space while there is little, without having been refused, is told
// of it as well.
func TestRoomIsToldToThoseWhoWereNotRefused(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	h := kernel.Conn(near)
	k := kernel.New()
	const much = 50_000 // less than there is space for, more than half of it
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.SelectWrite(h, "first"))
		},
		"first": func(e kernel.Event) {
			n, err := h.Write(make([]byte, much))
			require.NoError(t, err)
			require.Equal(t, much, n)
			e.Kernel.SelectClear(h, kernel.Write)
			require.NoError(t, e.Kernel.SelectWrite(h, "room"))
			e.Kernel.Yield("read", 2)
		},
		"read": func(e kernel.Event) { // once it has been found not to be ready
			if n := kernel.Arg[int](e, 0); n > 0 {
				e.Kernel.Yield("read", n-1)
				return
			}
			go io.CopyN(io.Discard, far, much)
		},
		"room": func(e kernel.Event) { h.Close() },
	})
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	require.NoError(t, k.RunContext(ctx))
	require.NoError(t, ctx.Err(), "nobody has said that there is room")
}
