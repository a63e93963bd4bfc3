package cluster_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
)

// hit calls a virtual counter: how often it has been, and in which process.
func (c *client) hit(i int) (n, pid int64, err error) {
	v, err := c.call(fmt.Sprintf("counter/%d", i), "hit")
	if err != nil {
		return 0, 0, err
	}
	got := v.([]any)
	require.Equal(c.t, fmt.Sprint(i), got[0])
	return got[1].(int64), got[2].(int64), nil
}

func TestVirtualSessions(t *testing.T) {
	const counters = 60
	c, north, south := trio(t)
	at := map[int64]int{}
	owner := map[int]string{}
	for i := range counters {
		for want := int64(1); want <= 2; want++ {
			n, pid, err := c.hit(i)
			require.NoError(t, err)
			require.Equal(t, want, n, "it is the same session")
			at[pid]++
		}
		owner[i] = c.owner(fmt.Sprintf("counter/%d", i)).Node
		for _, ch := range []*child{north, south} {
			require.Equal(t, owner[i], c.ask(ch, "owner", fmt.Sprintf("counter/%d", i)).([]any)[0], "all agree")
		}
	}
	require.Len(t, at, 2, "both nodes have some: %v", at)
	require.Equal(t, "", c.ask(north, "post", "counter/0", "hit"), "a post reaches it as well")
	hits := int64(3) // and the post is on a way of its own: a call may be there first
	eventually(t, func() bool {
		n, _, err := c.hit(0)
		require.NoError(t, err)
		hits++
		return n == hits
	}, "the post is counted")
	_, err := c.call("counter/0", "secret")
	require.ErrorIs(t, err, node.ErrNotExposed)
	_, err = c.call("unknown/0", "hit")
	require.ErrorIs(t, err, cluster.ErrNobody)

	// A node comes: some move there and begin anew, the others stay as they are.
	west := spawn(t, setup{Name: "west", Seeds: map[string]string{"north": north.Addr}})
	c.meet(north, south, west)
	moved := 0
	for i := range counters {
		now := c.owner(fmt.Sprintf("counter/%d", i)).Node
		if now != owner[i] {
			require.Equal(t, "west", now)
			moved++
		}
		n, _, err := c.hit(i)
		require.NoError(t, err)
		require.Equal(t, now != owner[i], n == 1, "counter %d on %s, before on %s: %d", i, now, owner[i], n)
		owner[i] = now
	}
	t.Logf("a third node took %d of %d", moved, counters)
	require.Positive(t, moved)

	// One is killed: its own are elsewhere, with nothing that they knew.
	south.Kill()
	eventually(t, func() bool { return !c.sees("south") }, "it is noticed")
	c.meet(north, west)
	for i := range counters {
		n, _, err := c.hit(i)
		require.NoError(t, err)
		require.Equal(t, owner[i] == "south", n == 1)
	}
}

// Virtual sessions on the node itself: started when needed, ended by
// themselves, refused when there are too many.
func TestVirtualSessionsHere(t *testing.T) {
	kinds := map[string]cluster.Kind{"room": {Start: startCounter, Events: []string{"hit"}, Max: 2}}
	c := join(t, setup{Name: "client"}, func(config *cluster.Config) { config.Kinds = kinds })
	for i := range 3 {
		v, err := c.call("room/a", "hit")
		require.NoError(t, err)
		require.Equal(t, int64(i+1), v.([]any)[1])
	}
	require.NoError(t, c.post("room/b", "hit"))
	require.ErrorIs(t, c.post("room/c", "hit"), node.ErrBusy)
	_, err := c.call("room/c", "hit")
	require.ErrorIs(t, err, node.ErrBusy)
	c.do(func() {
		id, err := c.k.Host().Resolve(kernel.Alias("room/b"))
		require.NoError(t, err)
		require.NoError(t, c.k.Host().CallFunc(id, "end", func(e kernel.Event) { require.NoError(t, e.Kernel.AliasRemove("room/b")) }))
	})
	eventually(t, func() bool { return c.post("room/c", "hit") == nil }, "there is room when one has ended")
	require.ErrorIs(t, c.post("room/b", "hit"), node.ErrBusy)
	for _, alias := range []string{"room", "room/", "/a", ""} {
		require.ErrorIs(t, c.post(alias, "hit"), cluster.ErrNobody, alias)
	}
}
