package clientdns_test

import (
	"fmt"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// BenchmarkQueriesInFlight has ten thousand questions under way, on sockets in memory;
// B/query is the memory that one needs.
func BenchmarkQueriesInFlight(b *testing.B) {
	const queries = 10_000
	var used int64
	for b.Loop() {
		clock := &poetest.Clock{}
		k := kernel.New(kernel.Options{Clock: clock})
		r, err := clientdns.New(k, clientdns.Config{
			Nameservers: []netip.AddrPort{first}, HostsFile: "/nonexistent", MaxOpen: queries, Retry: time.Hour, Timeout: time.Hour,
			Socket: func(netip.AddrPort) (*kernel.Handle, error) {
				return (&kerneltest.Packets{Sent: func([]byte, netip.AddrPort) {}}).Handle(), nil
			},
		})
		require.NoError(b, err)
		var before int64
		_, err = session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Yield("ask") },
			"ask": func(kernel.Event) {
				before = heap()
				for i := range queries {
					r.Resolve(clientdns.Request{Host: fmt.Sprint("n", i, ".example."), Event: "got"})
				}
			},
			"got": func(kernel.Event) {},
		})
		require.NoError(b, err)
		_, err = poetest.RunFor(k, clock, time.Second)
		require.NoError(b, err)
		require.Equal(b, queries, r.Pending())
		used += heap() - before
		r.Shutdown()
		require.NoError(b, k.Run())
	}
	b.ReportMetric(float64(used)/float64(queries*b.N), "B/query")
}

// heap returns how much memory is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
