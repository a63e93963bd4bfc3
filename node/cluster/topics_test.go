package cluster_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

func TestTopics(t *testing.T) {
	const events = 2000
	c, north, south := trio(t)
	c.do(func() { require.NoError(t, c.c.Publish("nobody listens", 1)) })
	c.listens("weather", north, south)
	c.do(func() { require.NoError(t, c.c.Subscribe("weather", "rain", "extra")) })
	c.do(func() {
		for i := range events {
			require.NoError(t, c.c.Publish("weather", i))
		}
	})
	for i := range events {
		require.Equal(t, []any{i, "extra"}, c.wait("rain").Args)
	}
	for _, ch := range []*child{north, south} {
		eventually(t, func() bool {
			return fmt.Sprint(c.ask(ch, "heard", "weather")) == fmt.Sprint([]any{int64(events), true})
		}, ch.name+" has heard all, in order")
	}
	// What comes from another node has its publisher as the sender.
	require.Equal(t, "", c.ask(north, "publish", "weather", 7))
	e := c.wait("rain")
	require.Equal(t, []any{int64(7), "extra"}, e.Args)
	from, ok := node.SenderOf(e.Sender)
	require.True(t, ok)
	require.Equal(t, node.Address{Node: "north", Alias: "control"}, from)
	c.do(func() { c.c.Unsubscribe("weather") })
	require.Equal(t, "", c.ask(north, "publish", "weather", 8))
	require.Equal(t, "", c.ask(south, "publish", "weather", 9))
	require.Empty(t, c.events)
}

// listens has children subscribe to a topic, and waits until the client knows.
func (c *client) listens(topic string, children ...*child) {
	for _, ch := range children {
		require.Equal(c.t, "", c.ask(ch, "subscribe", topic))
		eventually(c.t, func() bool {
			c.do(func() { require.NoError(c.t, c.c.Publish(topic, probe)) })
			return c.ask(ch, "probes", topic).(int64) > 0
		}, ch.name+" listens")
	}
}

// A slow node holds nobody up: it is named in the error, and the others get
// what is published.
func TestSlowSubscriber(t *testing.T) {
	north := spawn(t, setup{Name: "north"})
	seeds := map[string]string{"north": north.Addr}
	south := spawn(t, setup{Name: "south", Seeds: seeds})
	c := join(t, setup{Name: "client", Seeds: seeds, Window: 500})
	c.meet(north, south)
	c.listens("flood", north, south)
	c.do(func() {
		require.NoError(t, c.k.Post(c.n.To(node.Address{Node: "south", Alias: "control"}), "stall", int64(2*time.Second)))
	})
	sent, busy := 0, 0
	for busy == 0 || sent < 1000 {
		c.do(func() {
			err := c.c.Publish("flood", sent)
			sent++
			if err != nil {
				require.ErrorIs(t, err, node.ErrBusy)
				require.ErrorContains(t, err, "south")
				require.NotContains(t, err.Error(), "north")
				busy++
			}
		})
		if sent%100 == 0 { // north's window is the same: wait for it
			want := int64(sent)
			eventually(t, func() bool { return c.ask(north, "heard", "flood").([]any)[0] == want }, "north keeps up")
		}
	}
	want := fmt.Sprint([]any{int64(sent), true})
	eventually(t, func() bool { return fmt.Sprint(c.ask(north, "heard", "flood")) == want }, "north has all")
	_, err := c.call("nobody", "x")
	require.ErrorIs(t, err, kernel.ErrNoSession)
}
