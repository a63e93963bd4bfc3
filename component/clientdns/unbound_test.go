package clientdns_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/miekg/dns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clientdns"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// startUnbound starts a name server of others with a zone of its own. Without the
// program the test is skipped, unless POE_REQUIRED says that it must be there.
func startUnbound(t *testing.T) netip.AddrPort {
	path, err := exec.LookPath("unbound")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/unbound")
	}
	if err != nil {
		if os.Getenv("POE_REQUIRED") != "" {
			t.Fatalf("unbound is required and not there: %v", err)
		}
		t.Skip("needs unbound")
	}
	udp, tcp := listenTwice(t)
	addr := udp.LocalAddr().(*net.UDPAddr).AddrPort()
	_, _ = udp.Close(), tcp.Close()
	dir := t.TempDir()
	var zone strings.Builder
	for _, record := range []string{
		"tea.example. 60 IN A 192.0.2.1", "tea.example. 60 IN AAAA 2001:db8::1", "tea.example. 60 IN MX 5 mail.example.",
		"mail.example. 60 IN A 192.0.2.25", "_irc._tcp.example. 60 IN SRV 1 2 6667 tea.example.", "1.2.0.192.in-addr.arpa. 60 IN PTR tea.example.",
	} {
		fmt.Fprintf(&zone, "  local-data: '%s'\n", record)
	}
	for i := range 60 { // too long for a datagram
		fmt.Fprintf(&zone, "  local-data: 'long.example. 60 IN TXT \"%d %s\"'\n", i, strings.Repeat("x", 100))
	}
	config := filepath.Join(dir, "unbound.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, `server:
  interface: 127.0.0.1
  port: %d
  directory: "%s"
  chroot: ""
  username: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  do-ip6: no
  local-zone: "example." static
  local-zone: "2.0.192.in-addr.arpa." static
%sremote-control:
  control-enable: no
`, addr.Port(), dir, zone.String()), 0o644))
	cmd := exec.Command(path, "-d", "-c", config)
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(said.String())
		}
	})
	for range 500 {
		if m, err := dns.Exchange(new(dns.Msg).SetQuestion("tea.example.", dns.TypeA), addr.String()); err == nil && len(m.Answer) == 1 {
			return addr
		}
		time.Sleep(20 * time.Millisecond) // until the server answers
	}
	t.Fatal("unbound does not answer")
	return addr
}

// All types of questions, a truncated answer, and many at once, of a real server.
func TestUnbound(t *testing.T) {
	addr := startUnbound(t)
	k := kernel.New()
	r, err := clientdns.New(k, clientdns.Config{Nameservers: []netip.AddrPort{addr}, HostsFile: "/nonexistent", Search: []string{"example"}, MaxOpen: 50})
	require.NoError(t, err)
	got := map[string]*clientdns.Answer{}
	const many = 500
	numbered := 0
	_, err = session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			for name, q := range map[string]clientdns.Request{
				"a": {Host: "tea.example"}, "search": {Host: "mail"}, "aaaa": {Host: "tea.example", Type: dns.TypeAAAA}, "mx": {Host: "tea.example", Type: dns.TypeMX},
				"srv": {Host: "_irc._tcp.example", Type: dns.TypeSRV}, "ptr": {Host: "192.0.2.1"}, "txt": {Host: "long.example", Type: dns.TypeTXT},
				"none": {Host: "none.example."}, "empty": {Host: "mail.example", Type: dns.TypeAAAA},
			} {
				q.Event, q.Context = "got", name
				assert.Nil(t, r.Resolve(q))
			}
			for i := range many {
				assert.Nil(t, r.Resolve(clientdns.Request{Host: fmt.Sprint("n", i, ".example."), Event: "numbered"}))
			}
		},
		"got": func(e kernel.Event) { got[clientdns.AnswerOf(e).Context.(string)] = clientdns.AnswerOf(e) },
		"numbered": func(e kernel.Event) {
			var code *clientdns.RcodeError
			assert.ErrorAs(t, clientdns.AnswerOf(e).Err, &code)
			numbered++
		},
		"_stop": func(kernel.Event) { r.Shutdown() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, many, numbered)
	for name, want := range map[string]string{"a": "192.0.2.1", "search": "192.0.2.25", "aaaa": "2001:db8::1"} {
		assert.Equal(t, []netip.Addr{netip.MustParseAddr(want)}, got[name].Addrs(), name)
	}
	assert.Equal(t, "mail.example.", got["mx"].MX()[0].Mx)
	assert.Equal(t, uint16(6667), got["srv"].SRV()[0].Port)
	assert.Equal(t, []string{"tea.example"}, got["ptr"].Names())
	assert.Len(t, got["txt"].TXT(), 60)
	var code *clientdns.RcodeError
	assert.ErrorAs(t, got["none"].Err, &code)
	assert.NoError(t, got["empty"].Err)
	assert.Empty(t, got["empty"].Addrs())
}
