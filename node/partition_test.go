package node_test

import (
	"net"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// partitioned are a client and a server with a wire for each direction, and how
// long each may be silent.
func partitioned(t *testing.T, here, atServer time.Duration) (c *client, there, back *nodetest.Wire) {
	there, back = nodetest.NewWire(t), nodetest.NewWire(t)
	near, far := nodetest.FreePort(t), nodetest.FreePort(t)
	there.Lead(far)
	back.Lead(near)
	spawn(t, "server", far, "NODE_TEST_ADVERTISE="+there.Addr(), "NODE_TEST_DEAD_AFTER="+atServer.String())
	c = dial(t, node.Config{DeadAfter: here, Peers: map[string]string{"server": there.Addr()}, Listen: near, Advertise: back.Addr()})
	c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
	c.comesUp()
	return c, there, back
}

// A link that is cut, in either direction, comes back by itself, and what was
// lost gets it.
func TestCutLink(t *testing.T) {
	c, there, back := partitioned(t, 0, 0)
	for _, w := range []*nodetest.Wire{there, back, there} {
		answers := make(chan kernel.Event, 1)
		c.do(func() {
			echo := node.Address{Node: "server", Alias: "echo"}
			require.NoError(t, c.n.Call(echo, "stall", []any{int64(200 * time.Millisecond)}, "answer", answers))
		})
		w.Cut()
		require.ErrorIs(t, (<-answers).Arg(1).(error), node.ErrUnreachable)
		down := c.state()
		require.False(t, down.Up)
		require.ErrorIs(t, down.Err, node.ErrUnreachable)
		c.comesUp()
		c.reach("server")
	}
}

// A partition in which packets vanish is noticed; what was sent into it is
// lost and not delivered later.
func TestPartition(t *testing.T) {
	// The server gives up first, or it would take what is on its way then.
	c, there, back := partitioned(t, 3*hasty, hasty)
	there.Freeze(true)
	back.Freeze(true)
	for i := range 10 {
		require.NoError(t, c.post("server", "tick", i))
	}
	_, err := c.call("server", "add", 1, 2)
	require.ErrorIs(t, err, node.ErrUnreachable)
	require.False(t, c.state().Up)
	require.ErrorIs(t, c.post("server", "tick", 99), node.ErrUnreachable)
	loss := <-c.lost
	require.Equal(t, 11, loss.Count)
	there.Freeze(false)
	back.Freeze(false)
	c.comesUp()
	c.reach("server")
	for i := range 10 {
		require.NoError(t, c.post("server", "tick", i))
	}
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(10), true}, got)
}

// A connection for data through which nothing comes is noticed, though the one
// for signs of life continues.
func TestStuckData(t *testing.T) {
	c, there, _ := partitioned(t, hasty, 0)
	there.Mute(true) // it comes up by signs of life, before there is any data
	require.NoError(t, c.post("server", "tick", 0))
	down := c.state()
	require.False(t, down.Up)
	require.ErrorIs(t, down.Err, node.ErrUnreachable)
	require.Equal(t, 1, (<-c.lost).Count)
	there.Mute(false)
	c.comesUp()
	c.reach("server")
}

// A node of another name, or that does not want this one, is as good as down.
func TestWrongName(t *testing.T) {
	server := spawn(t, "somebody else", nodetest.AnyPort)
	c := dial(t, node.Config{DeadAfter: hasty, Peers: map[string]string{"server": server.Addr}})
	_, err := c.call("server", "add", 1, 2)
	require.ErrorIs(t, err, node.ErrUnreachable)
}

// A node that is down costs no goroutine, however often it is tried, and a node
// that is shut down leaves none.
func TestNothingLeaks(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	l, err := net.Listen("tcp", nodetest.AnyPort)
	require.NoError(t, err)
	defer l.Close()
	tried := make(chan bool, 1000)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
			tried <- true
		}
	}()
	c := dial(t, node.Config{Peers: map[string]string{"absent": l.Addr().String(), "server": server.Addr}})
	c.do(func() { require.NoError(t, c.n.WatchNode("absent", "state")) })
	_, err = c.call("absent", "add")
	require.ErrorIs(t, err, node.ErrUnreachable)
	_, err = c.call("server", "add", 1, 2)
	require.NoError(t, err)
	<-tried
	before, _ := ourGoroutines()
	for range 4 {
		<-tried
	}
	var stacks string // while an attempt is under way there are more
	settled := func() bool {
		var after int
		after, stacks = ourGoroutines()
		return after <= before+8
	}
	assert.Eventually(t, settled, 10*time.Second, time.Millisecond)
	if t.Failed() {
		t.Log(stacks)
	}
	c.close()
	require.Eventually(t, func() bool { n, _ := ourGoroutines(); return n == 0 }, 10*time.Second, time.Millisecond)
}

// ourGoroutines counts those of the node and of the libraries below it, and
// shows their stacks.
func ourGoroutines() (n int, stacks string) {
	var all strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&all, 1)
	for _, stack := range strings.Split(all.String(), "\n\n") {
		for _, name := range []string{"gopoe/poe/node.(", "protoactor-go/remote", "google.golang.org/grpc"} {
			if strings.Contains(stack, name) {
				at := strings.Index(stack, " @ ")
				count, _ := strconv.Atoi(stack[strings.LastIndexByte(stack[:at], '\n')+1 : at])
				n, stacks = n+count, stacks+stack+"\n\n"
				break
			}
		}
	}
	return n, stacks
}
