package cluster_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/node/internal/nodetest"
)

// duo are a client and a child that owns an alias.
func duo(b *testing.B) *client {
	south := spawn(b, setup{Name: "south"})
	c := join(b, setup{Name: "client", Seeds: map[string]string{"south": south.Addr}})
	c.meet(south)
	require.Equal(b, "", c.ask(south, "claim", "chargen"))
	eventually(b, func() bool { return c.owner("chargen").Node == "south" }, "south has it")
	return c
}

// BenchmarkPost posts to an alias on another node, from handler to handler.
func BenchmarkPost(b *testing.B) {
	c := duo(b)
	to := c.c.Alias("chargen")
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; {
		full := false
		c.do(func() {
			for ; i < b.N && !full; i++ {
				err := c.k.Post(to, "tick", i, "hello", "0123456789abcdef0123456789abcdef")
				if full = errors.Is(err, node.ErrBusy); full {
					i--
					err = c.n.NotifyWritable("south", "room")
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
			c.wait("room")
		}
	}
	got, err := c.call("chargen", "count")
	b.StopTimer()
	require.NoError(b, err)
	require.Equal(b, []any{int64(b.N), true}, got)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}

// BenchmarkCall asks an alias on another node, one question at a time.
func BenchmarkCall(b *testing.B) {
	c := duo(b)
	nodetest.MeasureCalls(b, func(int) error {
		_, err := c.call("chargen", "count")
		return err
	})
}

// BenchmarkFailOver kills the owner of an alias and waits until another node
// has claimed it and answered. What counts is noticed and answered: the rest of
// the time is for starting processes.
func BenchmarkFailOver(b *testing.B) {
	var noticed, answered time.Duration
	for range b.N {
		c, north, south := trio(b)
		require.Equal(b, "", c.ask(south, "claim", "chargen"))
		eventually(b, func() bool { return c.owner("chargen").Node == "south" }, "south has it")
		eventually(b, func() bool { return c.ask(north, "owner", "chargen").([]any)[0] == "south" }, "north knows")
		c.do(func() { require.NoError(b, c.c.WatchAlias("chargen", "moved")) })
		c.wait("moved")
		begin := time.Now()
		require.NoError(b, south.Process.Kill())
		c.wait("moved")
		noticed += time.Since(begin)
		for c.ask(north, "claim", "chargen") != "" {
		}
		c.wait("moved")
		_, err := c.call("chargen", "count")
		require.NoError(b, err)
		answered += time.Since(begin)
		c.close()
		north.Kill()
		south.Kill()
	}
	b.ReportMetric(float64(noticed.Microseconds())/float64(b.N), "noticed-µs")
	b.ReportMetric(float64(answered.Microseconds())/float64(b.N), "answered-µs")
}
