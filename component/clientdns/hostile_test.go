package clientdns_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// memory is a resolver whose name servers are the test, on virtual time.
type memory struct {
	t       testing.TB
	k       *kernel.Kernel
	clock   *poetest.Clock
	r       *clientdns.Resolver
	id      kernel.ID
	sockets []*kerneltest.Packets
	streams []*kernel.Handle // the server's ends
	asked   []netip.AddrPort
	at      []time.Duration // when
	answers []*clientdns.Answer
	// heard gets the questions; nil answers none.
	heard func(m *memory, s *kerneltest.Packets, query *dns.Msg, to netip.AddrPort)
}

var (
	first  = netip.MustParseAddrPort("192.0.2.53:53")
	second = netip.MustParseAddrPort("192.0.2.54:53")
)

func newMemory(t testing.TB, c clientdns.Config, heard func(m *memory, s *kerneltest.Packets, query *dns.Msg, to netip.AddrPort)) *memory {
	t.Helper()
	m := &memory{t: t, clock: &poetest.Clock{}, heard: heard}
	m.k = poetest.New(t, kernel.Options{Clock: m.clock})
	c.HostsFile = filepath.Join(t.TempDir(), "none")
	if len(c.Nameservers) == 0 {
		c.Nameservers = []netip.AddrPort{first}
	}
	c.Socket = func(netip.AddrPort) (*kernel.Handle, error) {
		s := &kerneltest.Packets{}
		s.Sent = func(data []byte, to netip.AddrPort) {
			query := &dns.Msg{}
			require.NoError(t, query.Unpack(data))
			m.asked, m.at = append(m.asked, to), append(m.at, m.clock.Mono())
			if m.heard != nil {
				m.heard(m, s, query, to)
			}
		}
		m.sockets = append(m.sockets, s)
		return s.Handle(), nil
	}
	c.Dial = func(d *clienttcp.Dialing) {
		near, far := poetest.Pair()
		m.streams = append(m.streams, far)
		d.Complete(near, nil)
	}
	var err error
	m.r, err = clientdns.New(m.k, c)
	require.NoError(t, err)
	m.id, _ = m.k.AliasResolve(clientdns.DefaultAlias)
	return m
}

// ask asks for names, at once.
func (m *memory) ask(hosts ...string) {
	m.t.Helper()
	_, err := session.Inline(m.k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, host := range hosts {
				assert.NoError(m.t, e.Post(kernel.Alias(clientdns.DefaultAlias), "resolve", clientdns.Request{Host: host, Event: "got"}))
			}
		},
		"got": func(e kernel.Event) { m.answers = append(m.answers, clientdns.AnswerOf(e)) },
	})
	require.NoError(m.t, err)
}

func (m *memory) run(d time.Duration) {
	m.t.Helper()
	_, err := poetest.RunFor(m.k, m.clock, d)
	require.NoError(m.t, err)
}

// end shuts the resolver down; nothing may be left.
func (m *memory) end() {
	m.t.Helper()
	m.r.Shutdown()
	m.run(time.Minute)
	for _, s := range m.sockets {
		assert.True(m.t, s.Closed())
	}
	for _, h := range m.streams {
		_ = h.Close()
	}
}

func reply(query *dns.Msg, records ...string) []byte {
	answer := &dns.Msg{}
	answer.SetReply(query)
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			panic(err)
		}
		answer.Answer = append(answer.Answer, rr)
	}
	packet, err := answer.Pack()
	if err != nil {
		panic(err)
	}
	return packet
}

// Servers that do not answer are asked in turn, after pauses that double with each
// round, and the time in all is bounded.
func TestRetriesInVirtualTime(t *testing.T) {
	m := newMemory(t, clientdns.Config{Nameservers: []netip.AddrPort{first, second}, Retry: time.Second, Timeout: 10 * time.Second}, nil)
	m.ask("www.example.com.")
	m.run(time.Minute)
	assert.Equal(t, []netip.AddrPort{first, second, first, second, first}, m.asked)
	assert.Equal(t, []time.Duration{0, time.Second, 2 * time.Second, 4 * time.Second, 6 * time.Second}, m.at)
	require.Len(t, m.answers, 1)
	assert.ErrorIs(t, m.answers[0].Err, clientdns.ErrTimeout)
	m.end()
}

// A server that floods the port with forgeries does not keep the kernel from its
// other work, nor from the answer behind them.
func TestFloodOfForgeries(t *testing.T) {
	const forged = 10_000
	turns := 0
	m := newMemory(t, clientdns.Config{}, func(_ *memory, s *kerneltest.Packets, query *dns.Msg, to netip.AddrPort) {
		good := query.Id
		query.Id++
		packet := reply(query, "www.example.com. 60 IN A 192.0.2.66")
		for range forged {
			s.Deliver(packet, to)
		}
		s.Deliver([]byte("garbage"), to)
		s.Deliver(nil, to)
		query.Id = good
		packet = reply(query, "www.example.com. 60 IN A 192.0.2.1")
		s.Deliver(packet, second) // who was not asked
		s.Deliver(packet, to)
	})
	_, err := session.Inline(m.k, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("turn") },
		"turn": func(e kernel.Event) {
			if turns++; len(m.answers) == 0 && turns < forged {
				e.Yield("turn")
			}
		},
	})
	require.NoError(t, err)
	m.ask("www.example.com.")
	m.run(time.Second)
	require.Len(t, m.answers, 1)
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, m.answers[0].Addrs())
	assert.Greater(t, turns, 100, "others had their turns meanwhile")
	m.end()
}

// A server answers over UDP that the answer is too long, and over TCP slowly, with
// garbage, or not to its end.
func TestHostileTCP(t *testing.T) {
	for name, c := range map[string]struct {
		say func(h *kernel.Handle, answer []byte)
		err bool
	}{
		"good":    {say: func(h *kernel.Handle, answer []byte) { _, _ = h.Write(answer) }},
		"garbage": {say: func(h *kernel.Handle, _ []byte) { _, _ = h.Write([]byte("\x00\x05hello")) }, err: true},
		"another length": {say: func(h *kernel.Handle, answer []byte) {
			answer[1]--
			_, _ = h.Write(answer)
		}, err: true},
		"half": {say: func(h *kernel.Handle, answer []byte) { _, _ = h.Write(answer[:len(answer)/2]) }, err: true},
		"reset": {say: func(h *kernel.Handle, answer []byte) {
			_, _ = h.Write(answer[:len(answer)/2])
			poetest.SocketOf(h).Reset()
		}, err: true},
		"silence": {say: func(*kernel.Handle, []byte) {}, err: true},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMemory(t, clientdns.Config{Retry: time.Second, Timeout: 5 * time.Second}, func(_ *memory, s *kerneltest.Packets, query *dns.Msg, to netip.AddrPort) {
				cut := &dns.Msg{}
				cut.SetReply(query)
				cut.Truncated = true
				packet, err := cut.Pack()
				require.NoError(t, err)
				s.Deliver(packet, to)
			})
			m.ask("big.example.com.")
			seen := 0
			for range 100 { // ten seconds
				m.run(100 * time.Millisecond)
				for ; seen < len(m.streams); seen++ {
					m.run(0)
					buf := make([]byte, 512)
					n, err := m.streams[seen].Read(buf)
					require.NoError(t, err)
					query := &dns.Msg{}
					require.NoError(t, query.Unpack(buf[2:n]))
					packet := reply(query, "big.example.com. 60 IN A 192.0.2.1")
					c.say(m.streams[seen], append([]byte{0, byte(len(packet))}, packet...))
				}
			}
			require.Len(t, m.answers, 1)
			if c.err {
				assert.ErrorIs(t, m.answers[0].Err, clientdns.ErrTimeout)
				if name == "reset" {
					assert.ErrorContains(t, m.answers[0].Err, "reset", "the reason")
				}
			} else {
				assert.Len(t, m.answers[0].Addrs(), 1)
			}
			m.end()
		})
	}
}

// A resolver that is stopped by force answers what it has left, and closes its
// sockets.
func TestForcedStopAnswersAll(t *testing.T) {
	m := newMemory(t, clientdns.Config{MaxOpen: 1}, nil)
	m.ask("a.example.com.", "b.example.com.")
	m.run(time.Second)
	require.NoError(t, m.k.Host().StopSession(m.id))
	m.run(time.Minute)
	require.Len(t, m.answers, 2)
	for _, a := range m.answers {
		assert.ErrorIs(t, a.Err, clientdns.ErrShutdown)
	}
	require.Len(t, m.sockets, 1)
	assert.True(t, m.sockets[0].Closed())
}

// A name that can be written and not sent has its answer, and its asker does not stay.
func TestNameThatCannotBeSent(t *testing.T) {
	host := "\xe1\xc9\xf13\x98\x84\xed\xe4%0\x88d\xf9\xbc\x7f\f\x1d\xfc\xa1\xc9Ec\x1e\x8e\x86P\xf1\n\x19\xbb\v$T*Z}\x1d+\x0e(\x8c\x15"
	m := newMemory(t, clientdns.Config{}, nil)
	m.ask(host, host)
	m.run(time.Hour)
	require.Len(t, m.answers, 2)
	m.end()
}

// FuzzAnswer has a name server answer anything, with the identification and the
// question that make it an answer or without.
func FuzzAnswer(f *testing.F) {
	query := new(dns.Msg).SetQuestion("www.example.com.", dns.TypeA)
	f.Add(reply(query, "www.example.com. 60 IN A 192.0.2.1"), true)
	f.Add(reply(query, "www.example.com. 0 IN CNAME a.example.com.", "a.example.com. 4294967295 IN TXT \"x\""), true)
	f.Add([]byte("garbage"), false)
	f.Fuzz(func(t *testing.T, packet []byte, mine bool) {
		m := newMemory(t, clientdns.Config{Timeout: 5 * time.Second}, func(_ *memory, s *kerneltest.Packets, query *dns.Msg, to netip.AddrPort) {
			if mine && len(packet) >= 2 {
				packet[0], packet[1] = byte(query.Id>>8), byte(query.Id)
			}
			s.Deliver(packet, to)
		})
		m.ask("www.example.com.", "www.example.com.")
		m.run(time.Minute)
		require.Len(t, m.answers, 2)
		for _, a := range m.answers {
			a.Addrs()
			a.MX()
			a.SRV()
			a.TXT()
			a.Names()
		}
		m.end()
	})
}

// FuzzHosts reads any file of hosts.
func FuzzHosts(f *testing.F) {
	f.Add("127.0.0.1 localhost # me\n::1 localhost ip6\n", "localhost")
	f.Add("fe80::1%eth0 a\x00b c\n192.0.2.1\n", "a")
	file := filepath.Join(f.TempDir(), "hosts")
	f.Fuzz(func(t *testing.T, text, host string) {
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		k := poetest.New(t)
		r, err := clientdns.New(k, clientdns.Config{
			Nameservers: []netip.AddrPort{first}, HostsFile: file,
			Socket: func(netip.AddrPort) (*kernel.Handle, error) {
				return (&kerneltest.Packets{Sent: func([]byte, netip.AddrPort) {}}).Handle(), nil
			},
		})
		require.NoError(t, err)
		_, err = session.Inline(k, session.Funcs{
			"_start": func(kernel.Event) {
				for _, kind := range []uint16{dns.TypeA, dns.TypeAAAA, dns.TypePTR} {
					if a := r.Resolve(clientdns.Request{Host: host, Type: kind, Event: "got"}); a != nil {
						a.Addrs()
					}
				}
				r.Shutdown()
			},
			"got": func(kernel.Event) {},
		})
		require.NoError(t, err)
		require.NoError(t, k.Run())
	})
}
