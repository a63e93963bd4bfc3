package clientdns_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Programs that look names up by package net, and a client whose host is a name,
// ask the resolver, and share its cache.
func TestNetResolver(t *testing.T) {
	s := startServer(t, zone(t, "tea.example. 60 IN A 127.0.0.1\nmail.example. 60 IN MX 5 tea.example.\n"))
	k := kernel.New()
	r, err := clientdns.New(k, clientdns.Config{Nameservers: []netip.AddrPort{s.addr}, HostsFile: "/nonexistent"})
	require.NoError(t, err)
	resolver := r.NetResolver()
	runs := make(chan struct{})
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) { // the kernel runs until "end"
		assert.NoError(t, e.AliasSet("test"))
		e.RefcountIncrement(e.Session, "look-ups")
		e.Yield("runs")
	}, "runs": func(kernel.Event) { close(runs) }, "end": func(e kernel.Event) { e.RefcountDecrement(e.Session, "look-ups"); r.Shutdown() }})
	require.NoError(t, err)
	looked := make(chan error, 1)
	go func() {
		<-runs
		addrs, err := resolver.LookupHost(t.Context(), "tea.example.")
		assert.Equal(t, []string{"127.0.0.1"}, addrs)
		mx, err2 := resolver.LookupMX(t.Context(), "mail.example.")
		if assert.Len(t, mx, 1) {
			assert.Equal(t, "tea.example.", mx[0].Host)
		}
		_, err3 := resolver.LookupHost(t.Context(), "none.example.")
		var missing *net.DNSError
		assert.ErrorAs(t, err3, &missing)
		assert.True(t, missing.IsNotFound)
		looked <- errors.Join(err, err2)
		k.Outside().DoAsync(func(k *kernel.Kernel) { connect(t, k, r) })
	}()
	require.NoError(t, k.Run())
	require.NoError(t, <-looked)
	assert.Equal(t, 1, s.count("tea.example. A "), "asked once, then from the cache")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, err = resolver.LookupHost(ctx, "tea.example.")
	assert.Error(t, err, "the kernel has ended")
}

// connect lets a client find a server by its name, and ends all.
func connect(t *testing.T, k *kernel.Kernel, r *clientdns.Resolver) {
	l, err := servertcp.Listen(k, servertcp.Config{
		Address: "127.0.0.1", ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }),
	})
	require.NoError(t, err)
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "tea.example.", RemotePort: l.Addr().(*net.TCPAddr).Port, Resolver: r.NetResolver(),
		Connected: func(c *clienttcp.Client) { c.Put("hello") },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			assert.Equal(t, "hello", line)
			c.Shutdown()
			_ = k.Post(l.ID(), "shutdown")
			_ = k.Post(kernel.Alias("test"), "end")
		}),
		ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) {
			t.Error(err)
			_ = k.Post(l.ID(), "shutdown")
			_ = k.Post(kernel.Alias("test"), "end")
		},
	})
	require.NoError(t, err)
}
