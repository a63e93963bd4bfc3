package node_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// BenchmarkPost posts to another process and waits until all has been handled
// there. posts/s is the rate from end to end.
func BenchmarkPost(b *testing.B) {
	server := spawn(b, "server", nodetest.AnyPort)
	c := dial(b, node.Config{Peers: map[string]string{"server": server.Addr}})
	_, err := c.call("server", "count")
	require.NoError(b, err)
	to := c.n.To(node.Address{Node: "server", Alias: "echo"})
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; {
		full := false
		c.do(func() {
			for ; i < b.N && !full; i++ {
				err := c.k.Post(to, "tick", i, "hello", "0123456789abcdef0123456789abcdef")
				if full = errors.Is(err, node.ErrBusy); full {
					i--
					err = c.n.NotifyWritable("server", "room")
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
		if b.Failed() {
			return
		}
		if full {
			<-c.events
		}
	}
	got, err := c.call("server", "count")
	b.StopTimer()
	require.NoError(b, err)
	require.Equal(b, []any{int64(b.N), true}, got)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}

// BenchmarkCall asks another process, one question at a time.
func BenchmarkCall(b *testing.B) {
	server := spawn(b, "server", nodetest.AnyPort)
	c := dial(b, node.Config{Peers: map[string]string{"server": server.Addr}})
	_, err := c.call("server", "add", 1, 2)
	require.NoError(b, err)
	nodetest.MeasureCalls(b, func(i int) error {
		_, err := c.call("server", "add", i, 2)
		return err
	})
}
