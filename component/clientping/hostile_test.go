package clientping_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/gopoe/poe/component/clientping"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// memory is a pinger on virtual time whose hosts are the test.
type memory struct {
	t       testing.TB
	k       *kernel.Kernel
	clock   *poetest.Clock
	p       *clientping.Pinger
	id      kernel.ID
	socket  *kerneltest.Packets
	sent    int
	replies []*clientping.Reply
}

// newMemory makes one; heard gets the packets that are sent.
func newMemory(t testing.TB, c clientping.Config, heard func(m *memory, packet []byte, to netip.AddrPort)) *memory {
	t.Helper()
	m := &memory{t: t, clock: &poetest.Clock{}, socket: &kerneltest.Packets{}}
	m.k = poetest.New(t, kernel.Options{Clock: m.clock})
	m.socket.Sent = func(packet []byte, to netip.AddrPort) {
		m.sent++
		if heard != nil {
			heard(m, packet, to)
		}
	}
	c.Socket = m.socket.Handle()
	var err error
	m.p, err = clientping.New(m.k, c)
	require.NoError(t, err)
	m.id, _ = m.k.AliasResolve(clientping.DefaultAlias)
	return m
}

func (m *memory) ping(requests ...clientping.Request) {
	m.t.Helper()
	_, err := session.Inline(m.k, session.Funcs{
		"_start": func(kernel.Event) {
			for _, r := range requests {
				r.Event = "pong"
				assert.NoError(m.t, m.p.Ping(r))
			}
		},
		"pong": func(e kernel.Event) { m.replies = append(m.replies, clientping.ReplyOf(e)) },
	})
	require.NoError(m.t, err)
}

func (m *memory) run(d time.Duration) {
	m.t.Helper()
	_, err := poetest.RunFor(m.k, m.clock, d)
	require.NoError(m.t, err)
}

// echo makes the reply to a packet.
func echo(t testing.TB, packet []byte) []byte {
	t.Helper()
	request, err := icmp.ParseMessage(1, packet)
	require.NoError(t, err)
	out, err := (&icmp.Message{Type: ipv4.ICMPTypeEchoReply, Body: request.Body}).Marshal(nil)
	require.NoError(t, err)
	return out
}

// The round-trip time and the attempts, on virtual time.
func TestVirtualTime(t *testing.T) {
	m := newMemory(t, clientping.Config{OneReply: true, Timeout: 2 * time.Second, Retry: 3}, nil)
	m.ping(clientping.Request{Addr: "192.0.2.1"})
	var late []byte
	m.socket.Sent = func(packet []byte, to netip.AddrPort) {
		if m.sent++; m.sent == 2 {
			late = echo(t, packet)
		}
	}
	m.run(2500 * time.Millisecond)
	m.socket.Deliver(late, netip.MustParseAddrPort("192.0.2.1:0"))
	m.run(time.Minute)
	require.Len(t, m.replies, 1)
	r := m.replies[0]
	assert.Equal(t, 500*time.Millisecond, r.RoundTrip)
	assert.Equal(t, 2, r.Attempt)
	assert.Equal(t, 2, m.sent)
	m.p.Shutdown()
	m.run(time.Minute)
	assert.True(t, m.socket.Closed())
}

// A host that replies without end has its events between those of others.
func TestFloodOfReplies(t *testing.T) {
	const copies = 10_000
	turns := 0
	m := newMemory(t, clientping.Config{}, func(m *memory, packet []byte, to netip.AddrPort) {
		for range copies {
			m.socket.Deliver(echo(t, packet), to)
		}
	})
	_, err := session.Inline(m.k, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("turn") },
		"turn": func(e kernel.Event) {
			if turns++; len(m.replies) < copies && turns < copies {
				e.Yield("turn")
			}
		},
	})
	require.NoError(t, err)
	m.ping(clientping.Request{Addr: "192.0.2.1"})
	m.run(time.Minute)
	require.Len(t, m.replies, copies+1)
	assert.True(t, m.replies[copies].Last)
	assert.NoError(t, m.replies[copies].Err)
	assert.Greater(t, turns, 100, "others had their turns meanwhile")
	m.p.Shutdown()
	m.run(time.Minute)
}

// The end of a component with many pings, by its event and by force: each has its
// answer, and none of those that wait is sent any more.
func TestEndWithManyPings(t *testing.T) {
	const pings = 20_000
	requests := make([]clientping.Request, pings)
	for i := range requests {
		requests[i].Addr = fmt.Sprintf("192.0.2.%d", i%250)
	}
	for name, end := range map[string]func(m *memory){
		"shutdown": func(m *memory) { m.p.Shutdown() },
		"force":    func(m *memory) { require.NoError(t, m.k.Host().StopSession(m.id)) },
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory(t, clientping.Config{Parallelism: 10, Timeout: time.Hour}, nil)
			m.ping(requests...)
			m.run(time.Second)
			require.Equal(t, 10, m.sent)
			end(m)
			m.run(time.Minute)
			require.Len(t, m.replies, pings)
			for _, r := range m.replies {
				require.ErrorIs(t, r.Err, clientping.ErrShutdown)
			}
			assert.Equal(t, 10, m.sent)
			assert.True(t, m.socket.Closed())
		})
	}
}

// The asker withdraws its pings: no reply comes, and the others go on.
func TestClear(t *testing.T) {
	m := newMemory(t, clientping.Config{Parallelism: 1, Timeout: time.Second}, nil)
	_, err := session.Inline(m.k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, addr := range []string{"192.0.2.1", "192.0.2.2", "192.0.2.3"} {
				assert.NoError(t, m.p.Ping(clientping.Request{Addr: addr, Event: "pong"}))
			}
			e.Post(kernel.Alias("pinger"), "clear", "192.0.2.2")
			e.Post(kernel.Alias("pinger"), "clear", "192.0.2.1")
		},
		"pong": func(e kernel.Event) { m.replies = append(m.replies, clientping.ReplyOf(e)) },
	})
	require.NoError(t, err)
	m.run(time.Minute)
	require.Len(t, m.replies, 1)
	assert.Equal(t, "192.0.2.3", m.replies[0].Request.Addr)
	assert.Zero(t, m.p.Pending())
	m.p.Shutdown()
	m.run(time.Minute)
}

// FuzzReply gives a pinger any packet, on a raw socket too.
func FuzzReply(f *testing.F) {
	reply, err := (&icmp.Message{Type: ipv4.ICMPTypeEchoReply, Body: &icmp.Echo{ID: 1, Seq: 0, Data: make([]byte, 56)}}).Marshal(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(reply, false)
	f.Add(append([]byte{0x45, 0, 0, 84, 0, 0, 0, 0, 64, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}, reply...), true)
	f.Add([]byte{0x4f, 0}, true)
	f.Fuzz(func(t *testing.T, packet []byte, raw bool) {
		m := newMemory(t, clientping.Config{Raw: raw, Timeout: time.Second}, func(m *memory, _ []byte, to netip.AddrPort) {
			m.socket.Deliver(packet, to)
		})
		m.ping(clientping.Request{Addr: "192.0.2.1"})
		m.run(time.Minute)
		require.Len(t, m.replies, 1, "it does not have the token")
		require.ErrorIs(t, m.replies[0].Err, clientping.ErrTimeout)
		m.p.Shutdown()
		m.run(time.Minute)
	})
}
