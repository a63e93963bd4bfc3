package clientdns_test

import (
	"fmt"
	"net"
	"net/netip"
	"testing"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// BenchmarkQueries asks a server on loopback, which is in the same process, for
// names that are not in the cache, 64 at a time.
func BenchmarkQueries(b *testing.B) {
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(b, err)
	server := &dns.Server{PacketConn: socket, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, query *dns.Msg) {
		m := new(dns.Msg).SetReply(query)
		m.Answer = []dns.RR{&dns.A{Hdr: dns.RR_Header{Name: query.Question[0].Name, Rrtype: dns.TypeA, Class: dns.ClassINET, Ttl: 60}, A: net.IPv4(192, 0, 2, 1)}}
		_ = w.WriteMsg(m)
	})}
	go func() { _ = server.ActivateAndServe() }()
	defer socket.Close()
	k := kernel.New()
	r, err := clientdns.New(k, clientdns.Config{Nameservers: []netip.AddrPort{socket.LocalAddr().(*net.UDPAddr).AddrPort()}, HostsFile: "/nonexistent", CacheSize: clientdns.Unlimited})
	require.NoError(b, err)
	asked, got := 0, 0
	ask := func() {
		if asked++; asked <= b.N {
			r.Resolve(clientdns.Request{Host: fmt.Sprint("n", asked, ".example."), Type: dns.TypeA, Event: "got"})
		}
	}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			for range 64 {
				ask()
			}
		},
		"got": func(e kernel.Event) {
			require.NoError(b, clientdns.AnswerOf(e).Err)
			if got++; got >= b.N {
				r.Shutdown()
				return
			}
			ask()
		},
	})
	require.NoError(b, err)
	b.ResetTimer()
	require.NoError(b, k.Run())
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "queries/s")
}
