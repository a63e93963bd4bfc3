//go:build unix

package socketfactory_test

import (
	"net"
	"net/netip"
	"path/filepath"
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

// arguments are what the success events of a listener and of a connection to
// it have.
func arguments(t *testing.T, listen socketfactory.Config, connect func(net.Addr) socketfactory.Config) (accepted, connected []any) {
	t.Helper()
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		listen.Events = socketfactory.Names{Success: "accepted", Failure: "failed"}
		l := newWheel(t, k, listen)
		c := connect(l.LocalAddr())
		c.Events = socketfactory.Names{Success: "connected", Failure: "failed"}
		w := newWheel(t, k, c)
		k.State("accepted", func(e kernel.Event) {
			accepted = e.Args
			assert.Equal(t, l.ID(), e.Arg(3))
			require.NoError(t, l.Close())
			require.NoError(t, l.Close())
		})
		k.State("connected", func(e kernel.Event) {
			connected = e.Args
			assert.Equal(t, w.ID(), e.Arg(3))
		})
	}, session.Funcs{"failed": func(e kernel.Event) { t.Error(e.Args) }})
	require.Len(t, accepted, 4)
	require.Len(t, connected, 4)
	for _, args := range [][]any{accepted, connected} {
		t.Cleanup(func() { args[0].(*kernel.Handle).Close() })
	}
	return accepted, connected
}

// What an event says of the peer is where the peer says it is.
func TestEventArgumentsOfIPDomains(t *testing.T) {
	for _, c := range []struct {
		domain socketfactory.Domain
		ip     string
	}{{socketfactory.Inet, "127.0.0.1"}, {socketfactory.Inet, "::1"}, {socketfactory.Inet6, "::1"}} {
		accepted, connected := arguments(t, socketfactory.Config{Domain: c.domain, BindAddress: c.ip}, func(a net.Addr) socketfactory.Config {
			return socketfactory.Config{Domain: c.domain, RemoteAddress: c.ip, RemotePort: a.(*net.TCPAddr).Port}
		})
		near := connected[0].(*kernel.Handle).LocalAddr().(*net.TCPAddr)
		far := accepted[0].(*kernel.Handle).LocalAddr().(*net.TCPAddr)
		assert.Equal(t, []any{netip.MustParseAddr(c.ip), near.Port}, accepted[1:3])
		assert.Equal(t, []any{netip.MustParseAddr(c.ip), far.Port}, connected[1:3])
	}
}

// A listener for IPv6 takes IPv4 as well, with plain IPv4 addresses, unless it
// is told not to.
func TestV6Only(t *testing.T) {
	for _, only := range []bool{false, true} {
		h, err := socketfactory.Listen(socketfactory.Config{Domain: socketfactory.Inet6, Options: socketfactory.Options{V6Only: only}})
		require.NoError(t, err)
		got, err := unix.GetsockoptInt(h.Fd(), unix.IPPROTO_IPV6, unix.IPV6_V6ONLY)
		require.NoError(t, err)
		assert.Equal(t, only, got != 0)
		if only {
			h.Close()
			continue
		}
		accepted, _ := arguments(t, socketfactory.Config{Domain: socketfactory.Inet6, Listener: h}, func(a net.Addr) socketfactory.Config {
			return socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: a.(*net.TCPAddr).Port}
		})
		assert.Equal(t, netip.MustParseAddr("127.0.0.1"), accepted[1])
	}
}

// An inherited listener reports as its own domain does, whatever the
// configuration says.
func TestAdoptedUnixListener(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	h, err := socketfactory.Listen(socketfactory.Config{Domain: socketfactory.Unix, BindAddress: path})
	require.NoError(t, err)
	accepted, _ := arguments(t, socketfactory.Config{Listener: h}, func(net.Addr) socketfactory.Config {
		return socketfactory.Config{Domain: socketfactory.Unix, RemoteAddress: path}
	})
	assert.Equal(t, []any{"", nil}, accepted[1:3])
}

// Datagram sockets: bound ones have no peer, connected ones have.
func TestEventArgumentsOfDatagrams(t *testing.T) {
	dir := t.TempDir()
	args := func(c socketfactory.Config) []any {
		var got []any
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			c.Type, c.Events = socketfactory.Datagram, socketfactory.Names{Success: "made", Failure: "failed"}
			w := newWheel(t, k, c)
			k.State("made", func(e kernel.Event) { got = e.Args; w.Close() })
		}, session.Funcs{"failed": func(e kernel.Event) { t.Error(e.Args) }})
		require.Len(t, got, 4)
		t.Cleanup(func() { got[0].(*kernel.Handle).Close() })
		return got
	}
	bound := args(socketfactory.Config{BindAddress: "127.0.0.1"})
	assert.Equal(t, []any{nil, nil}, bound[1:3])
	port := bound[0].(*kernel.Handle).LocalAddr().(*net.UDPAddr).Port
	connected := args(socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: port})
	assert.Equal(t, []any{netip.MustParseAddr("127.0.0.1"), port}, connected[1:3])

	path := filepath.Join(dir, "far")
	assert.Equal(t, []any{nil, nil}, args(socketfactory.Config{Domain: socketfactory.Unix, BindAddress: path})[1:3])
	near := args(socketfactory.Config{Domain: socketfactory.Unix, BindAddress: filepath.Join(dir, "near"), RemoteAddress: path})
	assert.Equal(t, []any{path, nil}, near[1:3])
	assert.Equal(t, filepath.Join(dir, "near"), near[0].(*kernel.Handle).LocalAddr().String())
}

// What a socket is made with can be read back from it.
func TestOptionsOfTheListener(t *testing.T) {
	for _, reuse := range []bool{false, true} {
		h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1", Reuse: reuse,
			Options: socketfactory.Options{WriteBuffer: 48 << 10, KeepAlive: 90 * time.Second}})
		require.NoError(t, err)
		defer h.Close()
		read := func(level, option int) int {
			n, err := unix.GetsockoptInt(h.Fd(), level, option)
			require.NoError(t, err)
			return n
		}
		assert.Equal(t, reuse, read(unix.SOL_SOCKET, unix.SO_REUSEADDR) != 0)
		assert.Zero(t, read(unix.SOL_SOCKET, unix.SO_REUSEPORT))
		assert.GreaterOrEqual(t, read(unix.SOL_SOCKET, unix.SO_SNDBUF), 48<<10)
	}
}
