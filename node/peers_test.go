package node_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
	"github.com/gopoe/poe/session"
)

// A node that is removed and added again, while it runs on, begins anew with
// this one: nothing is taken for something that has come before, and the end of
// the former link's connections, noticed late, does not end the new link.
func TestRemovedAndAddedAgain(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{})
	for range 40 {
		require.NoError(t, c.n.AddPeer("server", server.Addr))
		_, err := c.call("server", "count")
		require.NoError(t, err)
		c.n.RemovePeer("server")
		c.n.RemovePeer("server")
		require.ErrorIs(t, c.post("server", "tick", 0), node.ErrNoNode)
	}
}

// Two links to one address have connections of their own: when one is removed,
// the other stays.
func TestTwoNamesOfOneAddress(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	c.do(func() { require.NoError(t, c.n.WatchNode("server", "state")) })
	c.comesUp()
	c.reach("server")
	for range 10 {
		require.NoError(t, c.n.AddPeer("other", server.Addr))
		require.NoError(t, c.post("other", "tick", 0)) // its frames wait for a key that never comes
		c.n.RemovePeer("other")
		_, err := c.call("server", "count")
		require.NoError(t, err)
	}
	require.Empty(t, c.events, "the link never went down")
}

// What was on its way when a node is removed is lost, and told.
func TestRemovedWithACallOnItsWay(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	answers := make(chan kernel.Event, 1)
	c.do(func() {
		require.NoError(t, c.n.WatchNode("server", "state"))
		require.NoError(t, c.n.Call(node.Address{Node: "server", Alias: "echo"}, "add", []any{1, 2}, "answer", answers))
		c.n.RemovePeer("server")
	})
	require.ErrorIs(t, (<-answers).Arg(1).(error), node.ErrUnreachable)
	require.False(t, c.state().Up)
}

func TestUnwatchNode(t *testing.T) {
	server := spawn(t, "server", nodetest.AnyPort)
	c := dial(t, node.Config{Peers: map[string]string{"server": server.Addr}})
	c.do(func() {
		require.NoError(t, c.n.WatchNode("server", "state"))
		require.NoError(t, c.n.WatchNode("server", "state", "again"))
	})
	require.True(t, c.state().Up)
	require.True(t, c.state().Up)
	c.do(func() {
		c.n.UnwatchNode("server")
		c.n.UnwatchNode("server")
		require.NoError(t, c.n.WatchNode("server", "gone"))
	})
	require.Equal(t, "gone", (<-c.events).Name, "how it is now")
	server.Kill()
	require.Equal(t, "gone", (<-c.events).Name, "and no other watch is told")
}

// Aliases below a prefix are exposed together, and their sessions started
// when the first event comes.
func TestStartOnDemand(t *testing.T) {
	c := dial(t, node.Config{})
	started := 0
	c.do(func() {
		require.NoError(t, c.n.Expose("room/", "say"))
		require.NoError(t, c.n.StartOnDemand("room/", func(alias string) error {
			if alias == "room/closed" {
				return fmt.Errorf("it is closed: %w", node.ErrBusy)
			}
			if started++; alias == "room/none" {
				return nil
			}
			_, err := session.Inline(c.k, session.Funcs{
				"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.AliasSet(alias)) },
				"say":    func(e kernel.Event) { e.Return(alias) },
			})
			return err
		}))
		require.ErrorIs(t, c.n.StartOnDemand("room", nil), kernel.ErrInvalid)
	})
	ask := func(alias, event string) (any, error) {
		answers := make(chan kernel.Event, 1)
		c.do(func() {
			require.NoError(t, c.n.Call(node.Address{Node: "client", Alias: alias}, event, nil, "answer", answers))
		})
		e := <-answers
		err, _ := e.Arg(1).(error)
		return e.Arg(0), err
	}
	for range 2 {
		said, err := ask("room/perl", "say")
		require.NoError(t, err)
		require.Equal(t, "room/perl", said)
	}
	require.Equal(t, 1, started)
	_, err := ask("room/closed", "say")
	require.ErrorIs(t, err, node.ErrBusy)
	_, err = ask("room/none", "say")
	require.ErrorIs(t, err, node.ErrNoSession)
	for _, alias := range []string{"room", "room/", "room/a/b", "/say", "other/a"} {
		_, err = ask(alias, "say")
		require.ErrorIs(t, err, node.ErrNotExposed, alias)
	}
	_, err = ask("room/perl", "secret")
	require.ErrorIs(t, err, node.ErrNotExposed)
	c.do(func() { require.NoError(t, c.n.StartOnDemand("room/", nil)) })
	_, err = ask("room/other", "say")
	require.ErrorIs(t, err, node.ErrNoSession)
}
