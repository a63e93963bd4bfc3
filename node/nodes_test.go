package node_test

import (
	"errors"
	"fmt"
	"math/rand"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

func TestTwoNodes(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})

	sum, err := c.call("server", "add", 40, 2)
	require.NoError(t, err)
	require.Equal(t, int64(42), sum)

	_, err = c.call("server", "secret")
	require.ErrorIs(t, err, node.ErrNotExposed)
	_, err = c.call("server", "big", 2<<20)
	require.ErrorIs(t, err, node.ErrTooLarge)
	_, err = c.call("mars", "add")
	require.ErrorIs(t, err, node.ErrNoNode)

	require.NoError(t, c.post("server", "ping", "x", 1.5))
	e := <-c.events
	require.Equal(t, "pong", e.Name)
	require.Equal(t, []any{"x", 1.5}, e.Args)
	from, ok := node.SenderOf(e.Sender)
	require.True(t, ok)
	require.Equal(t, node.Address{Node: "server", Alias: "echo"}, from)
}

// Arguments of wrong types from another node end nothing.
func TestWrongArguments(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	require.NoError(t, c.post("server", "tick", "no number"))
	require.NoError(t, c.post("server", "tick"))
	_, err := c.call("server", "add", "no", "numbers")
	require.ErrorIs(t, err, node.ErrBadValue)
	sum, err := c.call("server", "add", 40, 2)
	require.NoError(t, err)
	require.Equal(t, int64(42), sum)
}

func TestOrderAndBackPressure(t *testing.T) {
	const posts = 100_000
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}, Window: 1000})
	busy := 0
	for i := 0; i < posts; {
		var full bool
		c.do(func() {
			for ; i < posts; i++ {
				err := c.k.Post(c.n.To(node.Address{Node: "server", Alias: "echo"}), "tick", i, "some text")
				if errors.Is(err, node.ErrBusy) {
					full = true
					require.NoError(t, c.n.NotifyWritable("server", "room"))
					return
				}
				require.NoError(t, err)
			}
		})
		if full {
			busy++
			require.Equal(t, "room", (<-c.events).Name)
		}
	}
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(posts), true}, got)
	require.Positive(t, busy)
	require.Empty(t, c.lost)
}

// A peer whose kernel is busy is slow, not down, and fills no memory.
func TestSlowPeer(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}, Window: 64})
	_, err := c.call("server", "add", 1, 1)
	require.NoError(t, err)
	require.NoError(t, c.post("server", "stall", int64(2*time.Second)))
	sent := 0
	for ; ; sent++ {
		if err = c.post("server", "tick", sent); err != nil {
			break
		}
		require.Less(t, sent, 1000)
	}
	require.ErrorIs(t, err, node.ErrBusy)
	c.do(func() { require.NoError(t, c.n.NotifyWritable("server", "room")) })
	require.Equal(t, "room", (<-c.events).Name)
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(sent), true}, got)
	require.Empty(t, c.lost)
}

func TestKilledAndRestarted(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
	c.comesUp()
	c.do(func() {
		_, err := c.n.Watch(node.Address{Node: "server", Alias: "echo"}, "gone")
		require.NoError(t, err)
	})
	first, err := c.call("server", "whoami")
	require.NoError(t, err)

	answers := make(chan kernel.Event, 1)
	c.do(func() {
		echo := node.Address{Node: "server", Alias: "echo"}
		require.NoError(t, c.n.Call(echo, "stall", []any{int64(time.Minute)}, "answer", answers))
	})
	begin := time.Now()
	server.Kill()
	require.ErrorIs(t, (<-answers).Arg(1).(error), node.ErrUnreachable)
	t.Logf("a call learned of kill -9 after %v", time.Since(begin))
	e := <-c.events
	require.Equal(t, "gone", e.Name)
	require.ErrorIs(t, e.Arg(1).(error), node.ErrUnreachable)
	down := c.state()
	require.False(t, down.Up)
	require.ErrorIs(t, down.Err, node.ErrUnreachable)
	require.ErrorIs(t, c.post("server", "tick", 0), node.ErrUnreachable)
	loss := <-c.lost
	require.Equal(t, "server", loss.To.Node)
	require.ErrorIs(t, loss.Err, node.ErrUnreachable)

	spawn(t, "server", server.Addr)
	c.comesUp()
	second, err := c.call("server", "whoami")
	require.NoError(t, err)
	require.NotEqual(t, first, second)
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(0), true}, got, "nothing of what was lost comes later")
}

func TestWatchAcrossNodes(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	c.do(func() {
		_, err := c.n.Watch(node.Address{Node: "server", Alias: "echo"}, "gone", "extra")
		require.NoError(t, err)
		require.NoError(t, c.k.Post(c.n.To(node.Address{Node: "server", Alias: "echo"}), "die"))
	})
	e := <-c.events
	require.Equal(t, []any{node.Address{Node: "server", Alias: "echo"}, nil, "extra"}, e.Args)
	_, err := c.call("server", "add", 1, 2)
	require.ErrorIs(t, err, node.ErrNoSession)
	require.NoError(t, c.post("server", "tick", 0))
	loss := <-c.lost
	require.ErrorIs(t, loss.Err, node.ErrNoSession)
	require.Equal(t, "tick", loss.Event)
}

func TestGoodbye(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
	c.comesUp()
	server.Quit(t)
	down := c.state()
	require.False(t, down.Up)
	require.ErrorIs(t, down.Err, node.ErrUnreachable)
	require.ErrorContains(t, down.Err, "shut down")
}

// What was posted before Shutdown arrives.
func TestShutdownLingers(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	peers := map[string]string{"server": server.Addr}
	c := dial(t, node.Config{Peers: peers})
	c.do(func() {
		for i := range 2000 {
			require.NoError(t, c.k.Post(c.n.To(node.Address{Node: "server", Alias: "echo"}), "tick", i))
		}
		c.n.Shutdown()
	})
	c.close()
	again := dial(t, node.Config{Peers: peers})
	got, err := again.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(2000), true}, got)
}

func TestThreeNodes(t *testing.T) {
	second, third := spawn(t, "second", nodetest.AnyPort), spawn(t, "third", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"second": second.Addr, "third": third.Addr}})
	sent, err := c.call("second", "relay", third.Addr)
	require.NoError(t, err)
	require.Equal(t, true, sent)
	require.Eventually(t, func() bool {
		got, err := c.call("third", "count")
		return err == nil && got.([]any)[0] == int64(1)
	}, 10*time.Second, 10*time.Millisecond)
	second.Kill()
	_, err = c.call("third", "add", 1, 1)
	require.NoError(t, err, "the others are not touched")
}

// Bytes that mean nothing, and messages that no node sends, end neither the
// process nor the other connections.
func TestGarbage(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	seed := rand.New(rand.NewSource(1))
	for i := range 20 {
		conn, err := net.Dial("tcp", server.Addr)
		require.NoError(t, err)
		if i%2 == 0 {
			_, err = fmt.Fprint(conn, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
			require.NoError(t, err)
		}
		junk := make([]byte, 4096)
		seed.Read(junk)
		_, _ = conn.Write(junk) // it may be closed already
		require.NoError(t, conn.Close())
	}
	maliciousMessages(t, server.Addr)
	sum, err := c.call("server", "add", 1, 2)
	require.NoError(t, err)
	require.Equal(t, int64(3), sum)
	pid, err := c.call("server", "whoami")
	require.NoError(t, err)
	require.Equal(t, int64(server.Process.Pid), pid)
}
