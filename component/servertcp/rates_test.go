package servertcp_test

import (
	"crypto/tls"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// flood writes what there is space for.
func (v visitor) flood(text string) (sent int) {
	sent, err := v.Write([]byte(text))
	if err != nil {
		require.ErrorIs(v.t, err, kernel.ErrWouldBlock)
	}
	return sent
}

// A peer is read at its rate, however much it sends, and its records arrive
// whole.
func TestReadRate(t *testing.T) {
	lines := 0
	w := inMemory(t, servertcp.Config{
		Limits:      servertcp.Limits{ReadRate: 1000},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { lines++; assert.Equal(t, "seven..", line) }),
	})
	v := w.visit()
	v.flood(strings.Repeat("seven..\n", 8000)) // 64,000 bytes
	w.pass(10 * time.Second)
	require.InDelta(t, 10_000+250, w.l.Stats().BytesIn, 150)
	w.pass(time.Minute)
	require.Equal(t, 8000, lines)
	v.Close()
	w.end()
}

// It is written at its rate, with the events that belong to it.
func TestWriteRate(t *testing.T) {
	flushed := 0
	w := inMemory(t, servertcp.Config{
		Limits:        servertcp.Limits{WriteRate: 1000},
		ClientInput:   servertcp.Input(func(c *servertcp.Client, line string) { c.Put(strings.Repeat("x", 20_000)); c.Shutdown() }),
		ClientFlushed: func(*servertcp.Client) { flushed++ },
	})
	v := w.visit()
	v.send("go\n")
	w.pass(10 * time.Second)
	heard := v.hear()
	require.InDelta(t, 10_000+250, len(heard), 150)
	require.Zero(t, flushed)
	w.pass(11 * time.Second)
	require.Equal(t, 1, flushed)
	require.Equal(t, strings.Repeat("x", 20_000)+"\n(end)", strings.TrimSuffix(heard+v.hear(), "\r"))
	w.end()
	require.EqualValues(t, 20_002, w.l.Stats().BytesOut)
}

// All connections share the total, fairly, and one of them cannot have more
// than its own.
func TestTotalRates(t *testing.T) {
	for name, c := range map[string]struct {
		limits servertcp.Limits
		input  func(c *servertcp.Client, line string)
		bytes  func(s servertcp.Stats) uint64
	}{
		"read":  {servertcp.Limits{TotalReadRate: 8000, ReadRate: 4000}, func(*servertcp.Client, string) {}, func(s servertcp.Stats) uint64 { return s.BytesIn }},
		"write": {servertcp.Limits{TotalWriteRate: 8000, WriteRate: 4000}, func(c *servertcp.Client, line string) { c.Put(line) }, func(s servertcp.Stats) uint64 { return s.BytesOut }},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t, servertcp.Config{Limits: c.limits, ClientInput: servertcp.Input(c.input)})
			all := make([]visitor, 8)
			left := make([]int, 8)
			for i := range all {
				all[i] = w.visit()
			}
			all[0].send(strings.Repeat("x", 16_000) + "\n")
			w.pass(4 * time.Second)
			require.InDelta(t, 16_000, c.bytes(w.l.Stats()), 1100, "one alone has its own rate")
			before := w.l.Stats()
			for i, v := range all {
				v.send(strings.Repeat("x", 30_000) + "\n")
				left[i] = len(v.hear())
			}
			w.pass(20 * time.Second)
			require.InDelta(t, 160_000+2000, c.bytes(w.l.Stats())-c.bytes(before), 3000, "all have the total")
			if name == "write" {
				for i, v := range all {
					require.InDelta(t, 20_000, len(v.hear()), 2500, "visitor %d", i)
				}
			}
			w.pass(time.Minute)
			require.InDelta(t, 240_000, c.bytes(w.l.Stats())-c.bytes(before), 1100, "and nothing is lost")
			for _, v := range all {
				v.Close()
			}
			w.end()
		})
	}
}

// Rests keep to what the program says: input that it has paused stays paused.
func TestReadRateAndPauseInput(t *testing.T) {
	lines := 0
	w := inMemory(t, servertcp.Config{
		Limits: servertcp.Limits{ReadRate: 100},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			if lines++; lines == 1 {
				c.Wheel.PauseInput()
				assert.NoError(t, c.Kernel.Delay("go on", time.Minute))
			}
		}),
		InlineStates: map[string]kernel.Handler{"go on": func(e kernel.Event) { lines += 1000; session.Heap[servertcp.Client](e).Wheel.ResumeInput() }},
	})
	v := w.visit()
	v.send(strings.Repeat("x", 24) + "\n" + strings.Repeat("y", 199) + "\n")
	w.pass(50 * time.Second)
	require.Equal(t, 1, lines)
	w.pass(time.Minute)
	require.Equal(t, 1002, lines)
	v.Close()
	w.end()
}

// A rest that a connection's end finds does not keep its session.
func TestRateAndTheEnd(t *testing.T) {
	w := inMemory(t, servertcp.Config{
		Limits:      servertcp.Limits{ReadRate: 1, WriteRate: 1},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {}),
	})
	v := w.visit()
	v.send("hello\nhello\n")
	w.pass(5 * time.Second)
	w.post("drain", time.Duration(0))
	w.end()
	require.Less(t, w.clock.Mono(), 6*time.Second)
	require.Contains(t, v.hear(), "(end)")
}

// A connection with TLS, which is no descriptor to the kernel, rests and goes
// on as well.
func TestWriteRateOverTLS(t *testing.T) {
	dir := t.TempDir()
	r := run(t, servertcp.Config{
		TLS:    servertcp.TLS{Config: &tls.Config{GetCertificate: certificate(t, dir, "rate.test").Get}},
		Limits: servertcp.Limits{WriteRate: 1 << 18},
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
			c.Put(strings.Repeat("x", 1<<17))
			c.Shutdown()
		}),
	})
	conn := tls.Client(r.dial().Conn, trusting(t, filepath.Join(dir, "cert.pem"), "rate.test"))
	_, err := conn.Write([]byte("go\n"))
	require.NoError(t, err)
	all, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Len(t, all, 1<<17+2)
}
