package clienttcp_test

import (
	"io"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
)

// A handler that Kernel.State sets in the client's session gets what the wheel reports.
func TestStateReplacesHandlers(t *testing.T) {
	port := listen(t, func(_ int, c net.Conn) { io.Copy(c, c) })
	var got []string
	k := kernel.New()
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Connected: func(c *clienttcp.Client) {
			require.NoError(t, c.Kernel.State("got_server_input", func(e kernel.Event) {
				got = append(got, "mine: "+kernel.Arg[string](e, 0))
				c.Shutdown()
			}))
			c.Put("hello")
		},
		ServerInput: input(func(_ *clienttcp.Client, line string) { got = append(got, line) }),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{"mine: hello"}, got)
}
