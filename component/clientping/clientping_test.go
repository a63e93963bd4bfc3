package clientping_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"

	"github.com/gopoe/poe/component/clientping"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// network is a socket in memory: answer makes the replies to a request.
type network struct {
	answer func(n *network, m *icmp.Message, packet []byte)
	in     chan []byte
	closed chan struct{}
}

func newNetwork(answer func(n *network, m *icmp.Message, packet []byte)) *network {
	return &network{answer: answer, in: make(chan []byte, 100), closed: make(chan struct{})}
}

func (n *network) ReadFrom(p []byte) (int, net.Addr, error) {
	select {
	case packet := <-n.in:
		return copy(p, packet), &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1)}, nil
	case <-n.closed:
		return 0, nil, net.ErrClosed
	}
}

func (n *network) WriteTo(p []byte, _ net.Addr) (int, error) {
	m, err := icmp.ParseMessage(1, p)
	if err != nil {
		return 0, err
	}
	n.answer(n, m, p)
	return len(p), nil
}

// reply sends a reply with the data changed by f.
func (n *network) reply(m *icmp.Message, f func(e *icmp.Echo)) {
	e := *m.Body.(*icmp.Echo)
	e.Data = append([]byte(nil), e.Data...)
	f(&e)
	packet, err := (&icmp.Message{Type: ipv4.ICMPTypeEchoReply, Body: &e}).Marshal(nil)
	if err != nil {
		panic(err)
	}
	n.in <- packet
}

func (n *network) Close() error                     { close(n.closed); return nil }
func (n *network) LocalAddr() net.Addr              { return &net.UDPAddr{IP: net.IPv4(192, 0, 2, 9)} }
func (n *network) SetDeadline(time.Time) error      { return nil }
func (n *network) SetReadDeadline(time.Time) error  { return nil }
func (n *network) SetWriteDeadline(time.Time) error { return nil }

// ping runs pings until each has had its last reply.
func ping(t *testing.T, c clientping.Config, requests ...clientping.Request) []*clientping.Reply {
	t.Helper()
	k := kernel.New()
	p, err := clientping.New(k, c)
	require.NoError(t, err)
	var got []*clientping.Reply
	left := len(requests)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, r := range requests {
				r.Event = "pong"
				assert.NoError(t, e.Post(kernel.Alias("pinger"), "ping", r))
			}
		},
		"pong": func(e kernel.Event) {
			r := clientping.ReplyOf(e)
			if got = append(got, r); r.Last {
				if left--; left == 0 {
					assert.Zero(t, p.Pending())
					p.Shutdown()
				}
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	return got
}

// What a network can do to a ping: lose it, double it, forge its reply, garble it.
func TestNetwork(t *testing.T) {
	same := func(*icmp.Echo) {}
	lost := 0
	for name, c := range map[string]struct {
		answer  func(n *network, m *icmp.Message, packet []byte)
		one     bool
		replies int
		err     error
	}{
		"answers": {func(n *network, m *icmp.Message, _ []byte) { n.reply(m, same) }, true, 1, nil},
		"doubles": {func(n *network, m *icmp.Message, _ []byte) { n.reply(m, same); n.reply(m, same) }, false, 2, nil},
		"loses":   {func(*network, *icmp.Message, []byte) {}, true, 0, clientping.ErrTimeout},
		"loses one": {func(n *network, m *icmp.Message, _ []byte) {
			if lost++; lost > 1 {
				n.reply(m, same)
			}
		}, true, 1, nil},
		"forges": {func(n *network, m *icmp.Message, packet []byte) {
			n.reply(m, func(e *icmp.Echo) { e.Data[0]++ })
			n.reply(m, func(e *icmp.Echo) { e.Seq++ })
			n.reply(m, func(e *icmp.Echo) { e.Data = e.Data[:10] })
			n.in <- packet // the request itself
			n.in <- nil
			n.in <- []byte{0, 0, 0}
			n.in <- packet[:len(packet)-1]
		}, true, 0, clientping.ErrTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			got := ping(t, clientping.Config{
				Socket: kernel.PacketConn(newNetwork(c.answer)), Timeout: 50 * time.Millisecond, Retry: 2, OneReply: c.one,
			}, clientping.Request{Addr: "192.0.2.1", Context: name})
			last := got[len(got)-1]
			assert.Equal(t, c.replies, last.Replies)
			assert.ErrorIs(t, last.Err, c.err)
			assert.Equal(t, name, last.Request.Context)
			if c.one {
				assert.Len(t, got, 1)
			}
			if c.replies > 0 {
				assert.Equal(t, netip.MustParseAddr("192.0.2.1"), got[0].From)
				assert.GreaterOrEqual(t, got[0].RoundTrip, time.Duration(0))
			} else {
				assert.Equal(t, 2, last.Attempt)
			}
		})
	}
}

// The host itself answers, over IPv4 and IPv6, to many pings at once.
func TestLoopback(t *testing.T) {
	requests := []clientping.Request{{Addr: "localhost", Timeout: 5 * time.Second}}
	for i := range 200 {
		requests = append(requests, clientping.Request{Addr: fmt.Sprintf("127.0.%d.%d", i/100, 1+i%100), Timeout: 5 * time.Second})
	}
	if _, err := net.Dial("udp", "[::1]:9"); err == nil {
		requests = append(requests, clientping.Request{Addr: "::1", Timeout: 5 * time.Second})
	}
	got := ping(t, clientping.Config{OneReply: true, Parallelism: 50}, requests...)
	require.Len(t, got, len(requests))
	for _, r := range got {
		if r.Err != nil && os.IsPermission(errOf(r.Err)) && os.Getenv("POE_REQUIRED") == "" {
			t.Skip(r.Err)
		}
		require.NoError(t, r.Err, r.Request.Addr)
		if addr, err := netip.ParseAddr(r.Request.Addr); err == nil {
			assert.Equal(t, addr, r.From)
		}
	}
}

// errOf finds the system's error.
func errOf(err error) error {
	if list, ok := err.(interface{ Unwrap() []error }); ok {
		return list.Unwrap()[1]
	}
	return err
}

// The events of the original, what is cleared, and what a shutdown leaves.
func TestEvents(t *testing.T) {
	k := kernel.New()
	silent := kernel.PacketConn(newNetwork(func(*network, *icmp.Message, []byte) {}))
	p, err := clientping.New(k, clientping.Config{Socket: silent, MaxPending: 2, Parallelism: 1, Timeout: time.Hour})
	require.NoError(t, err)
	var got []string
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			post := func(args ...any) { assert.NoError(t, e.Post(kernel.Alias("pinger"), "ping", args...)) }
			post([]any{"pong", "first"}, "192.0.2.1", 0.02, 1)
			post([]any{"pong", "cleared"}, "192.0.2.2")
			post([]any{"pong", "left"}, netip.MustParseAddr("192.0.2.3"))
			post([]any{"pong", "too many"}, "192.0.2.4")
			post("pong")
			assert.NoError(t, e.Post(kernel.Alias("pinger"), "clear", "192.0.2.2"))
		},
		"pong": func(e kernel.Event) {
			request, response := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
			assert.Nil(t, response[0])
			got = append(got, fmt.Sprint(request[0], " ", request[3], " ", clientping.ReplyOf(e).Err))
			if request[3] == "first" {
				assert.Equal(t, 20*time.Millisecond, request[1])
				p.Shutdown()
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{
		"192.0.2.4 too many " + clientping.ErrBusy.Error(),
		"192.0.2.1 first " + clientping.ErrTimeout.Error(),
		"192.0.2.3 left " + clientping.ErrShutdown.Error(),
	}, got)
}

func TestConfigErrors(t *testing.T) {
	for field, c := range map[string]clientping.Config{
		"Timeout": {Timeout: -1}, "Retry": {Retry: -1}, "Parallelism": {Parallelism: 40000}, "MaxPending": {MaxPending: -1}, "Payload": {Payload: 15},
	} {
		_, err := clientping.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
}
