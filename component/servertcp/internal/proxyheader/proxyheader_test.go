package proxyheader_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/pires/go-proxyproto"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp/internal/proxyheader"
)

// block is a header of version 2.
func block(t testing.TB, command proxyproto.ProtocolVersionAndCommand, from, to net.Addr) string {
	h := proxyproto.HeaderProxyFromAddrs(2, from, to)
	h.Command = command
	b, err := h.Format()
	require.NoError(t, err)
	return string(b)
}

func tcp(ip string, port int) *net.TCPAddr { return &net.TCPAddr{IP: net.ParseIP(ip), Port: port} }

func TestSource(t *testing.T) {
	unix := &net.UnixAddr{Net: "unix", Name: "/run/a"}
	for name, c := range map[string]struct {
		header, addr string
		own          bool
	}{
		"line":     {"PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\n", "192.0.2.1:1234", false},
		"shortest": {"PROXY TCP6 :: :: 1 1\r\n", "[::]:1", false},
		"line six": {"PROXY TCP6 2001:db8::1 2001:db8::2 1234 80\r\n", "[2001:db8::1]:1234", false},
		"unknown":  {"PROXY UNKNOWN\r\n", "", true},
		"block":    {block(t, proxyproto.PROXY, tcp("192.0.2.1", 1234), tcp("192.0.2.2", 80)), "192.0.2.1:1234", false},
		"six":      {block(t, proxyproto.PROXY, tcp("2001:db8::1", 1234), tcp("2001:db8::2", 80)), "[2001:db8::1]:1234", false},
		"unix":     {block(t, proxyproto.PROXY, unix, unix), "", false},
		"local":    {block(t, proxyproto.LOCAL, tcp("192.0.2.1", 1234), tcp("192.0.2.2", 80)), "", true},
	} {
		for _, chunk := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader} {
			t.Run(name, func(t *testing.T) {
				in := strings.NewReader(c.header + "PROXY after it")
				var r proxyheader.Reader
				done, err := r.Read(chunk(in))
				require.NoError(t, err)
				require.True(t, done)
				rest, _ := io.ReadAll(in)
				assert.Equal(t, "PROXY after it", string(rest), "not a byte more is read")
				got, err := r.Source()
				require.NoError(t, err)
				want := proxyheader.Source{Own: c.own}
				if c.addr != "" {
					want.Addr = netip.MustParseAddrPort(c.addr)
				}
				assert.Equal(t, want, got)
			})
		}
	}
}

func TestBad(t *testing.T) {
	sig := string(proxyproto.SIGV2)
	for name, c := range map[string]struct {
		header string
		want   error
	}{
		"none":       {"G", proxyproto.ErrNoProxyProtocol},
		"nearly one": {sig[:11] + "x", proxyproto.ErrNoProxyProtocol},
		"no end":     {"PROXY TCP4 " + strings.Repeat("1", 200), proxyheader.ErrTooLong},
		"no CR":      {"PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\n", proxyproto.ErrLineMustEndWithCrlf},
		"address":    {"PROXY TCP4 192.0.2.300 192.0.2.2 1234 80\r\n", proxyproto.ErrInvalidAddress},
		"port":       {"PROXY TCP4 192.0.2.1 192.0.2.2 66666 80\r\n", proxyproto.ErrInvalidPortNumber},
		"too long":   {sig + "\x21\x11\xff\xff", proxyheader.ErrTooLong},
		"too short":  {sig + "\x21\x11\x00\x01x", proxyproto.ErrInvalidLength},
		"datagrams":  {sig + "\x21\x12\x00\x0c" + strings.Repeat("x", 12), proxyheader.ErrAddress},
		"ends":       {"PROXY TCP4", io.EOF},
		"short line": {"PROXY\r\n and more", proxyproto.ErrCantReadAddressFamilyAndProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			var r proxyheader.Reader
			done, err := r.Read(strings.NewReader(c.header))
			if done {
				_, err = r.Source()
			}
			require.ErrorIs(t, err, c.want)
		})
	}
}

// Whatever comes, the limits hold, and the cut of the chunks makes no
// difference.
func FuzzReader(f *testing.F) {
	f.Add([]byte("PROXY TCP4 192.0.2.1 192.0.2.2 1234 80\r\nrest"))
	f.Add([]byte("PROXY UNKNOWN whatever\r\n"))
	f.Add([]byte("PROXY\n0")) // ends before any header can
	f.Add([]byte(block(f, proxyproto.PROXY, tcp("2001:db8::1", 1), tcp("2001:db8::2", 2))))
	f.Fuzz(func(t *testing.T, data []byte) {
		var whole, single proxyheader.Reader
		a, b := bytes.NewReader(data), bytes.NewReader(data)
		doneA, errA := whole.Read(a)
		doneB, errB := single.Read(iotest.OneByteReader(b))
		require.Equal(t, doneA, doneB)
		require.Equal(t, errA == nil, errB == nil)
		require.LessOrEqual(t, len(data)-a.Len(), proxyheader.MaxBlock)
		if !doneA {
			return
		}
		fromA, errA := whole.Source()
		fromB, errB := single.Source()
		require.Equal(t, fromA, fromB)
		if errA == nil { // what is behind a malformed header is nobody's
			require.Equal(t, a.Len(), b.Len())
		}
		require.True(t, (errA == nil) == (errB == nil) || errors.Is(errA, errB))
	})
}
