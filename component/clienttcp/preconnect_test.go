package clienttcp_test

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// A connection that PreConnect does not hand on is closed, also when it panics
// or stops everything.
func TestPreConnectEndsIt(t *testing.T) {
	for name, at := range map[string]struct {
		callback func(*clienttcp.Client, *kernel.Handle) *kernel.Handle
		err      string
	}{
		"nil":   {func(*clienttcp.Client, *kernel.Handle) *kernel.Handle { return nil }, ""},
		"panic": {func(*clienttcp.Client, *kernel.Handle) *kernel.Handle { panic("a bug") }, "a bug"},
		"Stop": {func(c *clienttcp.Client, h *kernel.Handle) *kernel.Handle {
			c.Kernel.Stop()
			return h
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			require.NoError(t, err)
			defer l.Close()
			k := kernel.New()
			var handle *kernel.Handle
			_, err = clienttcp.New(k, clienttcp.Config{
				RemoteAddress: "127.0.0.1", RemotePort: l.Addr().(*net.TCPAddr).Port,
				PreConnect: func(c *clienttcp.Client, h *kernel.Handle) *kernel.Handle {
					handle = h
					return at.callback(c, h)
				},
				Connected:   func(*clienttcp.Client) { t.Error("connected") },
				ServerInput: clienttcp.Input(func(*clienttcp.Client, string) {}),
			})
			require.NoError(t, err)
			if err := k.Run(); at.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, at.err)
			}
			require.NotNil(t, handle)
			require.Equal(t, -1, handle.Fd(), "closed")
		})
	}
}
