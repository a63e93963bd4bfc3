package clientdns_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// server is a name server on loopback that counts what it is asked.
type server struct {
	addr  netip.AddrPort
	mu    sync.Mutex
	asked []string
}

func (s *server) count(name string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.asked {
		if strings.Contains(a, name) {
			n++
		}
	}
	return n
}

// startServer answers over UDP and TCP by what answer makes of a question; nil
// does not answer.
func startServer(t *testing.T, answer func(s *server, q dns.Question, tcp bool) *dns.Msg) *server {
	t.Helper()
	udp, tcp := listenTwice(t)
	s := &server{addr: udp.LocalAddr().(*net.UDPAddr).AddrPort()}
	handler := dns.HandlerFunc(func(w dns.ResponseWriter, query *dns.Msg) {
		_, overTCP := w.RemoteAddr().(*net.TCPAddr)
		q := query.Question[0]
		s.mu.Lock()
		s.asked = append(s.asked, fmt.Sprint(q.Name, " ", dns.TypeToString[q.Qtype], " ", w.LocalAddr().Network()))
		s.mu.Unlock()
		if m := answer(s, q, overTCP); m != nil {
			m.SetRcode(query, m.Rcode)
			assert.NoError(t, w.WriteMsg(m))
		}
	})
	serve(t, &dns.Server{PacketConn: udp, Handler: handler})
	serve(t, &dns.Server{Listener: tcp, Handler: handler})
	return s
}

// listenTwice listens over UDP and TCP at the same port.
func listenTwice(t *testing.T) (udp net.PacketConn, tcp net.Listener) {
	t.Helper()
	for range 100 {
		var err error
		udp, err = net.ListenPacket("udp4", "127.0.0.1:0")
		require.NoError(t, err)
		if tcp, err = net.Listen("tcp4", udp.LocalAddr().String()); err == nil {
			return udp, tcp
		}
		udp.Close() // the port is in use for TCP
	}
	require.FailNow(t, "no port is free for both")
	return nil, nil
}

func serve(t *testing.T, s *dns.Server) {
	t.Helper()
	up, down := make(chan struct{}), make(chan error, 1)
	s.NotifyStartedFunc = func() { close(up) }
	go func() { down <- s.ActivateAndServe() }()
	<-up
	t.Cleanup(func() {
		assert.NoError(t, s.Shutdown())
		assert.NoError(t, <-down)
	})
}

// zone answers from records in the form of a zone's file.
func zone(t *testing.T, text string) func(s *server, q dns.Question, tcp bool) *dns.Msg {
	t.Helper()
	var all []dns.RR
	parser := dns.NewZoneParser(strings.NewReader(text), "", "")
	for rr, ok := parser.Next(); ok; rr, ok = parser.Next() {
		all = append(all, rr)
	}
	require.NoError(t, parser.Err())
	return func(_ *server, q dns.Question, _ bool) *dns.Msg {
		m := &dns.Msg{}
		known := false
		for _, rr := range all {
			if !strings.EqualFold(rr.Header().Name, q.Name) {
				continue
			}
			known = true
			if rr.Header().Rrtype == q.Qtype {
				m.Answer = append(m.Answer, rr)
			}
		}
		if !known {
			m.Rcode = dns.RcodeNameError
		}
		return m
	}
}

const example = `
www.example.com. 60 IN A 192.0.2.1
www.example.com. 60 IN A 192.0.2.2
www.example.com. 60 IN AAAA 2001:db8::1
example.com. 60 IN MX 20 second.example.com.
example.com. 60 IN MX 10 first.example.com.
example.com. 60 IN TXT "v=one" " two"
_irc._tcp.example.com. 60 IN SRV 1 5 6667 light.example.com.
_irc._tcp.example.com. 60 IN SRV 1 50 6667 heavy.example.com.
1.2.0.192.in-addr.arpa. 60 IN PTR www.example.com.
big.example.com. 0 IN A 192.0.2.3
`

// run asks for requests one after the other and returns the answers.
func run(t *testing.T, c clientdns.Config, requests ...clientdns.Request) (answers []*clientdns.Answer) {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	if c.HostsFile == "" {
		c.HostsFile = filepath.Join(t.TempDir(), "none")
	}
	r, err := clientdns.New(k, c)
	require.NoError(t, err)
	next := func(e kernel.Event) {
		if len(answers) == len(requests) {
			r.Shutdown()
			return
		}
		request := requests[len(answers)]
		request.Event = "got"
		assert.NoError(t, e.Kernel.Post(kernel.Alias(clientdns.DefaultAlias), "resolve", request))
	}
	_, err = session.Inline(k, session.Funcs{"_start": next, "got": func(e kernel.Event) {
		answers = append(answers, clientdns.AnswerOf(e))
		next(e)
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, answers, len(requests))
	return answers
}

func TestTypes(t *testing.T) {
	s := startServer(t, zone(t, example))
	a := run(t, clientdns.Config{Nameservers: []netip.AddrPort{s.addr}},
		clientdns.Request{Host: "www.example.com", Context: 7},
		clientdns.Request{Host: "WWW.Example.com.", Type: dns.TypeAAAA},
		clientdns.Request{Host: "example.com", Type: dns.TypeMX},
		clientdns.Request{Host: "example.com", Type: dns.TypeTXT},
		clientdns.Request{Host: "_irc._tcp.example.com", Type: dns.TypeSRV},
		clientdns.Request{Host: "192.0.2.1"},
		clientdns.Request{Host: "missing.example.com"},
		clientdns.Request{Host: "example.com", Type: dns.TypeA},
		clientdns.Request{Host: "not..a.name"},
	)
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}, a[0].Addrs())
	assert.Equal(t, 7, a[0].Context)
	assert.Equal(t, "www.example.com", a[0].Host)
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("2001:db8::1")}, a[1].Addrs())
	require.Len(t, a[2].MX(), 2)
	assert.Equal(t, "first.example.com.", a[2].MX()[0].Mx)
	assert.Equal(t, []string{"v=one two"}, a[3].TXT())
	assert.Equal(t, "heavy.example.com.", a[4].SRV()[0].Target)
	assert.Equal(t, []string{"www.example.com"}, a[5].Names())
	var code *clientdns.RcodeError
	require.ErrorAs(t, a[6].Err, &code)
	assert.Equal(t, "clientdns: missing.example.com: NXDOMAIN", code.Error())
	assert.NoError(t, a[7].Err, "a name without records of the type is no error")
	assert.Empty(t, a[7].Addrs())
	assert.ErrorIs(t, a[8].Err, clientdns.ErrName)
}

// The first datagrams are lost; a server that fails is left for another one.
func TestLossAndFailure(t *testing.T) {
	answer := zone(t, example)
	lossy := startServer(t, func(s *server, q dns.Question, tcp bool) *dns.Msg {
		if s.count(q.Name) < 3 {
			return nil
		}
		return answer(s, q, tcp)
	})
	a := run(t, clientdns.Config{Nameservers: []netip.AddrPort{lossy.addr}, Retry: 10 * time.Millisecond}, clientdns.Request{Host: "www.example.com"})
	assert.Len(t, a[0].Addrs(), 2)
	failing := startServer(t, func(*server, dns.Question, bool) *dns.Msg {
		return &dns.Msg{MsgHdr: dns.MsgHdr{Rcode: dns.RcodeServerFailure}}
	})
	good := startServer(t, answer)
	a = run(t, clientdns.Config{Nameservers: []netip.AddrPort{failing.addr, good.addr}}, clientdns.Request{Host: "www.example.com"})
	assert.Len(t, a[0].Addrs(), 2)
	a = run(t, clientdns.Config{Nameservers: []netip.AddrPort{failing.addr}}, clientdns.Request{Host: "www.example.com"})
	assert.ErrorContains(t, a[0].Err, "SERVFAIL")
	silent := startServer(t, func(*server, dns.Question, bool) *dns.Msg { return nil })
	a = run(t, clientdns.Config{Nameservers: []netip.AddrPort{silent.addr}, Retry: 10 * time.Millisecond},
		clientdns.Request{Host: "www.example.com", Timeout: 50 * time.Millisecond})
	assert.ErrorIs(t, a[0].Err, clientdns.ErrTimeout)
}

// An answer that was cut over UDP comes over TCP.
func TestTruncation(t *testing.T) {
	answer := zone(t, example)
	s := startServer(t, func(s *server, q dns.Question, tcp bool) *dns.Msg {
		if !tcp {
			return &dns.Msg{MsgHdr: dns.MsgHdr{Truncated: true}}
		}
		return answer(s, q, tcp)
	})
	a := run(t, clientdns.Config{Nameservers: []netip.AddrPort{s.addr}}, clientdns.Request{Host: "big.example.com"})
	require.NoError(t, a[0].Err)
	assert.Len(t, a[0].Addrs(), 1)
	assert.Equal(t, 2, s.count("big"))
}

func TestOverTLS(t *testing.T) {
	web := httptest.NewTLSServer(nil) // for its certificate
	defer web.Close()
	l, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: web.TLS.Certificates})
	require.NoError(t, err)
	answer := zone(t, example)
	serve(t, &dns.Server{Listener: l, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := answer(nil, q.Question[0], true)
		m.SetRcode(q, m.Rcode)
		assert.NoError(t, w.WriteMsg(m))
	})})
	trust := web.Client().Transport.(interface{ Clone() *http.Transport }).Clone().TLSClientConfig
	trust.ServerName = "example.com"
	a := run(t, clientdns.Config{Nameservers: []netip.AddrPort{l.Addr().(*net.TCPAddr).AddrPort()}, TLS: trust}, clientdns.Request{Host: "www.example.com"})
	require.NoError(t, a[0].Err)
	assert.Len(t, a[0].Addrs(), 2)
}

func TestCacheAndSearch(t *testing.T) {
	s := startServer(t, zone(t, example))
	c := clientdns.Config{Nameservers: []netip.AddrPort{s.addr}, Search: []string{"example.net", "example.com"}}
	a := run(t, c, clientdns.Request{Host: "www"}, clientdns.Request{Host: "www"}, clientdns.Request{Host: "big.example.com"}, clientdns.Request{Host: "big.example.com"})
	assert.Len(t, a[0].Addrs(), 2)
	assert.Len(t, a[1].Addrs(), 2)
	assert.Equal(t, 1, s.count("www.example.com"), "the second time it is in the cache")
	assert.Equal(t, 2, s.count("big.example.com"), "which does not keep what may not be kept")
	c.CacheSize = clientdns.Unlimited
	run(t, c, clientdns.Request{Host: "www.example.com"}, clientdns.Request{Host: "www.example.com"})
	assert.Equal(t, 3, s.count("www.example.com"))
}

func TestHostsFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "hosts")
	require.NoError(t, os.WriteFile(file, []byte("# comment\n192.0.2.9 Box box.example.org # mine\n::1 box\n"), 0o600))
	s := startServer(t, zone(t, example))
	a := run(t, clientdns.Config{Nameservers: []netip.AddrPort{s.addr}, HostsFile: file},
		clientdns.Request{Host: "box"}, clientdns.Request{Host: "BOX", Type: dns.TypeAAAA}, clientdns.Request{Host: "192.0.2.9"})
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.9")}, a[0].Addrs())
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("::1")}, a[1].Addrs())
	assert.Equal(t, []string{"Box", "box.example.org"}, a[2].Names())
	assert.Empty(t, s.asked)
}

// Equal questions are asked once, others no more at a time than MaxOpen, and all
// are answered.
func TestManyAtOnce(t *testing.T) {
	s := startServer(t, func(_ *server, q dns.Question, _ bool) *dns.Msg {
		rr, err := dns.NewRR(q.Name + " 60 IN A 192.0.2.1")
		assert.NoError(t, err)
		return &dns.Msg{Answer: []dns.RR{rr}}
	})
	k := kernel.New()
	r, err := clientdns.New(k, clientdns.Config{Nameservers: []netip.AddrPort{s.addr}, MaxOpen: 20, HostsFile: filepath.Join(t.TempDir(), "none")})
	require.NoError(t, err)
	const names, each = 500, 3
	got := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			for i := range names * each {
				assert.Nil(t, r.Resolve(clientdns.Request{Host: fmt.Sprintf("host%d.example.com.", i%names), Event: "got"}))
			}
		},
		"got": func(e kernel.Event) {
			a := clientdns.AnswerOf(e)
			assert.NoError(t, a.Err)
			assert.Len(t, a.Addrs(), 1)
			if got++; got == names*each {
				assert.NotNil(t, r.Resolve(clientdns.Request{Host: "host1.example.com."}), "known, so there is no event")
				assert.Zero(t, r.Pending())
				r.Shutdown()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, names*each, got)
	assert.LessOrEqual(t, s.count("host"), names+5, "but for a datagram that was late")
}

// Forged answers are passed over.
func TestForgedAnswers(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer conn.Close()
	go func() {
		buf := make([]byte, 2048)
		n, from, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		query := &dns.Msg{}
		assert.NoError(t, query.Unpack(buf[:n]))
		send := func(change func(m *dns.Msg)) {
			m := &dns.Msg{}
			m.SetReply(query)
			rr, _ := dns.NewRR("www.example.com. 60 IN A 192.0.2.66")
			m.Answer = []dns.RR{rr}
			change(m)
			packet, err := m.Pack()
			assert.NoError(t, err)
			_, err = conn.WriteTo(packet, from)
			assert.NoError(t, err)
		}
		send(func(m *dns.Msg) { m.Id++ })
		send(func(m *dns.Msg) { m.Response = false })
		send(func(m *dns.Msg) { m.Question[0].Name = "other.example.com." })
		_, _ = conn.WriteTo([]byte("garbage"), from)
		if other, err := net.Dial("udp4", from.String()); err == nil {
			m := &dns.Msg{}
			m.SetReply(query)
			packet, _ := m.Pack()
			_, _ = other.Write(packet) // from another port
			other.Close()
		}
		send(func(m *dns.Msg) { m.Answer[0].(*dns.A).A = net.IPv4(192, 0, 2, 1) })
	}()
	a := run(t, clientdns.Config{Nameservers: []netip.AddrPort{conn.LocalAddr().(*net.UDPAddr).AddrPort()}}, clientdns.Request{Host: "www.example.com"})
	require.NoError(t, a[0].Err)
	assert.Equal(t, []netip.Addr{netip.MustParseAddr("192.0.2.1")}, a[0].Addrs())
}

func TestShutdownAnswersWhatIsPending(t *testing.T) {
	s := startServer(t, func(*server, dns.Question, bool) *dns.Msg { return nil })
	k := kernel.New()
	_, err := clientdns.New(k, clientdns.Config{Nameservers: []netip.AddrPort{s.addr}, MaxOpen: 1})
	require.NoError(t, err)
	var got []error
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, host := range []string{"a.example.com", "b.example.com"} {
				assert.NoError(t, e.Kernel.Post(kernel.Alias("resolver"), "resolve", clientdns.Request{Host: host, Event: "got"}))
			}
			assert.NoError(t, e.Kernel.Post(kernel.Alias("resolver"), "shutdown"))
		},
		"got": func(e kernel.Event) { got = append(got, clientdns.AnswerOf(e).Err) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []error{clientdns.ErrShutdown, clientdns.ErrShutdown}, got)
}

func TestConfigErrors(t *testing.T) {
	k := kernel.New()
	for field, c := range map[string]clientdns.Config{
		"Timeout":    {Timeout: -1},
		"MaxOpen":    {MaxOpen: -1},
		"CacheSize":  {CacheSize: -2},
		"ResolvConf": {ResolvConf: filepath.Join(t.TempDir(), "none")},
	} {
		_, err := clientdns.New(k, c)
		var wrong *kernel.ConfigError
		if assert.ErrorAs(t, err, &wrong, field) {
			assert.Equal(t, field, wrong.Field)
		}
	}
	file := filepath.Join(t.TempDir(), "resolv.conf")
	require.NoError(t, os.WriteFile(file, []byte("nameserver 192.0.2.53\nsearch example.com\noptions ndots:2\n"), 0o600))
	r, err := clientdns.New(k, clientdns.Config{ResolvConf: file})
	require.NoError(t, err)
	r.Shutdown()
	require.NoError(t, k.RunContext(context.Background()))
}
