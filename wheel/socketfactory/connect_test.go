//go:build unix

package socketfactory_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
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
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/socketfactory"
)

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

// freePort is a port that nobody has for now.
func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// The near end may have a name and a service, as the far end may; it is bound
// in the family of the address that is tried.
func TestNearEndByName(t *testing.T) {
	port := server(t)
	names := resolver(map[string][]string{"near.test": {"127.0.0.1"}, "six.test": {"::1"}, "far.test": {"::1", "127.0.0.1"}})
	for _, c := range []struct {
		name, op string
		config   socketfactory.Config
	}{
		{"name", "", socketfactory.Config{BindAddress: "near.test", RemoteAddress: "127.0.0.1"}},
		{"family", "", socketfactory.Config{BindAddress: "near.test", RemoteAddress: "far.test"}},
		{"port", "", socketfactory.Config{BindPort: freePort(t), Reuse: true, RemoteAddress: "127.0.0.1"}},
		{"no such name", "getaddrinfo", socketfactory.Config{BindAddress: "none.test", RemoteAddress: "127.0.0.1"}},
		{"no such service", "getservbyname", socketfactory.Config{BindService: "no-such-service", RemoteAddress: "127.0.0.1"}},
		{"other family only", "bind", socketfactory.Config{BindAddress: "six.test", RemoteAddress: "127.0.0.1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.config.RemotePort, c.config.Resolver, c.config.AttemptDelay = port, names, time.Minute
			s, failure := outcome(t, c.config)
			if c.op != "" {
				require.NotNil(t, failure)
				assert.Equal(t, c.op, failure.Op)
				assert.Equal(t, syscall.EADDRNOTAVAIL, failure.Errno())
				return
			}
			if failure != nil && failure.Op == "bind" && c.config.BindPort != 0 { // another socket has the port by now
				assert.Equal(t, syscall.EADDRINUSE, failure.Errno())
				return
			}
			require.Nil(t, failure)
			local := s.Handle.LocalAddr().(*net.TCPAddr)
			assert.Equal(t, "127.0.0.1", local.IP.String())
			if c.config.BindPort != 0 {
				assert.Equal(t, c.config.BindPort, local.Port)
			}
		})
	}
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
		wheeltest.InSession(t, func(k *kernel.Kernel) {
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
