package sim_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
)

// dnsWorld are two name servers, whose zone changes all the time, and a host with a
// resolver that asks them.
type dnsWorld struct {
	w       *sim.World
	servers []netip.AddrPort
	asked   int // questions that have reached a server
	client  *dnsClient
	faults  []error
}

const (
	zoneChanges = 5 * time.Second // a name has another address then
	zoneTTL     = 4 * time.Second
	dnsTimeout  = 8 * time.Second
	dnsNames    = 5
)

func (dw *dnsWorld) fail(format string, args ...any) {
	dw.faults = append(dw.faults, fmt.Errorf(format, args...))
}

// version is that of the zone at a time.
func version(at time.Duration) int { return int(at / zoneChanges) }

// address is that of a name in a version of the zone.
func address(name, version int) netip.Addr {
	return netip.AddrFrom4([4]byte{192, byte(name), byte(version >> 8), byte(version)})
}

// serve is the program of a name server.
func (dw *dnsWorld) serve(h *sim.Host) {
	at, err := h.ListenPacket(53)
	if err != nil {
		panic(err)
	}
	_, err = session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			if err := e.Kernel.SelectRead(at, "query"); err != nil {
				panic(err)
			}
		},
		"query": func(kernel.Event) {
			buf := make([]byte, 512)
			n, from, err := at.ReadFrom(buf)
			if err != nil {
				return
			}
			dw.asked++
			if reply := dw.reply(buf[:n]); reply != nil {
				_, _ = at.WriteTo(reply, from) // the client asks again
			}
		},
	})
	if err != nil {
		panic(err)
	}
}

// reply answers a question; a name that is not in the zone does not exist.
func (dw *dnsWorld) reply(query []byte) []byte {
	q, m := &dns.Msg{}, &dns.Msg{}
	if err := q.Unpack(query); err != nil {
		dw.fail("a question cannot be read: %v", err)
		return nil
	}
	m.SetReply(q)
	var name int
	if _, err := fmt.Sscanf(q.Question[0].Name, "name%d.test.", &name); err != nil || name >= dnsNames {
		m.Rcode = dns.RcodeNameError
	} else {
		m.Answer = []dns.RR{&dns.A{
			Hdr: dns.RR_Header{Name: q.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: uint32(zoneTTL / time.Second)},
			A:   address(name, version(dw.w.Now())).AsSlice(),
		}}
	}
	data, err := m.Pack()
	if err != nil {
		dw.fail("%v", err)
	}
	return data
}

// dnsClient is the program of the host that asks, in its present life.
type dnsClient struct {
	dw       *dnsWorld
	h        *sim.Host
	pending  map[int]time.Duration // requests that wait, since when
	requests int
	answered int // with an address
	late     int // in peace
	failed   bool
}

func (dw *dnsWorld) ask(h *sim.Host) {
	c := &dnsClient{dw: dw, h: h, pending: map[int]time.Duration{}}
	dw.client = c
	_, err := clientdns.New(h.Kernel, clientdns.Config{
		Nameservers: dw.servers, HostsFile: "/dev/null", Timeout: dnsTimeout, Retry: 300 * time.Millisecond,
		Socket: func(netip.AddrPort) (*kernel.Handle, error) { return h.ListenPacket(0) },
		Dial:   func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
	})
	if err != nil {
		panic(err)
	}
	_, err = session.Inline(h.Kernel, session.Funcs{
		"_start": func(e kernel.Event) { e.Yield("next") },
		"next":   c.next,
		"answer": c.answer,
	})
	if err != nil {
		panic(err)
	}
}

func (c *dnsClient) next(e kernel.Event) {
	for range 1 + e.Kernel.Rand().IntN(4) {
		c.requests++
		c.pending[c.requests] = c.dw.w.Now()
		name := e.Kernel.Rand().IntN(dnsNames + 1) // the last does not exist
		err := e.Post(kernel.Alias(clientdns.DefaultAlias), "resolve", clientdns.Request{
			Host: fmt.Sprintf("name%d.test.", name), Event: "answer", Context: [2]int{c.requests, name},
		})
		if err != nil {
			c.dw.fail("%v", err)
		}
	}
	_ = e.Delay("next", time.Duration(e.Kernel.Rand().IntN(1000))*time.Millisecond)
}

func (c *dnsClient) answer(e kernel.Event) {
	a, now := clientdns.AnswerOf(e), c.dw.w.Now()
	of := a.Context.([2]int)
	since, waits := c.pending[of[0]]
	if !waits {
		c.dw.fail("request %d is answered twice", of[0])
	}
	delete(c.pending, of[0])
	var coded *clientdns.RcodeError
	addrs := a.Addrs()
	switch {
	case errors.As(a.Err, &coded):
		if of[1] < dnsNames || coded.Rcode != dns.RcodeNameError {
			c.dw.fail("name%d: %v", of[1], a.Err)
		}
	case errors.Is(a.Err, clientdns.ErrTimeout):
		c.failed = true
		if now < since+dnsTimeout {
			c.dw.fail("request %d has no answer after %v already", of[0], now-since)
		}
	case a.Err != nil:
		c.dw.fail("name%d: %v", of[1], a.Err)
	case len(addrs) != 1:
		c.dw.fail("name%d has the addresses %v", of[1], addrs)
	default:
		c.fresh(of[1], addrs[0], now)
	}
}

// fresh checks that an address is that of the name, and one that the zone had not
// longer ago than it may be kept, and an answer be on its way. A clock that is set
// back by less than has passed since the resolver has last looked adds to that.
func (c *dnsClient) fresh(name int, got netip.Addr, now time.Duration) {
	c.answered++
	if c.dw.w.Peace() {
		c.late++
	}
	for v := version(max(0, now-zoneTTL-2*time.Second)); v <= version(now); v++ {
		if got == address(name, v) {
			return
		}
	}
	c.dw.fail("name%d has the address %v at %v, with version %d", name, got, now, version(now))
}

func TestNames(t *testing.T) {
	t.Parallel()
	faults := sim.Hostile()
	faults.Pauses = 0 // so that it is known how old an answer may be
	config := sim.Config{
		Seeds: 10, Duration: 30 * time.Second, Settle: 20 * time.Second, Faults: faults,
		Net: sim.Net{Latency: 5 * time.Millisecond, Jitter: 50 * time.Millisecond, Loss: 0.1, Duplicate: 0.05},
	}
	sim.Run(t, config, func(w *sim.World) {
		dw := &dnsWorld{w: w}
		for _, name := range []string{"ns1", "ns2"} {
			dw.servers = append(dw.servers, netip.AddrPortFrom(w.Host(name, dw.serve).Addr(), 53))
		}
		host := w.Host("client", dw.ask)
		w.Sometimes("a name is not found in time", false)
		w.Sometimes("an answer is taken from the cache", false)
		w.Always("each request is answered once, with an address of its name that is not too old", func() error { return errors.Join(dw.faults...) })
		w.Always("no request waits for longer than its time", func() error {
			for n, since := range dw.client.pending {
				if host.Up() && w.Now() > since+dnsTimeout+time.Millisecond {
					return fmt.Errorf("request %d waits since %v", n, since)
				}
			}
			return nil
		})
		w.Eventually("names are found in peace, and not each is asked for", func() error {
			c := dw.client
			w.Sometimes("a name is not found in time", c.failed)
			w.Sometimes("an answer is taken from the cache", dw.asked < c.requests)
			if c.late < 20 {
				return fmt.Errorf("%d answers in peace, of %d requests", c.late, c.requests)
			}
			return nil
		})
	})
}
