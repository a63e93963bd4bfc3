//go:build unix

package clienttcp_test

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// The socket that PreConnect replaces by another handle does not stay open.
func TestPreConnectReplacesTheHandle(t *testing.T) {
	port := listen(t, func(_ int, c net.Conn) { io.Copy(io.Discard, c) })
	near, far, err := kernel.SocketPair()
	require.NoError(t, err)
	k := kernel.New()
	var replaced *kernel.Handle
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		PreConnect: func(_ *clienttcp.Client, h *kernel.Handle) *kernel.Handle { replaced = h; return near },
		Connected: func(*clienttcp.Client) {
			require.Equal(t, -1, replaced.Fd(), "it is closed")
			_, err := far.Write([]byte("hello\n"))
			require.NoError(t, err)
		},
		ServerInput: input(func(c *clienttcp.Client, line string) { require.Equal(t, "hello", line); c.Shutdown() }),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.NoError(t, far.Close())
}
