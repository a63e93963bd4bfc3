//go:build unix

package socketfactory_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/socketfactory"
)

func TestMain(m *testing.M) {
	if os.Getenv("SOCKETFACTORY_FEW_FILES") != "" {
		fewFiles()
		return
	}
	os.Exit(m.Run())
}

func inSession(t testing.TB, start func(k *kernel.Kernel), more session.Funcs) {
	t.Helper()
	k := kernel.New()
	handlers := session.Funcs{"_start": func(e kernel.Event) { start(e.Kernel) }}
	for name, h := range more {
		handlers[name] = h
	}
	_, err := session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

func newWheel(t testing.TB, k *kernel.Kernel, c socketfactory.Config) *socketfactory.Wheel {
	t.Helper()
	w, err := socketfactory.New(k, c)
	require.NoError(t, err)
	return w
}

// outcome runs one wheel until it has reported.
func outcome(t testing.TB, c socketfactory.Config) (s *socketfactory.Socket, failure *kernel.OpError) {
	t.Helper()
	inSession(t, func(k *kernel.Kernel) {
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
		inSession(t, func(k *kernel.Kernel) {
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
	inSession(t, func(k *kernel.Kernel) {
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
		inSession(t, func(k *kernel.Kernel) {
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

func TestBoundNearEnd(t *testing.T) {
	port := closedPort(t, "127.0.0.1")
	s, failure := outcome(t, socketfactory.Config{BindAddress: "127.0.0.2", RemoteAddress: "127.0.0.1", RemotePort: server(t)})
	if failure != nil && failure.Op == "bind" { // systems with but one loopback address
		assert.Equal(t, syscall.EADDRNOTAVAIL, failure.Errno())
		return
	}
	require.Nil(t, failure)
	assert.Contains(t, s.Handle.LocalAddr().String(), "127.0.0.2:")
	assert.NotEqual(t, port, s.Peer.Port())
}

// resolver answers from a table, over a name server of its own that is never
// asked over the network.
func resolver(table map[string][]string) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		go answer(far, table)
		return near, nil
	}}
}

// answer serves one connection with DNS over TCP.
func answer(c net.Conn, table map[string][]string) {
	defer c.Close()
	for {
		var size [2]byte
		if _, err := c.Read(size[:]); err != nil {
			return
		}
		query := make([]byte, int(size[0])<<8|int(size[1]))
		for at := 0; at < len(query); {
			n, err := c.Read(query[at:])
			if err != nil {
				return
			}
			at += n
		}
		var m dnsmessage.Message
		if err := m.Unpack(query); err != nil || len(m.Questions) != 1 {
			return
		}
		reply, err := respond(&m, table)
		if err != nil {
			return
		}
		if _, err := c.Write(append([]byte{byte(len(reply) >> 8), byte(len(reply))}, reply...)); err != nil {
			return
		}
	}
}

func respond(m *dnsmessage.Message, table map[string][]string) ([]byte, error) {
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	addrs, known := table[strings.TrimSuffix(q.Name.String(), ".")]
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	}
	for _, s := range addrs {
		header := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1}
		a := netip.MustParseAddr(s)
		switch {
		case a.Is4() && q.Type == dnsmessage.TypeA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: a.As4()}})
		case a.Is6() && q.Type == dnsmessage.TypeAAAA:
			m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
		}
	}
	return m.Pack()
}

// All addresses of a name are tried, the families in turn, IPv6 first; the
// first one that answers wins.
func TestHappyEyeballs(t *testing.T) {
	port := server(t)
	for _, c := range []struct {
		name      string
		addrs     []string
		deaf      string // an address that never answers
		tried     []string
		connected bool
	}{
		{"first refuses", []string{"127.0.0.9", "127.0.0.1"}, "", []string{"127.0.0.9", "127.0.0.1"}, true},
		{"families in turn", []string{"127.0.0.1", "::1"}, "", []string{"::1", "127.0.0.1"}, true},
		{"first is deaf", []string{"127.0.0.8", "127.0.0.1"}, "127.0.0.8", []string{"127.0.0.8", "127.0.0.1"}, true},
		{"all refuse", []string{"127.0.0.9", "127.0.0.7"}, "", []string{"127.0.0.9", "127.0.0.7"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.name != "families in turn" && runtime.GOOS != "linux" {
				t.Skip("needs all of 127.0.0.0/8 on the loopback interface")
			}
			if c.deaf != "" {
				fullListener(t, c.deaf, port)
			}
			var tried []string
			control := func(_, address string, _ uintptr) error {
				a := netip.MustParseAddrPort(address)
				tried = append(tried, a.Addr().String())
				return nil
			}
			s, failure := outcome(t, socketfactory.Config{RemoteAddress: "host.test", RemotePort: port, AttemptDelay: 20 * time.Millisecond,
				Resolver: resolver(map[string][]string{"host.test": c.addrs}), Options: socketfactory.Options{Control: control}})
			assert.Equal(t, c.tried, tried)
			if !c.connected {
				require.NotNil(t, failure)
				assert.Equal(t, syscall.ECONNREFUSED, failure.Errno())
				return
			}
			require.Nil(t, failure)
			assert.Equal(t, fmt.Sprintf("127.0.0.1:%d", port), s.Peer.String())
		})
	}
}

// fullListener is a port whose queue of connections is full, so that it
// answers no more.
func fullListener(t testing.TB, address string, port int) int {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { unix.Close(fd) })
	require.NoError(t, unix.Bind(fd, &unix.SockaddrInet4{Addr: netip.MustParseAddr(address).As4(), Port: port}))
	require.NoError(t, unix.Listen(fd, 0))
	sa, err := unix.Getsockname(fd)
	require.NoError(t, err)
	for range 3 {
		c, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
		require.NoError(t, err)
		require.NoError(t, unix.SetNonblock(c, true))
		t.Cleanup(func() { unix.Close(c) })
		if err := unix.Connect(c, sa); err != nil && !errors.Is(err, unix.EINPROGRESS) {
			require.NoError(t, err)
		}
	}
	return sa.(*unix.SockaddrInet4).Port
}

func TestConnectTimeout(t *testing.T) {
	_, failure := outcome(t, socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: fullListener(t, "127.0.0.1", 0), ConnectTimeout: 30 * time.Millisecond})
	require.NotNil(t, failure)
	assert.Equal(t, "connect", failure.Op)
	assert.Equal(t, syscall.ETIMEDOUT, failure.Errno())
}

// A name that is not found in time counts as well.
func TestLookUpTimeout(t *testing.T) {
	silent := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	_, failure := outcome(t, socketfactory.Config{RemoteAddress: "host.test", RemotePort: 1, Resolver: silent, ConnectTimeout: 30 * time.Millisecond})
	require.NotNil(t, failure)
	assert.Equal(t, syscall.ETIMEDOUT, failure.Errno())
}

// Closing a wheel whose connection is being made reports nothing and leaves
// nothing.
func TestCloseWhileConnecting(t *testing.T) {
	port := fullListener(t, "127.0.0.1", 0)
	before := openFiles(t)
	for _, address := range []string{"127.0.0.1", "host.test"} {
		inSession(t, func(k *kernel.Kernel) {
			w := newWheel(t, k, socketfactory.Config{RemoteAddress: address, RemotePort: port, ConnectTimeout: time.Minute,
				Resolver: resolver(map[string][]string{"host.test": {"127.0.0.1"}}),
				Events: socketfactory.Funcs{
					Success: func(*socketfactory.Wheel, socketfactory.Socket) { t.Error("success") },
					Failure: func(*socketfactory.Wheel, *kernel.OpError) { t.Error("failure") },
				}})
			k.State("close", func(e kernel.Event) { w.Close() })
			k.Yield("close")
		}, nil)
	}
	assert.Equal(t, before, openFiles(t))
}

func openFiles(t testing.TB) int {
	entries, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	return len(entries)
}

// Without descriptors the listener reports it now and then, does not spin, and
// goes on when there are some again.
func TestOutOfDescriptors(t *testing.T) {
	exe, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), "SOCKETFACTORY_FEW_FILES=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Equal(t, "failed accept EMFILE\nturns are few: true\naccepted\n", string(out))
}

// fewFiles is the program of TestOutOfDescriptors.
func fewFiles() {
	must := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	l, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1"})
	must(err)
	k := kernel.New()
	var hoard []int
	var w *socketfactory.Wheel
	failures := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			w, err = socketfactory.New(k, socketfactory.Config{Listener: l, Events: socketfactory.Names{Success: "accepted", Failure: "failed"}})
			must(err)
			client, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
			must(err)
			local := l.LocalAddr().(*net.TCPAddr)
			must(unix.Connect(client, &unix.SockaddrInet4{Port: local.Port, Addr: [4]byte{127, 0, 0, 1}}))
			must(unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 40, Max: 40}))
			for {
				fd, err := unix.Dup(0)
				if err != nil {
					break
				}
				hoard = append(hoard, fd)
			}
		},
		"failed": func(e kernel.Event) {
			if failures++; failures == 1 {
				fmt.Println("failed", e.Arg(0), map[bool]string{true: "EMFILE"}[e.Arg(1) == int(syscall.EMFILE)])
				k.Delay("release", 250*time.Millisecond)
			}
		},
		"release": func(kernel.Event) {
			fmt.Println("turns are few:", failures <= 4)
			for _, fd := range hoard {
				unix.Close(fd)
			}
		},
		"accepted": func(kernel.Event) {
			fmt.Println("accepted")
			w.Close()
		},
	})
	must(err)
	must(k.Run())
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
