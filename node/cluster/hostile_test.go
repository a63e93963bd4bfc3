package cluster_test

import (
	"math"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/node/cluster"
)

// A peer that says anything but the truth ends neither the process nor the
// cluster of the others.
func TestHostileUpdates(t *testing.T) {
	c, north, south := trio(t)
	require.Equal(t, "", c.ask(north, "claim", "chargen"))

	liar := spawn(t, setup{Name: "mallory", Liar: true})
	require.NoError(t, c.n.AddPeer("mallory", liar.Addr))
	require.NotEmpty(t, c.ask(liar, "lie", "north", "update"), "it does not know north")
	require.Equal(t, "", c.ask(liar, "meet", "north", north.Addr))
	tell := func(event string, args ...any) {
		require.Equal(t, "", c.ask(liar, "lie", append([]any{"north", event}, args...)...))
	}
	good := written(t, 1, 0, 1, "stolen", 1)
	for _, args := range [][]any{
		nil, {1}, {"text"}, {nil}, {[]byte{}}, {[]byte("garbage")}, {good[:len(good)-1]}, {make([]byte, 1<<19)},
		{written(t, 0, 0, 1, "no boot", 1)}, {written(t, 1, 5, 1, "backwards", 1)}, {written(t, 1, 5, 6, "out of nowhere", 1)},
		{written(t, 2, 0, math.MaxUint64, "", 1)}, {written(t, 3, 0, 1, strings.Repeat("x", 1<<16), 1)},
		{written(t, 4, 0, 1, "nobody after me", math.MaxUint64)},
	} {
		tell("update", args...)
	}
	for _, args := range [][]any{nil, {1}, {"topic"}, {"topic", nil}, {[]any{}}} {
		tell("news", args...)
		tell("bye", args...)
	}
	for _, event := range []string{"answer", "node", "topology", "tick", "flush", "leave", "_stop"} {
		tell(event, 1, 2) // is not published
	}
	// What is well-formed is believed: members trust each other.
	tell("update", written(t, 9, 0, 1, "mallory's", 1<<62))
	eventually(t, func() bool { return c.ask(north, "owner", "mallory's").([]any)[1] == int64(1<<62) }, "it is believed")

	liar.Kill()
	eventually(t, func() bool { return c.ask(north, "owner", "mallory's").([]any)[0] == "" }, "it is gone")
	c.meet(north, south)
	got, err := c.call("chargen", "count")
	require.NoError(t, err)
	require.Equal(t, []any{int64(0), true}, got)
}

func written(t testing.TB, boot, from, to uint64, alias string, epoch uint64) []byte {
	data, err := cluster.WriteUpdate(boot, from, to, alias, epoch)
	require.NoError(t, err)
	return data
}

// What another node sends is read or refused, and what is read can be written
// and read again.
func FuzzUpdate(f *testing.F) {
	f.Add(written(f, 1, 0, 1, "chargen", 7))
	f.Add([]byte{0xbf, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		again, err := cluster.ReadUpdate(data)
		if err != nil {
			return
		}
		once, err := cluster.ReadUpdate(again)
		require.NoError(t, err)
		require.Equal(t, again, once)
	})
}

// A node that has left its cluster and is shut down has no goroutine more.
func TestNothingLeft(t *testing.T) {
	c, _, south := trio(t)
	require.Equal(t, "", c.ask(south, "claim", "chargen"))
	south.Kill()
	eventually(t, func() bool { return !c.sees("south") }, "it is noticed")
	require.Positive(t, ours(t))
	c.close()
	eventually(t, func() bool { return ours(t) == 0 }, "all goroutines end")
}

// ours counts the goroutines of the cluster, the node and the libraries below.
func ours(t *testing.T) (n int) {
	var all strings.Builder
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&all, 2))
	for _, stack := range strings.Split(all.String(), "\n\n") {
		for _, name := range []string{"gopoe/poe/node.(", "gopoe/poe/node/cluster.(", "asynkron/protoactor-go", "google.golang.org/grpc"} {
			if strings.Contains(stack, name) {
				n++
				break
			}
		}
	}
	return n
}
