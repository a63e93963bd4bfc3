package socketfactory_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/wheel/socketfactory"
)

// How many connections may wait is what ListenQueue says: the system tells it
// as the listening socket's "sacked".
func TestListenQueue(t *testing.T) {
	for _, queue := range []int{1, 7} {
		h, err := socketfactory.Listen(socketfactory.Config{BindAddress: "127.0.0.1", ListenQueue: queue})
		require.NoError(t, err)
		defer h.Close()
		info, err := unix.GetsockoptTCPInfo(h.Fd(), unix.IPPROTO_TCP, unix.TCP_INFO)
		require.NoError(t, err)
		assert.EqualValues(t, queue, info.Sacked)
	}
}

func TestKeepAliveInterval(t *testing.T) {
	s, failure := outcome(t, socketfactory.Config{RemoteAddress: "127.0.0.1", RemotePort: server(t), Options: socketfactory.Options{KeepAlive: 90 * time.Second}})
	require.Nil(t, failure)
	idle, err := unix.GetsockoptInt(s.Handle.Fd(), unix.IPPROTO_TCP, unix.TCP_KEEPIDLE)
	require.NoError(t, err)
	assert.Equal(t, 90, idle)
	assert.IsType(t, &net.TCPAddr{}, s.Handle.RemoteAddr())
}
