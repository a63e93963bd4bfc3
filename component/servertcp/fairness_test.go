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

func (t turns) count(c *servertcp.Client) { t[c.Kernel.Stats().Turns]++ }

// above returns how many turns have done more than that.
func (t turns) above(limit int) (n int) {
	for _, did := range t {
		if did > limit {
			n++
		}
	}
	return n
}

// muchInTurn is more records than a turn handles, however many wait.
const muchInTurn = 16 << 10

func (w *world) visits(n int) (list []visitor) {
	w.t.Helper()
	for range n {
		list = append(list, w.visit())
		w.turn()
	}
	return list
}

// turn lets the kernel make one turn.
func (w *world) turn() {
	w.t.Helper()
	_, err := w.k.RunOneTimeslice()
	require.NoError(w.t, err)
}

// leave ends the connections and the server.
func (w *world) leave(all ...visitor) {
	w.t.Helper()
	for _, v := range all {
		v.Close()
	}
	w.end()
}

func (v visitor) port() int { return v.LocalAddr().(*net.TCPAddr).Port }

// A turn handles a bounded number of records, and one that does not send as fast as it
// can waits for no more than a few turns.
func TestFloodLeavesTurnsShort(t *testing.T) {
	const floods, each = 16, 60 << 10
	inTurn, total, answered := turns{}, 0, uint64(0)
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		if line == "hello" {
			answered = c.Kernel.Stats().Turns
			return
		}
		inTurn.count(c)
		total++
	})})
	hostile, other := w.visits(floods), w.visit()
	other.send("hello\n")
	w.pass(time.Second)
	require.NotZero(t, answered)
	for _, v := range hostile {
		v.send(strings.Repeat("\n", each))
	}
	other.send("hello\n")
	asked := w.k.Stats().Turns
	w.pass(time.Second)
	assert.Equal(t, floods*each, total, "nothing is lost")
	assert.Zero(t, inTurn.above(muchInTurn))
	assert.Less(t, answered-asked, uint64(10))
	w.leave(append(hostile, other)...)
}

// A burst of those who have sent little before is no more in a turn.
func TestBurstLeavesTurnsShort(t *testing.T) {
	const floods, each = 16, 60 << 10
	inTurn := turns{}
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) { inTurn.count(c) })})
	hostile := w.visits(floods)
	for _, text := range []string{"hello\n", strings.Repeat("x", 50<<10) + "\n", "hello\n", strings.Repeat("\n", each)} {
		for _, v := range hostile {
			v.send(text)
		}
		w.pass(time.Second)
	}
	assert.Zero(t, inTurn.above(2*muchInTurn))
	w.leave(hostile...)
}

// The records of a read count also if it writes in between.
func TestEagerFloodLeavesTurnsShort(t *testing.T) {
	const floods, each, bursts = 16, 20 << 10, 10
	inTurn, peers, total := turns{}, map[int]visitor{}, 0
	w := inMemory(t, servertcp.Config{EagerOutput: true, ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		inTurn.count(c)
		if line != "last" {
			return
		}
		c.PutText("ok")
		if total++; total < bursts*floods {
			peers[c.RemotePort].hear()
			peers[c.RemotePort].send(strings.Repeat("\n", each) + "last\n")
		}
	})})
	hostile := w.visits(floods)
	for _, v := range hostile {
		peers[v.port()] = v
		v.send("last\n")
	}
	w.pass(time.Second)
	assert.GreaterOrEqual(t, total, bursts*floods)
	assert.LessOrEqual(t, inTurn.above(2*muchInTurn), 1)
	w.leave(hostile...)
}

// The answers to many long lines are written in the turn in which they were read.
func TestEagerAnswersToLongLines(t *testing.T) {
	const clients, rounds = 80, 20
	line, late, answered := strings.Repeat("x", 16<<10-2)+"\r\n", 0, 0
	asked := map[int]uint64{}
	w := inMemory(t, servertcp.Config{
		EagerOutput: true,
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			asked[c.RemotePort] = c.Kernel.Stats().Turns
			c.PutText(line)
		}),
		ClientFlushed: func(c *servertcp.Client) {
			if answered++; c.Kernel.Stats().Turns != asked[c.RemotePort] {
				late++
			}
		},
	})
	all := w.visits(clients)
	for range rounds {
		for _, v := range all {
			v.send(line)
		}
		w.pass(time.Second)
		for _, v := range all {
			v.hear()
		}
	}
	assert.Equal(t, clients*rounds, answered)
	assert.Zero(t, late)
	w.leave(all...)
}

// Each of many that send as fast as they can gets its share of the turns.
func TestFloodsTakeTurns(t *testing.T) {
	const floods, all = 40, 100_000
	line := strings.Repeat("x", 200) + "\n"
	peers, served, total := map[int]visitor{}, map[int]int{}, 0
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, _ string) {
		served[c.RemotePort]++
		if total++; total < all {
			peers[c.RemotePort].send(line) // as much as before waits
		}
	})})
	hostile := w.visits(floods)
	for _, v := range hostile {
		peers[v.port()] = v
		v.send(strings.Repeat(line, 300))
	}
	w.pass(time.Second)
	require.Len(t, served, floods)
	for port, n := range served {
		assert.InDelta(t, all/floods, n, all/floods/2, "port %d", port)
	}
	w.leave(hostile...)
}

// Those that take a large answer each get their share of the turns too.
func TestAnswersTakeTurns(t *testing.T) {
	const size = 64 << 20
	w := inMemory(t, servertcp.Config{
		Limits:          servertcp.Limits{Memory: servertcp.Unlimited},
		ClientInput:     servertcp.Input(func(*servertcp.Client, string) {}),
		ClientConnected: func(c *servertcp.Client) { c.PutText(strings.Repeat("x", size)) },
	})
	w.at.SetBuffer(2 << 20)
	a, b := w.visit(), w.visit()
	buf, got := make([]byte, 4<<20), [2]int{}
	for got[0] < size/2 {
		w.turn()
		for i, v := range []visitor{a, b} {
			n, _ := v.Read(buf)
			got[i] += n
		}
	}
	assert.Greater(t, got[1], size/8)
	w.leave(a, b)
}

// However much there is to read, answers are written.
func TestFloodLeavesWritesAlone(t *testing.T) {
	for _, floods := range []int{8, 40} {
		flushed := uint64(0)
		w := inMemory(t, servertcp.Config{
			ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
				if line == "get" {
					c.PutText(strings.Repeat("x", 100<<10))
				}
			}),
			ClientFlushed: func(c *servertcp.Client) { flushed = c.Kernel.Stats().Turns },
		})
		w.at.SetBuffer(1 << 20)
		victim, hostile := w.visit(), w.visits(floods)
		w.pass(time.Second)
		for _, v := range hostile {
			v.send(strings.Repeat("\n", 4<<20/floods))
		}
		for range 100 {
			w.turn()
		}
		victim.send("get\n")
		asked := w.k.Stats().Turns
		w.pass(time.Second)
		assert.Less(t, flushed-asked, uint64(40), "%d floods", floods)
		w.leave(append(hostile, victim)...)
	}
}

// One that is new is read beside any number that send little.
func TestNewcomerIsRead(t *testing.T) {
	const busy = 900
	peers, stop, answered := map[int]visitor{}, false, uint64(0)
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		switch {
		case line == "hello":
			answered = c.Kernel.Stats().Turns
		case !stop:
			peers[c.RemotePort].send("x\n")
		}
	})})
	all := w.visits(busy)
	for _, v := range all {
		peers[v.port()] = v
		v.send("x\n")
	}
	for range 20 {
		w.turn()
	}
	newcomer := w.visit()
	newcomer.send("hello\n")
	for range 100 {
		w.turn()
	}
	assert.NotZero(t, answered)
	stop = true
	w.pass(time.Second)
	w.leave(append(all, newcomer)...)
}

// Flush writes at once, whatever was written and read before.
func TestFlushWritesAtOnce(t *testing.T) {
	var left []int
	w := inMemory(t, servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		if line != "go" {
			return
		}
		for range 2 {
			c.PutText("ready")
			c.Wheel.Flush()
			left = append(left, c.Wheel.OutOctets())
		}
	})})
	v := w.visit()
	v.send(strings.Repeat("x\n", 100))
	w.pass(time.Second)
	v.send("go\n")
	w.pass(time.Second)
	assert.Equal(t, []int{0, 0}, left)
	w.leave(v)
}
