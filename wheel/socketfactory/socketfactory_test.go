//go:build unix

package socketfactory_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func newWheel(t testing.TB, k *kernel.Kernel, c socketfactory.Config) *socketfactory.Wheel {
	t.Helper()
	w, err := socketfactory.New(k, c)
	require.NoError(t, err)
	return w
}

// outcome runs one wheel until it has reported.
func outcome(t testing.TB, c socketfactory.Config) (s *socketfactory.Socket, failure *kernel.OpError) {
	t.Helper()
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		returned := false
		report := func(w *socketfactory.Wheel) {
			assert.True(t, returned, "not before New has returned")
			require.NoError(t, w.Close())
			require.NoError(t, w.Close())
		}
		c.Events = socketfactory.Funcs{
			Success: func(w *socketfactory.Wheel, got socketfactory.Socket) {
				s = &got
				t.Cleanup(func() { got.Handle.Close() })
				report(w)
			},
			Failure: func(w *socketfactory.Wheel, err *kernel.OpError) { failure = err; report(w) },
		}
		newWheel(t, k, c)
		returned = true
	}, nil)
	return s, failure
}

// closedPort is a port at which nobody listens.
func closedPort(t testing.TB, ip string) int {
	t.Helper()
	family, sa := unix.AF_INET, unix.Sockaddr(&unix.SockaddrInet4{Addr: netip.MustParseAddr("127.0.0.1").As4()})
	if ip == "::1" {
		family, sa = unix.AF_INET6, &unix.SockaddrInet6{Addr: netip.IPv6Loopback().As16()}
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, sa))
	got, err := unix.Getsockname(fd)
	require.NoError(t, err)
	if v4, ok := got.(*unix.SockaddrInet4); ok {
		return v4.Port
	}
	return got.(*unix.SockaddrInet6).Port
}

func server(t testing.TB) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}

func TestConfigErrors(t *testing.T) {
	both := socketfactory.Names{Success: "s", Failure: "f"}
	for _, c := range []struct {
		field  string
		config socketfactory.Config
	}{
		{"Events", socketfactory.Config{}},
		{"Events", socketfactory.Config{Events: socketfactory.Names{Success: "s"}}},
		{"Events", socketfactory.Config{Events: socketfactory.Names{Failure: "f"}}},
		{"Events", socketfactory.Config{Events: socketfactory.Funcs{}}},
		{"Events", socketfactory.Config{Events: socketfactory.Funcs{Success: func(*socketfactory.Wheel, socketfactory.Socket) {}}}},
		{"Domain", socketfactory.Config{Events: both, Domain: 9}},
		{"Protocol", socketfactory.Config{Events: both, Protocol: "icmp"}},
		{"BindPort", socketfactory.Config{Events: both, BindPort: 65536}},
		{"RemotePort", socketfactory.Config{Events: both, RemoteAddress: "127.0.0.1"}},
		{"RemotePort", socketfactory.Config{Events: both, RemoteAddress: "127.0.0.1", RemotePort: 70000}},
		{"RemotePort", socketfactory.Config{Events: both, RemotePort: 5}},
		{"BindAddress", socketfactory.Config{Events: both, Domain: socketfactory.Unix}},
	} {
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			_, err := socketfactory.New(k, c.config)
			var wrong *kernel.ConfigError
			require.ErrorAs(t, err, &wrong, c.field)
			assert.Equal(t, "socketfactory", wrong.Package)
			assert.Equal(t, c.field, wrong.Field)
		}, nil)
	}
	_, err := socketfactory.New(kernel.New(), socketfactory.Config{Events: both})
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
}

func TestFailures(t *testing.T) {
	used := server(t)
	dir := t.TempDir()
	notSocket := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(notSocket, nil, 0o600))
	refuse := func(string, string, uintptr) error { return syscall.EPERM }
	for _, c := range []struct {
		name, op string
		errno    syscall.Errno
		config   socketfactory.Config
	}{
		{"refused", "connect", syscall.ECONNREFUSED, socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: closedPort(t, "127.0.0.1")}},
		{"in use", "bind", syscall.EADDRINUSE, socketfactory.Config{BindAddress: "127.0.0.1", BindPort: used, Reuse: true}},
		{"foreign address", "bind", syscall.EADDRNOTAVAIL, socketfactory.Config{BindAddress: "192.0.2.1"}},
		{"foreign near end", "bind", syscall.EADDRNOTAVAIL, socketfactory.Config{BindAddress: "192.0.2.1", RemoteAddress: "127.0.0.1", RemotePort: used}},
		{"service", "getservbyname", syscall.EADDRNOTAVAIL, socketfactory.Config{RemoteAddress: "127.0.0.1", RemoteService: "no-such-service"}},
		{"bind service", "getservbyname", syscall.EADDRNOTAVAIL, socketfactory.Config{BindService: "no-such-service"}},
		{"name", "getaddrinfo", syscall.EADDRNOTAVAIL, socketfactory.Config{RemoteAddress: "unknown.test", RemotePort: 1, Resolver: resolver(nil)}},
		{"bind name", "getaddrinfo", syscall.EADDRNOTAVAIL, socketfactory.Config{BindAddress: "unknown.test", Resolver: resolver(nil)}},
		{"no unix socket", "connect", syscall.ENOENT, socketfactory.Config{Domain: socketfactory.Unix, RemoteAddress: dir + "/none"}},
		{"unix path that exists", "bind", syscall.EADDRINUSE, socketfactory.Config{Domain: socketfactory.Unix, BindAddress: notSocket}},
		{"control", "control", syscall.EPERM, socketfactory.Config{BindAddress: "127.0.0.1", Options: socketfactory.Options{Control: refuse}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, failure := outcome(t, c.config)
			assert.Nil(t, s)
			require.NotNil(t, failure)
			assert.Equal(t, c.op, failure.Op)
			assert.Equal(t, c.errno, failure.Errno())
			assert.NotZero(t, failure.Wheel)
		})
	}
}

func TestListenAtOnce(t *testing.T) {
	_, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1", BindPort: server(t)})
	var failure *kernel.OpError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "bind", failure.Op)
	assert.ErrorIs(t, err, syscall.EADDRINUSE)
	_, err = socketfactory.Listen(socketfactory.Config{Domain: 7})
	var wrong *kernel.ConfigError
	assert.ErrorAs(t, err, &wrong)
	h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "home.test", Resolver: resolver(map[string][]string{"home.test": {"127.0.0.1"}})})
	require.NoError(t, err)
	defer h.Close()
	assert.Contains(t, h.LocalAddr().String(), "127.0.0.1:")
}

// A listener that exists is adopted, paused, resumed, told of new events, and
// given back.
func TestAdoptedListener(t *testing.T) {
	h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
	require.NoError(t, err)
	defer h.Close()
	var log []string
	var w *socketfactory.Wheel
	dial := func() {
		c, err := net.Dial("tcp", h.LocalAddr().String())
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
	}
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w = newWheel(t, k, socketfactory.Config{Listener: h, Events: socketfactory.Names{Success: "first", Failure: "failed"}})
		assert.Same(t, h, w.Handle())
		assert.Equal(t, h.LocalAddr(), w.LocalAddr())
		dial()
		dial()
	}, session.Funcs{
		"first": func(e kernel.Event) {
			log = append(log, "first")
			require.Len(t, e.Args, 4)
			assert.Equal(t, netip.MustParseAddr("127.0.0.1"), e.Arg(1))
			assert.IsType(t, 0, e.Arg(2))
			assert.Equal(t, w.ID(), e.Arg(3))
			kernel.Arg[*kernel.Handle](e, 0).Close()
			w.SetEvents(socketfactory.Funcs{}) // lacks all: ignored
			w.SetEvents(socketfactory.Names{Success: "second"})
			w.PauseAccept()
			e.Kernel.Yield("wait", 5)
		},
		"wait": func(e kernel.Event) {
			if n := kernel.Arg[int](e, 0); n > 0 {
				e.Kernel.Yield("wait", n-1)
				return
			}
			assert.Equal(t, []string{"first"}, log, "nothing is accepted while paused")
			w.ResumeAccept()
		},
		"second": func(e kernel.Event) {
			log = append(log, "second")
			kernel.Arg[*kernel.Handle](e, 0).Close()
			assert.Same(t, h, w.Detach())
			assert.Nil(t, w.Detach())
			w.PauseAccept()
			w.ResumeAccept()
			dial() // it still listens
		},
		"failed": func(e kernel.Event) { t.Error(e.Args) },
	})
	assert.Equal(t, []string{"first", "second"}, log)
}

func TestUnixSockets(t *testing.T) {
	addresses := []string{filepath.Join(t.TempDir(), "socket")}
	if runtime.GOOS == "linux" {
		addresses = append(addresses, fmt.Sprintf("@poe-test-%d", os.Getpid()))
	}
	for _, address := range addresses {
		var accepted, connected []any
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			l := newWheel(t, k, socketfactory.Config{Domain: socketfactory.Unix, BindAddress: address, Events: socketfactory.Names{Success: "accepted", Failure: "failed"}})
			assert.Equal(t, address, l.LocalAddr().String())
			newWheel(t, k, socketfactory.Config{Domain: socketfactory.Unix, RemoteAddress: address, Events: socketfactory.Names{Success: "connected", Failure: "failed"}})
			k.State("accepted", func(e kernel.Event) { accepted = e.Args; l.Close() })
		}, session.Funcs{
			"connected": func(e kernel.Event) { connected = e.Args },
			"failed":    func(e kernel.Event) { t.Error(e.Args) },
		})
		require.Len(t, accepted, 4)
		require.Len(t, connected, 4)
		assert.Equal(t, []any{"", nil}, accepted[1:3])
		assert.Equal(t, []any{address, nil}, connected[1:3])
		a, c := accepted[0].(*kernel.Handle), connected[0].(*kernel.Handle)
		_, err := a.Write([]byte("hello"))
		require.NoError(t, err)
		buf := make([]byte, 10)
		n, err := c.Read(buf)
		require.NoError(t, err)
		assert.Equal(t, "hello", string(buf[:n]))
		a.Close()
		c.Close()
		if !strings.HasPrefix(address, "@") {
			_, err = os.Stat(address)
			assert.NoError(t, err, "as in POE the file is not removed")
		}
	}
}

func TestDatagrams(t *testing.T) {
	first, failure := outcome(t, socketfactory.Config{Protocol: "udp", BindAddress: "127.0.0.1"})
	require.Nil(t, failure)
	assert.False(t, first.Peer.IsValid())
	second, failure := outcome(t, socketfactory.Config{Type: socketfactory.Datagram, RemoteAddress: "127.0.0.1",
		RemotePort: first.Handle.LocalAddr().(*net.UDPAddr).Port})
	require.Nil(t, failure)
	_, err := second.Handle.Write([]byte("datagram"))
	require.NoError(t, err)
	buf := make([]byte, 100)
	n, from, err := first.Handle.ReadFrom(buf)
	require.NoError(t, err)
	assert.Equal(t, "datagram", string(buf[:n]))
	assert.Equal(t, second.Handle.LocalAddr().(*net.UDPAddr).AddrPort(), from)
}

func TestOptions(t *testing.T) {
	var networks []string
	o := socketfactory.Options{ReusePort: true, KeepAlive: 30 * time.Second, ReadBuffer: 32 << 10, WriteBuffer: 32 << 10, Delay: true,
		Control: func(network, address string, fd uintptr) error {
			networks = append(networks, network)
			return nil
		}}
	h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1", Reuse: true, Options: o})
	require.NoError(t, err)
	defer h.Close()
	port := h.LocalAddr().(*net.TCPAddr).Port
	again, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1", BindPort: port, Options: socketfactory.Options{ReusePort: true}})
	require.NoError(t, err, "several sockets listen on one port")
	again.Close()
	o.ReusePort = false
	s, failure := outcome(t, socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: port, Options: o})
	require.Nil(t, failure)
	for option, want := range map[[2]int]bool{{unix.IPPROTO_TCP, unix.TCP_NODELAY}: false, {unix.SOL_SOCKET, unix.SO_KEEPALIVE}: true} {
		got, err := unix.GetsockoptInt(s.Handle.Fd(), option[0], option[1])
		require.NoError(t, err)
		assert.Equal(t, want, got != 0, option)
	}
	size, err := unix.GetsockoptInt(s.Handle.Fd(), unix.SOL_SOCKET, unix.SO_RCVBUF)
	require.NoError(t, err)
	assert.GreaterOrEqual(t, size, 32<<10)
	assert.Equal(t, []string{"tcp4", "tcp4"}, networks)
	plain, failure := outcome(t, socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: port})
	require.Nil(t, failure)
	noDelay, err := unix.GetsockoptInt(plain.Handle.Fd(), unix.IPPROTO_TCP, unix.TCP_NODELAY)
	require.NoError(t, err)
	assert.NotZero(t, noDelay)
}

func ExampleNew() {
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			listener, err := socketfactory.New(k, socketfactory.Config{
				BindAddress: "127.0.0.1",
				Events: socketfactory.Funcs{
					Success: func(w *socketfactory.Wheel, s socketfactory.Socket) {
						fmt.Println("accepted from", s.Peer.Addr())
						s.Handle.Close()
						w.Close()
					},
					Failure: func(w *socketfactory.Wheel, err *kernel.OpError) { fmt.Println(err) },
				},
			})
			if err != nil {
				fmt.Println(err)
				return
			}
			socketfactory.New(k, socketfactory.Config{
				RemoteAddress: "127.0.0.1", RemotePort: listener.LocalAddr().(*net.TCPAddr).Port,
				Events: socketfactory.Names{Success: "connected", Failure: "failed"},
			})
		},
		"connected": func(e kernel.Event) { kernel.Arg[*kernel.Handle](e, 0).Close() },
		"failed":    func(e kernel.Event) { fmt.Println(kernel.OpErrorOf(e)) },
	})
	k.Run()
	// Output: accepted from 127.0.0.1
}

// The manual's synopsis for a client: a connection, or an error of which
// operation failed and why. Here nothing listens any more.
func Example() {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	k := kernel.New()
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := socketfactory.New(e.Kernel, socketfactory.Config{
				RemoteAddress: "127.0.0.1", RemotePort: port,
				Events: socketfactory.Names{Success: "connected", Failure: "connection_failed"},
			})
			if err != nil {
				fmt.Println(err)
			}
		},
		"connected": func(e kernel.Event) { kernel.Arg[*kernel.Handle](e, 0).Close() },
		"connection_failed": func(e kernel.Event) {
			operation, text := kernel.Arg[string](e, 0), kernel.Arg[string](e, 2)
			fmt.Printf("%s failed: %s\n", operation, text)
		},
	})
	k.Run()
	// Output: connect failed: connection refused
}
