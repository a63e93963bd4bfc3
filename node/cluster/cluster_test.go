package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/cluster"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// trio are a client and two children, of which the second knows only the first.
func trio(t testing.TB) (c *client, north, south *child) {
	north = spawn(t, setup{Name: "north"})
	seeds := map[string]string{"north": north.Addr}
	south = spawn(t, setup{Name: "south", Seeds: seeds})
	c = join(t, setup{Name: "client", Seeds: seeds})
	c.meet(north, south)
	return c, north, south
}

func TestAliases(t *testing.T) {
	c, north, south := trio(t)
	require.Equal(t, "", c.ask(south, "claim", "chargen"))
	eventually(t, func() bool { return c.owner("chargen").Node == "south" }, "the alias is known here")
	for i := range 1000 {
		require.NoError(t, c.post("chargen", "tick", i))
	}
	got, err := c.call("chargen", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(1000), true}, got)
	eventually(t, func() bool { return c.ask(north, "post", "chargen", "tick", 1000) == "" }, "and there")
	eventually(t, func() bool {
		got, err = c.call("chargen", "count")
		return err == nil && got.([]any)[0] == int64(1001)
	}, "a third node's post arrives")

	_, err = c.call("chargen", "secret")
	require.ErrorIs(t, err, node.ErrNotExposed)
	require.ErrorIs(t, c.post("nobody", "tick", 0), cluster.ErrNobody)
	require.ErrorIs(t, c.post("nobody", "tick", 0), kernel.ErrNoSession)
	c.do(func() {
		err = c.c.Claim("chargen", "")
		require.ErrorIs(t, err, cluster.ErrTaken)
		require.ErrorIs(t, err, kernel.ErrAliasInUse)
		require.ErrorIs(t, c.c.Release("chargen"), kernel.ErrNoAlias)
	})

	// It is released there and claimed here; the others follow.
	require.Equal(t, "", c.callText("chargen", "release"))
	eventually(t, func() bool { return c.owner("chargen").Node == "" }, "nobody has it")
	c.do(func() { require.NoError(t, c.c.Claim("chargen", "lost", "tick")) })
	require.Equal(t, uint64(2), c.owner("chargen").Epoch)
	require.NoError(t, c.post("chargen", "tick", "from here"))
	require.Equal(t, []any{"from here"}, c.wait("tick").Args)
	eventually(t, func() bool { return c.ask(north, "post", "chargen", "tick", "from there") == "" }, "north knows")
	require.Equal(t, []any{"from there"}, c.wait("tick").Args)
}

// callText calls and expects a text.
func (c *client) callText(alias, event string) any {
	value, err := c.call(alias, event)
	require.NoError(c.t, err)
	return value
}

// The node of an alias is killed: those who watch it are told, another node
// claims it, and posts go there.
func TestFailOver(t *testing.T) {
	c, north, south := trio(t)
	require.Equal(t, "", c.ask(south, "claim", "chargen"))
	eventually(t, func() bool { return c.owner("chargen").Node == "south" }, "south has it")
	eventually(t, func() bool { return c.ask(north, "owner", "chargen").([]any)[0] == "south" }, "north knows")
	c.do(func() {
		require.NoError(t, c.c.WatchAlias("chargen", "moved", "extra"))
		require.NoError(t, c.c.WatchMembers("member"))
	})
	e := c.wait("moved")
	require.Equal(t, []any{cluster.Owner{Alias: "chargen", Node: "south", Epoch: 1}, "extra"}, e.Args)
	begin := time.Now()
	south.Kill()
	require.Equal(t, cluster.Owner{Alias: "chargen", Epoch: 1}, c.wait("moved").Args[0])
	t.Logf("kill -9 to an alias without owner: %v", time.Since(begin))
	eventually(t, func() bool { return c.ask(north, "claim", "chargen") == "" }, "north claims it, once it knows")
	require.Equal(t, cluster.Owner{Alias: "chargen", Node: "north", Epoch: 2}, c.wait("moved").Args[0])
	require.NoError(t, c.post("chargen", "tick", 0))
	got, err := c.call("chargen", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(1), true}, got)
	t.Logf("kill -9 to an answer from elsewhere: %v", time.Since(begin))

	// It is started again on the same port, and has to take what there is.
	south = spawn(t, setup{Name: "south", Listen: south.Addr, Seeds: map[string]string{"north": north.Addr}})
	c.meet(north, south)
	require.Contains(t, c.ask(south, "claim", "chargen"), "another node")
	require.Equal(t, "north", c.owner("chargen").Node)
}

func TestMembers(t *testing.T) {
	c, north, south := trio(t)
	c.do(func() { require.NoError(t, c.c.WatchMembers("member", "extra")) })
	seen := map[string]bool{}
	for range 2 {
		e := c.wait("member")
		m := e.Args[0].(cluster.Member)
		require.True(t, m.Up)
		require.Equal(t, "extra", e.Args[1])
		seen[m.Name+" "+m.Address] = true
	}
	require.Equal(t, map[string]bool{"north " + north.Addr: true, "south " + south.Addr: true}, seen)
	south.Quit(t)
	m := c.wait("member").Args[0].(cluster.Member)
	require.Equal(t, "south", m.Name)
	require.False(t, m.Up)
	require.Error(t, m.Err)
	// One that leaves but continues as a node is gone from the cluster as well,
	// and its aliases with it.
	require.Equal(t, "", c.ask(north, "claim", "chargen"))
	eventually(t, func() bool { return c.owner("chargen").Node == "north" }, "north has it")
	c.ask(north, "leave")
	m = c.wait("member").Args[0].(cluster.Member)
	require.Equal(t, "north", m.Name)
	require.ErrorIs(t, m.Err, cluster.ErrLeft)
	require.Equal(t, "", c.owner("chargen").Node)
	require.Equal(t, []any{"chargen to "}, c.ask(north, "lost"))
	// A new one finds the rest through a seed that never knew it.
	west := spawn(t, setup{Name: "west", Seeds: map[string]string{"client": c.n.Addr()}})
	m = c.wait("member").Args[0].(cluster.Member)
	require.Equal(t, cluster.Member{Name: "west", Address: west.Addr, Up: true}, m)
}

// A directory that takes many updates arrives whole, and is told again to a
// node that comes later.
func TestLargeDirectory(t *testing.T) {
	const aliases = 5000
	c, north, _ := trio(t)
	c.do(func() {
		for i := range aliases {
			require.NoError(t, c.c.Claim(fmt.Sprintf("an alias with a name of some length, number %d", i), ""))
		}
		for i := range aliases / 2 {
			require.NoError(t, c.c.Release(fmt.Sprintf("an alias with a name of some length, number %d", i)))
		}
	})
	last := fmt.Sprintf("an alias with a name of some length, number %d", aliases-1)
	first := "an alias with a name of some length, number 0"
	known := func(ch *child) func() bool {
		return func() bool {
			return c.ask(ch, "owner", last).([]any)[0] == "client" && c.ask(ch, "owner", first).([]any)[0] == ""
		}
	}
	eventually(t, known(north), "north knows")
	west := spawn(t, setup{Name: "west", Seeds: map[string]string{"north": north.Addr}})
	eventually(t, func() bool { return c.sees("west") }, "west is there")
	eventually(t, known(west), "west knows")
}

// sees reports whether a node is a member for the client.
func (c *client) sees(name string) (ok bool) {
	c.do(func() {
		for _, m := range c.c.Members() {
			ok = ok || m.Name == name
		}
	})
	return ok
}

// The cluster ends with its node, or by Leave, and its session's end is no
// trouble. It may be joined again.
func TestLeave(t *testing.T) {
	c, north, south := trio(t)
	c.do(func() { require.NoError(t, c.c.Claim("mine", "lost")) })
	c.c.Leave()
	require.Equal(t, cluster.Owner{Alias: "mine"}, c.wait("lost").Args[0])
	<-c.c.Done()
	require.ErrorIs(t, c.post("mine", "tick"), cluster.ErrLeft)
	c.do(func() {
		require.ErrorIs(t, c.c.Claim("mine", ""), cluster.ErrLeft)
		require.ErrorIs(t, c.c.Publish("news"), cluster.ErrLeft)
		require.Empty(t, c.c.Members())
	})
	var err error
	again := setup{Seeds: map[string]string{"north": north.Addr}}.cluster()
	eventually(t, func() bool {
		c.do(func() { c.c, err = cluster.Join(c.n, again) })
		return err == nil
	}, "joined again")
	c.meet(north, south)
}

func TestConfig(t *testing.T) {
	k := kernel.New()
	n, err := node.Start(k, node.Config{Name: "alone", Listen: nodetest.AnyPort})
	require.NoError(t, err)
	start := func(*kernel.Kernel, string) (kernel.ID, error) { return kernel.ID{}, nil }
	for field, config := range map[string]cluster.Config{
		"Seeds":  {Seeds: map[string]string{"a": "nowhere"}},
		"Resync": {Resync: -1},
		"Forget": {Forget: -1},
		"Kinds":  {Kinds: map[string]cluster.Kind{"a/b": {Start: start, Events: []string{"x"}}}},
	} {
		_, err := cluster.Join(n, config)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		require.Equal(t, field, wrong.Field)
	}
	for _, kind := range []cluster.Kind{{}, {Start: start}, {Start: start, Events: []string{"_x"}}, {Start: start, Events: []string{"x"}, Max: -1}} {
		_, err := cluster.Join(n, cluster.Config{Kinds: map[string]cluster.Kind{"a": kind}})
		require.Error(t, err)
	}
	c, err := cluster.Join(n, cluster.Config{})
	require.NoError(t, err)
	_, err = cluster.Join(n, cluster.Config{})
	require.Error(t, err, "twice")
	require.ErrorIs(t, c.Claim("x", ""), kernel.ErrNoActiveSession)
	require.ErrorIs(t, c.WatchMembers("x"), kernel.ErrNoActiveSession)
	require.ErrorIs(t, c.Subscribe("x", "y"), kernel.ErrNoActiveSession)
	n.Shutdown()
	require.NoError(t, k.Run())
	<-n.Done()
	<-c.Done()
}
