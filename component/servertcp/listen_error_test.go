package servertcp_test

import (
	"fmt"
	"net"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// The error of Listen names the address that is in use, also the second of two.
func TestListenNamesTheAddress(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { require.NoError(t, taken.Close()) }()
	port := taken.Addr().(*net.TCPAddr).Port
	input := servertcp.Input(func(*servertcp.Client, string) {})
	for _, c := range []servertcp.Config{
		{Address: "127.0.0.1", Port: port, ClientInput: input},
		{Address: "127.0.0.1", ClientInput: input, ExtraAddresses: []servertcp.Address{{Address: "127.0.0.1", Port: port}}},
	} {
		_, err := servertcp.Listen(kernel.New(), c)
		assert.ErrorIs(t, err, syscall.EADDRINUSE)
		assert.ErrorContains(t, err, fmt.Sprintf("listening at 127.0.0.1:%d", port))
		var failed *kernel.OpError
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, "bind", failed.Op)
	}
}
