//go:build unix

package kernel_test

import (
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func init() {
	sockets["descriptor"] = func(t testing.TB, address string) *kernel.Handle {
		c, err := net.ListenPacket("udp", address)
		require.NoError(t, err)
		return descriptorOf(t, c.(*net.UDPConn))
	}
	sockets["one by one"] = func(t testing.TB, address string) *kernel.Handle {
		h := sockets["descriptor"](t, address)
		return kernel.FromSource(oneByOne{h.Source(), h}, "one by one")
	}
	makers["socket pair"] = func(t testing.TB) ends {
		a, b, err := kernel.SocketPair()
		require.NoError(t, err)
		return ends{a, b}
	}
	makers["tcp descriptors"] = func(t testing.TB) ends {
		a, b := tcpPair(t)
		return ends{descriptorOf(t, a.(*net.TCPConn)), descriptorOf(t, b.(*net.TCPConn))}
	}
}

// descriptorOf makes a handle of a copy of a socket's descriptor, and closes
// the original.
func descriptorOf(t testing.TB, c interface {
	File() (*os.File, error)
	io.Closer
}) *kernel.Handle {
	f, err := c.File()
	require.NoError(t, err)
	require.NoError(t, c.Close())
	h, err := kernel.File(f)
	require.NoError(t, err)
	return h
}

func TestExpedite(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		p := makers["tcp descriptors"](t)
		defer p.close()
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				if err := e.Kernel.SelectExpedite(p.read, "urgent", "arg"); err != nil {
					require.ErrorIs(t, err, unix.ENOTSUP) // by kqueue on some systems
					return
				}
				require.NoError(t, unix.Sendto(p.write.Fd(), []byte("!"), unix.MSG_OOB, nil))
			},
			"urgent": func(e kernel.Event) {
				assert.Equal(t, []any{p.read, kernel.Expedite, "arg"}, e.Args)
				buf := make([]byte, 1)
				n, _, err := unix.Recvfrom(p.read.Fd(), buf, unix.MSG_OOB)
				require.NoError(t, err)
				assert.Equal(t, "!", string(buf[:n]))
				e.Kernel.SelectClear(p.read, kernel.Expedite)
			},
		})
	})
}

// Two handles are ready in the same round. The first handler closes the other
// handle and opens a new one with the same descriptor number: nothing that was
// reported for the old may reach the new.
func TestReusedDescriptorDoesNotInheritReadiness(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		pairs := []ends{makers["pipe"](t), makers["pipe"](t)}
		var fresh *kernel.Handle
		var in int
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				for i, p := range pairs {
					p.write.Write([]byte("x"))
					require.NoError(t, e.Kernel.SelectRead(p.read, "readable", i))
				}
			},
			"readable": func(e kernel.Event) {
				mine, other := pairs[e.Args[2].(int)], pairs[1-e.Args[2].(int)]
				require.Nil(t, fresh, "the handle of the other pipe is closed")
				fresh, in = reopen(t, other.read)
				require.NoError(t, e.Kernel.SelectRead(fresh, "fresh"))
				e.Kernel.SelectClear(mine.read)
				e.Kernel.Yield("later")
			},
			"later": turns(5, func(e kernel.Event) {
				_, err := unix.Write(in, []byte("y"))
				require.NoError(t, err)
			}),
			"fresh": func(e kernel.Event) {
				assert.Equal(t, "y", readAll(t, fresh), "not before there is something")
				e.Kernel.SelectClear(fresh)
			},
		})
		require.NotNil(t, fresh)
		fresh.Close()
		unix.Close(in)
		for _, p := range pairs {
			p.close()
		}
	})
}

// reopen closes a handle and makes one of a new pipe's reading end, with the
// same descriptor number; in is the writing end.
func reopen(t testing.TB, h *kernel.Handle) (fresh *kernel.Handle, in int) {
	fd := h.Fd()
	var fds [2]int
	require.NoError(t, unix.Pipe(fds[:]))
	require.NoError(t, h.Close())
	require.NoError(t, dup2(fds[0], fd))
	require.NoError(t, unix.Close(fds[0]))
	fresh, err := kernel.FD(fd)
	require.NoError(t, err)
	require.Equal(t, fd, fresh.Fd())
	return fresh, fds[1]
}

// A descriptor that is closed without the handle's knowledge is forgotten: it
// neither spins nor is an error.
func TestDescriptorClosedBehindTheBack(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		p := makers["pipe"](t)
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable"))
				e.Kernel.Yield("close")
			},
			"close": func(e kernel.Event) {
				require.NoError(t, unix.Close(p.read.Fd()))
				e.Kernel.Delay("enough", 30*time.Millisecond)
			},
			"readable": func(kernel.Event) { t.Error("nothing was written") },
			"enough":   func(e kernel.Event) { p.read.Release() },
		})
		require.NoError(t, err)
		n := 0
		for more := true; more; n++ {
			more, err = k.RunOneTimeslice()
			require.NoError(t, err)
		}
		assert.Less(t, n, 20, "turns")
		p.write.Close()
	})
}

func TestAcceptOnADescriptor(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		h := descriptorOf(t, l.(*net.TCPListener))
		defer h.Close()
		_, _, err = h.Accept()
		require.Equal(t, kernel.ErrWouldBlock, err)
		client, err := net.Dial("tcp", h.LocalAddr().String())
		require.NoError(t, err)
		defer client.Close()
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
			"readable": func(e kernel.Event) {
				refuseDescriptors(t, func() {
					_, _, err := h.Accept()
					assert.Equal(t, unix.EMFILE, err)
				})
				c, from, err := h.Accept()
				require.NoError(t, err)
				assert.Equal(t, client.LocalAddr().String(), from.String())
				assert.Equal(t, from, c.RemoteAddr())
				assert.Equal(t, client.RemoteAddr(), c.LocalAddr())
				_, err = c.Read(make([]byte, 1))
				assert.Equal(t, kernel.ErrWouldBlock, err)
				require.NoError(t, c.Close())
				e.Kernel.SelectClear(h)
			},
		})
	})
}

// refuseDescriptors runs f while the process may not open anything.
func refuseDescriptors(t testing.TB, f func()) {
	var limit unix.Rlimit
	require.NoError(t, unix.Getrlimit(unix.RLIMIT_NOFILE, &limit))
	none := limit
	none.Cur = 0
	require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &none))
	defer func() { require.NoError(t, unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)) }()
	f()
}

func TestDatagramsOfDescriptors(t *testing.T) {
	for _, network := range []string{"udp4", "udp6"} {
		t.Run(network, func(t *testing.T) {
			onLoops(t, func(t *testing.T, k *kernel.Kernel) {
				testDatagrams(t, k, func(address string) *kernel.Handle {
					c, err := net.ListenPacket("udp", address)
					require.NoError(t, err)
					return descriptorOf(t, c.(*net.UDPConn))
				}, map[string]string{"udp4": "127.0.0.1:0", "udp6": "[::1]:0"}[network])
			})
		})
	}
}

// A connected socket is read and written like a stream, and hears that nobody
// listens at the other end, again and again.
func TestConnectedDatagrams(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		peer, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		c, err := net.Dial("udp", peer.LocalAddr().String())
		require.NoError(t, err)
		h := kernel.PacketConn(c.(*net.UDPConn))
		assert.Equal(t, peer.LocalAddr(), h.RemoteAddr())
		answers, refusals := "", 0
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				_, err := h.Write([]byte("hello"))
				require.NoError(t, err)
				buf := make([]byte, 10)
				n, from, err := peer.ReadFrom(buf)
				require.NoError(t, err)
				_, err = peer.WriteTo(buf[:n], from)
				require.NoError(t, err)
				require.NoError(t, e.Kernel.SelectRead(h, "readable"))
			},
			"readable": func(e kernel.Event) {
				buf := make([]byte, 10)
				n, err := h.Read(buf)
				answers += string(buf[:n])
				switch err {
				case nil:
					require.NoError(t, peer.Close())
				case unix.ECONNREFUSED:
					refusals++
				default:
					require.Equal(t, kernel.ErrWouldBlock, err)
					return
				}
				if refusals == 2 {
					require.NoError(t, h.Close())
					return
				}
				h.Write([]byte("anybody?"))
			},
		})
		assert.Equal(t, "hello", answers)

		u, err := net.ListenPacket("udp", "127.0.0.1:0")
		require.NoError(t, err)
		h = kernel.PacketConn(u)
		defer h.Close()
		_, err = h.Write([]byte("x"))
		assert.Equal(t, unix.EDESTADDRREQ, err)
		assert.Nil(t, h.RemoteAddr())
	})
}

// A socket of IPv6 reaches IPv4 addresses, and shows them as such.
func TestDatagramsAcrossFamilies(t *testing.T) {
	both, err := net.ListenPacket("udp", "[::]:0")
	if err != nil || both.LocalAddr().(*net.UDPAddr).IP.To4() != nil {
		t.Skip("this system has no sockets for both families")
	}
	six := descriptorOf(t, both.(*net.UDPConn))
	defer six.Close()
	c, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	four := descriptorOf(t, c.(*net.UDPConn))
	defer four.Close()
	at := four.LocalAddr().(*net.UDPAddr).AddrPort()
	_, err = six.WriteTo([]byte("hello"), at)
	require.NoError(t, err)
	buf := make([]byte, 10)
	_, from, err := four.ReadFrom(buf)
	require.NoError(t, err)
	_, err = four.WriteTo([]byte("back"), from)
	require.NoError(t, err)
	n, from, err := six.ReadFrom(buf)
	require.NoError(t, err)
	assert.Equal(t, "back", string(buf[:n]))
	assert.Equal(t, netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), from)
}

func TestUnixAddresses(t *testing.T) {
	name := t.TempDir() + "/s"
	l, err := net.Listen("unix", name)
	require.NoError(t, err)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	h := descriptorOf(t, l.(*net.UnixListener))
	defer h.Close()
	assert.Equal(t, &net.UnixAddr{Name: name, Net: "unix"}, h.LocalAddr())
	c, err := net.ListenPacket("unixgram", name+"g")
	require.NoError(t, err)
	g := descriptorOf(t, c.(*net.UnixConn))
	defer g.Close()
	assert.Equal(t, &net.UnixAddr{Name: name + "g", Net: "unixgram"}, g.LocalAddr())
	p := makers["pipe"](t)
	defer p.close()
	assert.Nil(t, p.read.LocalAddr())
	assert.Nil(t, p.read.RemoteAddr())
}

// A client sends 64 bytes and waits for the echo.
func BenchmarkEcho(b *testing.B) {
	for _, loop := range loops() {
		for kind, handle := range map[string]func(c net.Conn) *kernel.Handle{
			"descriptor": func(c net.Conn) *kernel.Handle { return descriptorOf(b, c.(*net.TCPConn)) },
			"Conn":       func(c net.Conn) *kernel.Handle { return kernel.Conn(c) },
		} {
			b.Run(loop+"/"+kind, func(b *testing.B) {
				b.ReportAllocs()
				server, client := tcpPair(b)
				h := handle(server)
				k := kernel.New(kernel.Options{Loop: loop})
				buf := make([]byte, 64)
				_, err := session.Inline(k, session.Funcs{
					"_start": func(e kernel.Event) { require.NoError(b, e.Kernel.SelectRead(h, "readable")) },
					"readable": func(e kernel.Event) {
						n, err := h.Read(buf)
						h.Write(buf[:n])
						if err == io.EOF {
							h.Close()
						}
					},
				})
				require.NoError(b, err)
				done := make(chan struct{})
				go func() {
					defer close(done)
					defer client.Close()
					line := make([]byte, 64)
					for range b.N {
						client.Write(line)
						io.ReadFull(client, line)
					}
				}()
				require.NoError(b, k.Run())
				<-done
			})
		}
	}
}
