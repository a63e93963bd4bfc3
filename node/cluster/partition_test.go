package cluster_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// partitioned are a client and a child with a wire for each direction.
func partitioned(t *testing.T) (c *client, south *child, there, back *nodetest.Wire) {
	there, back = nodetest.NewWire(t), nodetest.NewWire(t)
	near, far := nodetest.FreePort(t), nodetest.FreePort(t)
	there.Lead(far)
	back.Lead(near)
	south = spawn(t, setup{Name: "south", Listen: far, Advertise: there.Addr()})
	c = join(t, setup{Name: "client", Listen: near, Advertise: back.Addr(), Seeds: map[string]string{"south": there.Addr()}})
	c.meet(south)
	return c, south, there, back
}

// Both halves claim an alias while they cannot see each other. When they meet
// again the one that knew nothing of a former owner gives way, and both agree.
func TestConflictAfterPartition(t *testing.T) {
	c, south, there, back := partitioned(t)
	require.Equal(t, "", c.ask(south, "claim", "old"))
	eventually(t, func() bool { return c.owner("old").Node == "south" }, "south has it")
	c.do(func() {
		require.NoError(t, c.c.WatchMembers("member"))
		require.NoError(t, c.c.WatchAlias("new", "moved"))
	})
	require.True(t, c.wait("member").Args[0].(cluster.Member).Up)

	there.Freeze(true)
	back.Freeze(true)
	require.False(t, c.wait("member").Args[0].(cluster.Member).Up)
	require.ErrorIs(t, c.post("old", "tick", 0), cluster.ErrNobody)
	c.do(func() {
		require.NoError(t, c.c.Claim("old", "lost", "tick")) // epoch 2: it knew of south's
		require.NoError(t, c.c.Claim("new", "lost", "tick"))
	})
	there.Freeze(false)
	back.Freeze(false)
	eventually(t, func() bool { return len(c.askUntilReached(south, "lost").([]any)) == 1 }, "south is told")
	require.Equal(t, []any{"old to client"}, c.askUntilReached(south, "lost"))
	require.Equal(t, []any{"client", int64(2)}, c.askUntilReached(south, "owner", "old"))
	require.Equal(t, cluster.Owner{Alias: "old", Node: "client", Epoch: 2}, c.owner("old"))
	eventually(t, func() bool { return c.askUntilReached(south, "post", "old", "tick", "hello") == "" }, "south posts to it")
	require.Equal(t, []any{"hello"}, c.wait("tick").Args)
}

// Two claims that know nothing of each other: the older one stays.
func TestOlderClaimStays(t *testing.T) {
	c, south, there, back := partitioned(t)
	c.do(func() { require.NoError(t, c.c.WatchMembers("member")) })
	require.True(t, c.wait("member").Args[0].(cluster.Member).Up)
	there.Freeze(true)
	back.Freeze(true)
	require.False(t, c.wait("member").Args[0].(cluster.Member).Up)
	c.do(func() { require.NoError(t, c.c.Claim("alias", "lost", "tick")) })
	there.Freeze(false)
	back.Freeze(false)
	// South may learn of the older claim before it claims: then it is refused.
	if c.askUntilReached(south, "claim", "alias") == "" {
		eventually(t, func() bool { return len(c.askUntilReached(south, "lost").([]any)) == 1 }, "south loses")
	}
	require.Equal(t, cluster.Owner{Alias: "alias", Node: "client", Epoch: 1}, c.owner("alias"))
	eventually(t, func() bool { return c.askUntilReached(south, "owner", "alias").([]any)[0] == "client" }, "south agrees")
}

// Two nodes do not see each other, and a third sees both: the one that loses an
// alias to the other is told by the third, and all three agree on the owner.
func TestSplitAlongOneEdge(t *testing.T) {
	south := spawn(t, setup{Name: "south"})
	west := spawn(t, setup{Name: "west", Seeds: map[string]string{"south": south.Addr}})
	seeds := map[string]string{"south": south.Addr, "west": west.Addr}
	c := join(t, setup{Name: "client", Closed: true, Seeds: seeds})
	c.meet(south, west)
	c.do(func() { require.NoError(t, c.c.Claim("edge", "lost", "tick")) })
	for _, other := range []*child{south, west} {
		eventually(t, func() bool { return c.ask(other, "owner", "edge").([]any)[0] == "client" }, "known there")
	}
	require.Equal(t, "", c.ask(south, "claimWhenFree", "edge"))

	c.do(func() { c.n.RemovePeer("south") }) // what it sends is dropped from now on
	owner := c.wait("lost").Args[0].(cluster.Owner)
	require.Equal(t, cluster.Owner{Alias: "edge", Node: "south", Epoch: 2}, owner)
	eventually(t, func() bool { return c.ask(west, "owner", "edge").([]any)[0] == "south" }, "west agrees")
	c.do(func() { require.ErrorIs(t, c.c.Claim("edge", "lost"), cluster.ErrTaken) })
	require.Error(t, c.post("edge", "tick", 0), "it cannot be reached, and that is said")
	require.Equal(t, cluster.Owner{Alias: "edge", Node: "south", Epoch: 2}, c.owner("edge"))

	c.do(func() { require.NoError(t, c.n.AddPeer("south", south.Addr)) })
	c.askUntilReached(south, "pid")
	eventually(t, func() bool { return c.post("edge", "tick", 0) == nil }, "reached again")
	require.Equal(t, []any{"south", int64(2)}, c.askUntilReached(south, "owner", "edge"))
	require.Equal(t, cluster.Owner{Alias: "edge", Node: "south", Epoch: 2}, c.owner("edge"))
}

// askUntilReached asks a child until the way there is open again.
func (c *client) askUntilReached(child *child, event string, args ...any) any {
	for {
		answers := make(chan kernel.Event, 1)
		var err error
		c.do(func() {
			err = c.n.Call(node.Address{Node: child.name, Alias: "control"}, event, args, "answer", answers)
		})
		if err == nil {
			e := <-answers
			if err, _ = e.Arg(1).(error); err == nil {
				return e.Arg(0)
			}
		}
		require.ErrorIs(c.t, err, node.ErrUnreachable)
		time.Sleep(5 * time.Millisecond)
	}
}

// A link that is cut for a moment costs nothing but what was on its way: the
// directories are whole again.
func TestCutLink(t *testing.T) {
	c, south, there, back := partitioned(t)
	require.Equal(t, "", c.ask(south, "claim", "theirs"))
	c.do(func() { require.NoError(t, c.c.Claim("ours", "", "tick")) })
	for _, w := range []*nodetest.Wire{there, back, there} {
		w.Cut()
		eventually(t, func() bool { return c.owner("theirs").Node == "south" && c.sees("south") }, "known here")
		eventually(t, func() bool {
			o, ok := c.askUntilReached(south, "owner", "ours").([]any)
			return ok && o[0] == "client"
		}, "known there")
	}
	require.Empty(t, c.askUntilReached(south, "lost"))
}
