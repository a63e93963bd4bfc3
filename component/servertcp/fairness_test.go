package servertcp_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
)

// turns counts how much of something a server does in each turn of its kernel.
type turns map[uint64]int

func (t turns) most() (most int) {
	for _, n := range t {
		most = max(most, n)
	}
	return most
}

// A turn handles a bounded number of records, however many wait, and one that does
// not send as fast as it can waits for no more than a turn.
func TestFloodLeavesTurnsShort(t *testing.T) {
	const floods, each = 16, 60 << 10
	inTurn, total, asked, answered := turns{}, 0, uint64(0), uint64(0)
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		if line == "hello" {
			answered = c.Kernel.Stats().Turns
			c.Put(line)
			return
		}
		inTurn[c.Kernel.Stats().Turns]++
		total++
	})})
	var hostile []visitor
	for range floods {
		hostile = append(hostile, w.visit())
	}
	light := w.visit()
	light.send("hello\n")
	w.pass(time.Second)
	require.NotZero(t, answered)
	for _, v := range hostile {
		v.send(strings.Repeat("\n", each))
	}
	light.send("hello\n")
	asked = w.k.Stats().Turns
	w.pass(time.Second)
	assert.Equal(t, floods*each, total, "nothing is lost")
	assert.LessOrEqual(t, inTurn.most(), 8<<10)
	assert.Less(t, answered-asked, uint64(10))
	for _, v := range append(hostile, light) {
		v.Close()
	}
	w.end()
}

// Each of many that send as fast as they can gets its share of the turns.
func TestFloodsTakeTurns(t *testing.T) {
	const floods, all = 40, 100_000
	line := strings.Repeat("x", 200) + "\n"
	peers := map[int]*visitor{}
	served := map[int]int{}
	total := 0
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) {
		served[c.RemotePort]++
		if total++; total < all {
			peers[c.RemotePort].send(line) // as much as before waits
		}
	})})
	for range floods {
		v := w.visit()
		peers[v.LocalAddr().(*net.TCPAddr).Port] = &v
	}
	w.pass(time.Second)
	for _, v := range peers {
		v.send(strings.Repeat(line, 300))
	}
	w.pass(time.Second)
	require.Len(t, served, floods)
	for port, n := range served {
		assert.InDelta(t, all/floods, n, all/floods/2, "port %d", port)
	}
	for _, v := range peers {
		v.Close()
	}
	w.end()
}
