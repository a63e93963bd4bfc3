//go:build unix

package kernel_test

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
)

// The address of a connection is what the connecting end calls its own,
// whatever the family of the sockets.
func TestAcceptedAddress(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for name, c := range map[string]struct {
		network, listen string
		from            net.Addr // of the client, nil for one without a name
		gone            bool     // it has closed before it is accepted
	}{
		"IPv4":             {network: "tcp4", listen: "127.0.0.1:0"},
		"IPv6":             {network: "tcp6", listen: "[::1]:0"},
		"IPv4, closed":     {network: "tcp4", listen: "127.0.0.1:0", gone: true},
		"unix":             {network: "unix", listen: at("a")},
		"unix with a name": {network: "unix", listen: at("b"), from: &net.UnixAddr{Name: at("client"), Net: "unix"}},
		"unix, closed":     {network: "unix", listen: at("c"), gone: true},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen(c.network, c.listen)
			require.NoError(t, err)
			defer l.Close()
			file, err := l.(interface{ File() (*os.File, error) }).File()
			require.NoError(t, err)
			h, err := kernel.File(file)
			require.NoError(t, err)
			defer h.Close()
			client, err := (&net.Dialer{LocalAddr: c.from}).Dial(c.network, l.Addr().String())
			require.NoError(t, err)
			defer client.Close()
			if c.gone {
				require.NoError(t, client.Close())
			}
			var conn *kernel.Handle
			var from net.Addr
			require.Eventually(t, func() bool {
				conn, from, err = h.Accept()
				return !errors.Is(err, kernel.ErrWouldBlock)
			}, 30*time.Second, time.Millisecond)
			require.NoError(t, err)
			assert.Equal(t, client.LocalAddr().Network(), from.Network())
			want := client.LocalAddr().String()
			if want == "@" { // how package net shows that there is none
				want = ""
			}
			assert.Equal(t, want, from.String())
			require.NoError(t, conn.Close())
		})
	}
}
