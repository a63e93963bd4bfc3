package servertcp_test

import (
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

const announcesAlice = "PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n"

// behindProxy is a server that trusts proxies on this machine and tells who
// connects.
func behindProxy() (c servertcp.Config, who <-chan string) {
	from := make(chan string, 10)
	c.Proxy = servertcp.Proxy{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	c.ClientConnected = func(c *servertcp.Client) {
		from <- c.RemoteAddr.String() + " " + c.RemoteIP + " by " + c.ProxyAddr().Addr().String()
	}
	return c, from
}

func blockOf(t *testing.T, command proxyproto.ProtocolVersionAndCommand) string {
	h := proxyproto.HeaderProxyFromAddrs(2, &net.TCPAddr{IP: net.ParseIP("2001:db8::1"), Port: 99}, &net.TCPAddr{IP: net.ParseIP("2001:db8::2"), Port: 80})
	h.Command = command
	require.NoError(t, h.SetTLVs([]proxyproto.TLV{{Type: proxyproto.PP2_TYPE_AUTHORITY, Value: []byte("example.org")}}))
	b, err := h.Format()
	require.NoError(t, err)
	return string(b)
}

func TestProxy(t *testing.T) {
	c, who := behindProxy()
	r := run(t, c)
	for header, want := range map[string]string{
		announcesAlice:               "192.0.2.1:1234 192.0.2.1 by 127.0.0.1",
		blockOf(t, proxyproto.PROXY): "[2001:db8::1]:99 2001:db8::1 by 127.0.0.1",
	} {
		p := r.dial()
		p.send(header + "hello\n")
		p.want("hello")
		require.Equal(t, want, <-who)
		slow := r.dial() // and in two parts, without input behind it
		slow.send(header[:7])
		slow.send(header[7:])
		require.Equal(t, want, <-who)
		slow.Close()
		p.Close()
	}
	for _, header := range []string{"PROXY UNKNOWN\r\n", blockOf(t, proxyproto.LOCAL)} {
		p := r.dial()
		p.send(header + "hello\n")
		p.want("hello")
		require.Equal(t, p.LocalAddr().String()+" 127.0.0.1 by invalid IP", <-who)
		p.Close()
	}
}

func TestProxyErrors(t *testing.T) {
	for name, at := range map[string]struct {
		send string
		end  bool
		want error
	}{
		"none":  {"hello\n", false, proxyproto.ErrNoProxyProtocol},
		"bad":   {"PROXY TCP4 a b 1 2\r\n", false, proxyproto.ErrInvalidAddress},
		"end":   {"PROXY", true, io.EOF},
		"times": {"PROXY", false, syscall.ETIMEDOUT},
	} {
		t.Run(name, func(t *testing.T) {
			c, who := behindProxy()
			c.Timeouts.Handshake = time.Minute
			if name == "times" {
				c.Timeouts.Handshake = 20 * time.Millisecond
			}
			c.ClientDisconnected = func(*servertcp.Client) { t.Error("it was never connected") }
			told := errorsOf(&c)
			r := run(t, c)
			p := r.dial()
			p.send(at.send)
			if at.end {
				require.NoError(t, p.Conn.(*net.TCPConn).CloseWrite())
			}
			err := <-told
			require.Equal(t, "proxy", err.Op)
			require.ErrorIs(t, err, at.want)
			p.wantEnd()
			r.stop()
			require.Empty(t, told)
			require.Empty(t, who)
		})
	}
}

// Who is not trusted cannot pretend to be somebody else.
func TestProxyOfAStranger(t *testing.T) {
	c, who := behindProxy()
	c.Proxy.Trusted = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	r := run(t, c)
	p := r.dial()
	p.send(announcesAlice)
	p.want("PROXY TCP4 192.0.2.1 192.0.2.2 1234 80")
	require.Equal(t, p.LocalAddr().String()+" 127.0.0.1 by invalid IP", <-who)
}

func TestProxyBeforeTLS(t *testing.T) {
	dir := t.TempDir()
	cert := certificate(t, dir, "first.test")
	c, who := behindProxy()
	c.TLS.Config = &tls.Config{GetCertificate: cert.Get}
	r := run(t, c)
	p := r.dial()
	p.send(announcesAlice)
	secure := newPeer(t, tls.Client(p.Conn, trusting(t, filepath.Join(dir, "cert.pem"), "first.test")))
	secure.send("hello\n")
	secure.want("hello")
	require.Equal(t, "192.0.2.1:1234 192.0.2.1 by 127.0.0.1", <-who)
}

func TestProxyByUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sock")
	c, who := behindProxy()
	c.Domain, c.Address, c.Proxy = socketfactory.Unix, path, servertcp.Proxy{Local: true}
	r := run(t, c)
	p := dialTo(t, "unix", path)
	p.send(announcesAlice + "hello\n")
	p.want("hello")
	require.Equal(t, "192.0.2.1:1234 192.0.2.1 by invalid IP", <-who)
	p.Close()
	r.stop()
}

// The limit is that of the announced peers, not of the proxy.
func TestProxyAndPerPeerLimit(t *testing.T) {
	c, _ := behindProxy()
	c.Limits.PerPeer = 1
	told := errorsOf(&c)
	r := run(t, c)
	alice, bob := r.dial(), r.dial()
	alice.send(announcesAlice + "x\n")
	alice.want("x")
	bob.send(blockOf(t, proxyproto.PROXY) + "x\n")
	bob.want("x")
	again := r.dial()
	again.send(announcesAlice)
	require.ErrorIs(t, <-told, servertcp.ErrPeerLimit)
	again.wantEnd()
	require.EqualValues(t, 1, r.stats().Refused)
	alice.Close()
	for r.stats().Open > 1 { // until the server has noticed
	}
	alice = r.dial()
	alice.send(announcesAlice + "x\n")
	alice.want("x")
}

// ClientPreConnect knows the announced peer; a drain and a shutdown do not wait
// for a header.
func TestProxyWithPreConnectAndDrain(t *testing.T) {
	c, _ := behindProxy()
	asked := make(chan string, 1)
	c.ClientPreConnect = func(c *servertcp.Client, h *kernel.Handle) *kernel.Handle { asked <- c.RemoteIP; return nil }
	r := run(t, c)
	refused, silent := r.dial(), r.dial()
	refused.send(announcesAlice)
	require.Equal(t, "192.0.2.1", <-asked)
	refused.wantEnd()
	for r.stats().Open != 1 { // until the silent one is there, and the other gone
	}
	r.drain(time.Hour)
	silent.wantEnd()
	r.wait()
}

func TestProxyConfigErrors(t *testing.T) {
	for _, c := range []servertcp.Config{
		{ClientInput: servertcp.Input(func(*servertcp.Client, string) {}), Proxy: servertcp.Proxy{Trusted: []netip.Prefix{{}}}},
		{Acceptor: func(*servertcp.Listener, socketfactory.Socket) {}, Proxy: servertcp.Proxy{Local: true}},
	} {
		_, err := servertcp.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, "Proxy", wrong.Field)
	}
}
