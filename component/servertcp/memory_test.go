package servertcp_test

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// world is a server in memory, under a virtual clock: what takes a minute
// takes no time.
type world struct {
	t     *testing.T
	k     *kernel.Kernel
	clock *poetest.Clock
	at    *poetest.Listener
	l     *servertcp.Listener
	told  []string // what ClientError was told, and ClientDisconnected
}

// inMemory starts a server, an echo server if nothing else is said.
func inMemory(t *testing.T, c servertcp.Config) *world {
	w := &world{t: t, clock: &poetest.Clock{}, at: poetest.Listen(netip.MustParseAddrPort("192.0.2.1:7"))}
	w.k = poetest.New(t, kernel.Options{Clock: w.clock})
	c.Alias, c.Listener = "server", w.at.Handle()
	if c.ClientInput == nil && c.Dialogue == nil && c.Acceptor == nil {
		c.ClientInput = servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) })
	}
	if c.Acceptor == nil {
		c.ClientError = func(_ *servertcp.Client, err *kernel.OpError) { w.tell("%v", err) }
		c.ClientDisconnected = func(*servertcp.Client) { w.tell("gone") }
	}
	var err error
	w.l, err = servertcp.New(w.k, c)
	require.NoError(t, err)
	return w
}

func (w *world) tell(format string, args ...any) {
	w.told = append(w.told, fmt.Sprintf("%v ", w.clock.Mono())+fmt.Sprintf(format, args...))
}

// pass lets virtual time pass.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	_, err := poetest.RunFor(w.k, w.clock, d)
	require.NoError(w.t, err)
}

func (w *world) post(event string, args ...any) {
	w.t.Helper()
	require.NoError(w.t, w.k.Post(w.l.ID(), event, args...))
}

// end shuts the server down; everything else has ended.
func (w *world) end() {
	w.t.Helper()
	w.post("shutdown")
	require.NoError(w.t, w.k.Run())
}

// visitor is the far end of a connection.
type visitor struct {
	*kernel.Handle
	t *testing.T
}

func (w *world) visit() visitor {
	w.t.Helper()
	return visit(w.t, w.at)
}

func visit(t *testing.T, at *poetest.Listener) visitor {
	t.Helper()
	h, err := at.Dial()
	require.NoError(t, err)
	t.Cleanup(func() { h.Close() })
	return visitor{h, t}
}

func (v visitor) send(text string) {
	v.t.Helper()
	_, err := v.Write([]byte(text))
	require.NoError(v.t, err)
}

// hear returns what has come, with plain line ends, and at the end of the
// stream "(end)".
func (v visitor) hear() string {
	var all strings.Builder
	for buf := make([]byte, 1<<16); ; {
		n, err := v.Read(buf)
		all.Write(buf[:n])
		switch {
		case err == nil:
			continue
		case errors.Is(err, io.EOF), errors.Is(err, syscall.ECONNRESET):
			all.WriteString("(end)")
		default:
			require.ErrorIs(v.t, err, kernel.ErrWouldBlock)
		}
		return strings.ReplaceAll(all.String(), "\r\n", "\n")
	}
}

func TestTimeoutsInMemory(t *testing.T) {
	for name, at := range map[string]struct {
		timeouts servertcp.Timeouts
		send     string
		told     string
	}{
		"idle":  {servertcp.Timeouts{Idle: time.Hour}, "", "1h0m0s idle: connection timed out"},
		"read":  {servertcp.Timeouts{Read: time.Hour}, "no end", "1h0m0s read: connection timed out"},
		"write": {servertcp.Timeouts{Write: time.Hour}, "much\n", "1h15m0s write: connection timed out"},
	} {
		t.Run(name, func(t *testing.T) {
			w := inMemory(t, servertcp.Config{
				Timeouts:    at.timeouts,
				ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(strings.Repeat("x", 1<<20)) }),
			})
			v := w.visit()
			v.send(at.send)
			w.pass(59 * time.Minute)
			require.Empty(t, w.told)
			w.pass(time.Hour)
			require.Equal(t, at.told, w.told[0])
			w.pass(time.Hour)
			require.Len(t, w.told, 2)
			require.Contains(t, v.hear(), "(end)")
			w.end()
		})
	}
}

// A connection that talks is not idle, for hours.
func TestTimeoutsLeaveTheBusyAlone(t *testing.T) {
	w := inMemory(t, servertcp.Config{Timeouts: servertcp.Timeouts{Idle: time.Minute, Read: time.Minute, Write: time.Minute}})
	v := w.visit()
	for range 6 * 60 * 2 {
		v.send("still here\n")
		w.pass(30 * time.Second)
		require.Equal(t, "still here\n", v.hear())
	}
	require.Empty(t, w.told)
	v.Close()
	w.pass(0)
	require.Equal(t, []string{"6h0m0s read: ", "6h0m0s gone"}, w.told)
	w.end()
}

// Parts of a record are input, too, so that such a connection is not idle. What it does
// to Read is in TestTimeoutsInMemory.
func TestAPartOfARecordIsInput(t *testing.T) {
	w := inMemory(t, servertcp.Config{Timeouts: servertcp.Timeouts{Idle: time.Minute}})
	v := w.visit()
	for range 60 {
		v.send("x")
		w.pass(30 * time.Second)
	}
	require.Empty(t, w.told)
	w.pass(2 * time.Minute)
	require.Len(t, w.told, 2)
	require.Equal(t, "30m45s idle: connection timed out", w.told[0])
	v.hear()
	w.end()
}

// Of five connections two a second are accepted: the last waits for the third
// second.
func TestAcceptRate(t *testing.T) {
	var accepted []time.Duration
	var w *world
	w = inMemory(t, servertcp.Config{
		Limits:          servertcp.Limits{AcceptRate: 2},
		ClientConnected: func(*servertcp.Client) { accepted = append(accepted, w.clock.Mono()) },
	})
	for range 5 {
		w.visit().send("x\n")
	}
	w.pass(time.Minute)
	require.Equal(t, []time.Duration{0, 0, time.Second, time.Second, 2 * time.Second}, accepted)
	w.post("drain", time.Minute)
	w.end()
}

// POE's Concurrency => 0 is Paused, and the event counts as POE does.
func TestConcurrency(t *testing.T) {
	w := inMemory(t, servertcp.Config{Paused: true})
	var all []visitor
	for range 4 {
		v := w.visit()
		v.send("in\n")
		all = append(all, v)
	}
	answered := func() (n int) {
		w.pass(time.Second)
		require.Equal(t, w.l.Connections, w.l.Stats().Open)
		return w.l.Connections
	}
	require.Equal(t, 0, answered(), "nobody")
	w.post("set_concurrency", 1)
	require.Equal(t, 1, answered())
	w.post("set_concurrency")
	w.post("set_concurrency", "many")
	require.Equal(t, 1, answered(), "what is no number changes nothing")
	w.post("set_concurrency", 0)
	all[0].Close()
	require.Equal(t, 0, answered(), "nobody follows")
	w.post("set_concurrency", -1)
	require.Equal(t, 3, answered(), "all the others")
	w.post("drain")
	w.end()
	require.Zero(t, w.l.Stats().ForceClosed)
}

// The event "drain" with something strange does nothing.
func TestDrainArgument(t *testing.T) {
	w := inMemory(t, servertcp.Config{})
	v := w.visit()
	w.post("drain", "soon")
	v.send("hello\n")
	w.pass(time.Second)
	require.Equal(t, "hello\n", v.hear())
	w.post("drain", time.Duration(0))
	w.end()
	require.Equal(t, "(end)", v.hear())
}

func TestPerPeerAndOutputLimitsInMemory(t *testing.T) {
	var refused []error
	w := inMemory(t, servertcp.Config{
		Limits:      servertcp.Limits{PerPeer: 2, Output: 1 << 17},
		Refused:     func(_ *servertcp.Listener, _ socketfactory.Socket, why error) { refused = append(refused, why) },
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put(strings.Repeat(line, 1<<17)); c.Put("more") }),
	})
	first, second, third := w.visit(), w.visit(), w.visit()
	w.pass(time.Second)
	require.Equal(t, []error{servertcp.ErrPeerLimit}, refused)
	require.Equal(t, "(end)", third.hear())
	first.send("x\n")
	w.pass(time.Second)
	require.Equal(t, []string{"1s write: " + readwrite.ErrPending.Error(), "1s gone"}, w.told)
	second.Close()
	w.end()
}

// A proxy announces its peer; silence is not golden.
func TestProxyInMemory(t *testing.T) {
	var from []string
	w := inMemory(t, servertcp.Config{
		Proxy: servertcp.Proxy{Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		ClientConnected: func(c *servertcp.Client) {
			from = append(from, c.RemoteAddr.String()+" by "+c.ProxyAddr().Addr().String())
		},
	})
	v, silent := w.visit(), w.visit()
	v.send("PROXY TCP4 198.51.100.7 192.0.2.1 4711 7\r\nhello\n")
	w.pass(time.Hour)
	require.Equal(t, []string{"198.51.100.7:4711 by 127.0.0.1"}, from)
	require.Equal(t, "hello\n", v.hear())
	require.Equal(t, []string{"10s proxy: connection timed out"}, w.told)
	require.Equal(t, "(end)", silent.hear())
	v.Close()
	w.end()
}

// A dialogue waits in virtual time; the kernel's door for others is closed to
// it, as it is to every handler.
func TestDialogueInMemory(t *testing.T) {
	var door error
	w := inMemory(t, servertcp.Config{Dialogue: func(d *servertcp.Dialogue) error {
		_, door = d.Client.Kernel.Outside().Call(t.Context(), d.Client.Listener().ID(), "stats")
		for {
			line, err := d.Expect(time.Hour)
			switch {
			case errors.Is(err, syscall.ETIMEDOUT):
				d.Send("are you there?")
			case err != nil:
				return err
			default:
				d.Send("you said " + line)
			}
		}
	}})
	v := w.visit()
	w.pass(150 * time.Minute)
	v.send("yes\n")
	w.pass(time.Minute)
	require.ErrorIs(t, door, kernel.ErrWouldDeadlock)
	require.Equal(t, "are you there?\nare you there?\nyou said yes\n", v.hear())
	v.Close()
	w.end()
	require.Equal(t, []string{"2h31m0s read: ", "2h31m0s gone"}, w.told)
}

// Several listeners in memory, and one that a handler has replaced by shutdown.
func TestSeveralAddressesInMemory(t *testing.T) {
	also := poetest.Listen(netip.MustParseAddrPort("[2001:db8::1]:7"))
	w := inMemory(t, servertcp.Config{ExtraAddresses: []servertcp.Address{{Listener: also.Handle()}}})
	require.Len(t, w.l.Addrs(), 2)
	for _, v := range []visitor{w.visit(), visit(t, also)} {
		v.send("hello\n")
		w.pass(time.Second)
		require.Equal(t, "hello\n", v.hear())
		v.Close()
	}
	w.end()
	for _, at := range []*poetest.Listener{w.at, also} {
		_, err := at.Dial()
		require.ErrorIs(t, err, syscall.ECONNREFUSED)
	}
}

func TestAcceptorInMemory(t *testing.T) {
	w := inMemory(t, servertcp.Config{Acceptor: func(l *servertcp.Listener, s socketfactory.Socket) {
		_, err := s.Handle.Write([]byte("take this"))
		assert.NoError(t, err)
		assert.NoError(t, s.Handle.Close())
	}})
	v := w.visit()
	w.pass(time.Second)
	require.Equal(t, "take this(end)", v.hear())
	w.end()
}
