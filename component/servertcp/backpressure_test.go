package servertcp_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
)

// outputOf returns the most output that waited at a connection, as an echo
// server sees it.
func outputOf(c *servertcp.Config) (most func() int) {
	high := 0
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		c.PutText(line)
		high = max(high, c.Wheel.OutOctets())
	})
	return func() int { return high }
}

// flood sends lines without reading until the server reads no more, and returns
// how many bytes it has sent.
func flood(t *testing.T, p *peer) (sent int) {
	t.Helper()
	lines := bytes.Repeat([]byte(strings.Repeat("x", 1022)+"\r\n"), 64)
	for sent < 1<<30 {
		require.NoError(t, p.SetWriteDeadline(time.Now().Add(300*time.Millisecond)))
		n, err := p.Write(lines)
		sent += n
		if err != nil {
			return sent
		}
	}
	t.Fatal("the server reads without end")
	return sent
}

// A peer that sends and does not read is not read either when as much output
// waits as Limits.Backpressure allows; when it reads again all comes.
func TestBackpressure(t *testing.T) {
	c := servertcp.Config{}
	most := outputOf(&c)
	r := run(t, c)
	p := r.dial()
	sent := flood(t, p)
	other := r.dial()
	other.send("hello\n")
	other.want("hello")
	other.Close()
	require.NoError(t, p.SetWriteDeadline(time.Time{}))
	_, err := io.CopyN(io.Discard, p, int64(sent/1024*1024))
	require.NoError(t, err)
	p.Close()
	r.stop()
	require.Less(t, most(), servertcp.DefaultBackpressure+128<<10)
}

// POE's behaviour by name: nothing is paused and nothing ends.
func TestUnlimited(t *testing.T) {
	c := servertcp.Config{
		Limits:   servertcp.Limits{Backpressure: servertcp.Unlimited, Memory: servertcp.Unlimited},
		Timeouts: servertcp.Timeouts{Write: servertcp.Forever},
	}
	most := outputOf(&c)
	r := run(t, c)
	p := r.dial()
	lines := bytes.Repeat([]byte(strings.Repeat("x", 1022)+"\r\n"), 64)
	for range 48 << 20 / len(lines) {
		_, err := p.Write(lines)
		require.NoError(t, err)
	}
	_, err := io.CopyN(io.Discard, p, 48<<20)
	require.NoError(t, err)
	p.Close()
	r.stop()
	require.Greater(t, most(), 16<<20)
}

// What connections hold together is bounded: those that hold most are not read,
// and the others are served.
func TestMemoryLimit(t *testing.T) {
	c := servertcp.Config{Limits: servertcp.Limits{Memory: 1 << 20}}
	r := run(t, c)
	var attackers []*peer
	for range 8 {
		p := r.dial()
		attackers = append(attackers, p)
		require.NoError(t, p.SetWriteDeadline(time.Now().Add(200*time.Millisecond)))
		_, _ = p.Write(bytes.Repeat([]byte("x"), 900<<10)) // a line without an end
	}
	other := r.dial()
	other.send("hello\n")
	other.want("hello")
	other.Close()
	s := r.stats()
	require.Less(t, s.Held, 3<<20)
	for _, p := range attackers {
		p.Close()
	}
	require.Eventually(t, func() bool { return r.stats().Open == 0 }, 2*time.Minute, time.Millisecond)
	require.Zero(t, r.stats().Held)
}

// Many peers which do not read their answers hold no more than Limits.Memory
// together, though each of them would be allowed more.
func TestBackpressureIsAShareOfMemory(t *testing.T) {
	const peers, limit, answer = 16, 512 << 10, 10_000
	c := servertcp.Config{Limits: servertcp.Limits{Memory: limit}, ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		c.PutText(strings.Repeat("x", answer))
	})}
	r := run(t, c)
	idle := r.dial()
	defer idle.Close()
	var all []*peer
	for range peers {
		p := r.dial()
		defer p.Close()
		all = append(all, p)
	}
	require.Eventually(t, func() bool { return r.stats().Open == peers+1 }, 30*time.Second, time.Millisecond)
	for _, p := range all {
		p.send(strings.Repeat("?\n", 2000))
	}
	require.Eventually(t, func() bool { return r.stats().Held > limit/4 }, 30*time.Second, time.Millisecond)
	for range 100 { // as long as they like
		require.Less(t, r.stats().Held, limit+peers*2*answer)
		time.Sleep(time.Millisecond)
	}
	for _, p := range all[:2] { // and all of it comes
		_, err := io.CopyN(io.Discard, p, 2000*(answer+2))
		require.NoError(t, err)
	}
}

// Peers that hang up while they are not read are noticed at once, and not when
// their time is over: what they have sent is read to its end.
func TestHangUpUnderTheMemoryLimit(t *testing.T) {
	for name, hangUp := range map[string]func(c *net.TCPConn) error{
		"end":   (*net.TCPConn).CloseWrite,
		"reset": func(c *net.TCPConn) error { return errors.Join(c.SetLinger(0), c.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			c := servertcp.Config{Limits: servertcp.Limits{Memory: 64 << 10}}
			told := errorsOf(&c)
			r := run(t, c)
			var peers []*peer
			for range 8 {
				p := r.dial()
				p.send(strings.Repeat("x", 60<<10)) // a line without an end
				peers = append(peers, p)
				defer p.Close()
			}
			require.Eventually(t, func() bool { return r.stats().Held > 64<<10 }, 30*time.Second, time.Millisecond)
			for _, p := range peers {
				require.NoError(t, hangUp(p.Conn.(*net.TCPConn)))
			}
			for range peers {
				require.NotErrorIs(t, <-told, servertcp.ErrMemory)
			}
		})
	}
}

// Output that is put without end, to a peer that does not read, ends the
// connection that holds most, and not the program.
func TestMemoryLimitOfOutput(t *testing.T) {
	c := servertcp.Config{Limits: servertcp.Limits{Memory: 1 << 20}}
	c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) {
		if line == "much" {
			for range 64 {
				c.Put(strings.Repeat("x", 1<<20))
			}
		}
		c.Put(line)
	})
	told := errorsOf(&c)
	r := run(t, c)
	other := r.dial()
	other.send("one\n")
	other.want("one")
	p := r.dial()
	p.send("much\n")
	err := <-told
	require.Equal(t, "write", err.Op)
	require.ErrorIs(t, err, servertcp.ErrMemory)
	require.ErrorIs(t, err, syscall.ENOBUFS)
	other.send("two\n")
	other.want("two")
	other.Close()
	p.Close()
}

// Without a word about it a peer that does not read loses its connection after
// DefaultWrite.
func TestDefaultWriteTimeout(t *testing.T) {
	w := inMemory(t, servertcp.Config{
		ClientConnected: func(c *servertcp.Client) { c.Put(strings.Repeat("x", 1<<20)) },
	})
	v := w.visit()
	defer v.Close()
	w.pass(2 * servertcp.DefaultWrite)
	require.Len(t, w.told, 2)
	require.Contains(t, w.told[0], "write: "+syscall.ETIMEDOUT.Error())
	require.Contains(t, w.told[1], "gone")
	w.end()
}

// Requests that were read together wait for output as well: answers that are far
// larger than their requests are not made before those in front are gone.
func TestBackpressureOfWhatWasRead(t *testing.T) {
	const requests, answer = 1000, 100_000
	high, finish := 0, make(chan bool)
	c := servertcp.Config{ClientInput: servertcp.Input(func(c *servertcp.Client, line string) {
		c.PutText(strings.Repeat("x", answer))
		high = max(high, c.Wheel.OutOctets())
	})}
	c.ClientDisconnected = func(*servertcp.Client) { close(finish) }
	r := run(t, c)
	p := r.dial()
	p.send(strings.Repeat("?\n", requests))
	_, err := io.CopyN(io.Discard, p, requests*(answer+2))
	require.NoError(t, err)
	p.Close()
	<-finish
	r.stop()
	require.Less(t, high, servertcp.DefaultBackpressure+answer+3)
}
