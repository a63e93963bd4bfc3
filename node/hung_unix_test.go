//go:build unix

package node_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// A process that is stopped, not dead, is noticed, too, and what was sent to it is
// not delivered when it continues.
func TestHungPeer(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{DeadAfter: hasty, Peers: map[string]string{"server": server.Addr}})
	c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
	c.comesUp()
	require.NoError(t, server.Process.Signal(syscall.SIGSTOP))
	var status syscall.WaitStatus // a signal on its way stops nobody yet
	_, err := syscall.Wait4(server.Process.Pid, &status, syscall.WUNTRACED, nil)
	require.NoError(t, err)
	require.True(t, status.Stopped(), "%v", status)
	begin := time.Now()
	_, err = c.call("server", "add", 1, 2)
	require.ErrorIs(t, err, node.ErrUnreachable)
	t.Logf("noticed after %v", time.Since(begin))
	require.False(t, c.state().Up)
	require.NoError(t, server.Process.Signal(syscall.SIGCONT))
	c.comesUp()
	c.reach("server")
}
