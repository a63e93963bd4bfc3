package node_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node"
)

// slowLink is how many bytes a second pass in each direction.
const slowLink = 1 << 20

// A link on which data takes much longer than DeadAfter is slow, not down:
// signs of life do not wait behind data, in either direction.
func TestSlowLink(t *testing.T) {
	c, there, back := partitioned(t, hasty, hasty)
	c.reach("server")
	there.Limit(slowLink)
	back.Limit(slowLink)
	text := string(make([]byte, 1000))
	const posts = 6 * slowLink / 1000 // some 6 seconds, three times as long as DeadAfter
	for i := 0; i < posts; {
		full := false
		c.do(func() {
			for ; i < posts && !full; i++ {
				err := c.k.Post(c.n.To(node.Address{Node: "server", Alias: "echo"}), "tick", i, text)
				if full = errors.Is(err, node.ErrBusy); full {
					require.NoError(t, c.n.NotifyWritable("server", "room"))
					i--
					continue
				}
				require.NoError(t, err)
				if i%1000 == 0 { // the server has something to send as well
					require.NoError(t, c.k.Post(c.n.To(node.Address{Node: "server", Alias: "echo"}), "ping", make([]byte, 200<<10)))
				}
			}
		})
		for full {
			full = (<-c.events).Name != "room"
		}
	}
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(posts), true}, got)
	require.Empty(t, c.lost)
}

// Large messages on a slow link come as one, after seconds of silence of the
// node's; what its connection brings meanwhile shows that it is alive.
func TestSlowLinkLargeMessages(t *testing.T) {
	c, there, _ := partitioned(t, hasty, hasty)
	c.reach("server")
	there.Limit(slowLink / 2)
	for i := range 6 {
		require.NoError(t, c.post("server", "tick", i, make([]byte, 900<<10)))
	}
	got, err := c.call("server", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(6), true}, got)
	require.Empty(t, c.lost)
}
