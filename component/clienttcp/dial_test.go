package clienttcp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// testAddr is where listeners in memory are.
var testAddr = netip.MustParseAddrPort("192.0.2.1:7")

// memory dials a listener in memory.
func memory(l *poetest.Listener) func(d *clienttcp.Dialing) {
	return func(d *clienttcp.Dialing) { d.Complete(l.Dial()) }
}

// A server and a client talk in memory, under the virtual clock.
func ExampleConfig_dial() {
	k := kernel.New(kernel.Options{Clock: &poetest.Clock{}})
	l := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:7"))
	_, err := servertcp.New(k, servertcp.Config{
		Alias: "echo", Listener: l.Handle(),
		ClientInput: servertcp.Input(func(c *servertcp.Client, line string) { c.Put("you said " + line) }),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = clienttcp.New(k, clienttcp.Config{
		Dial:      func(d *clienttcp.Dialing) { d.Complete(l.Dial()) },
		Connected: func(c *clienttcp.Client) { c.Put("hello") },
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			fmt.Println(line)
			c.Shutdown()
		}),
		Disconnected: func(c *clienttcp.Client) { c.Kernel.Post(kernel.Alias("echo"), "shutdown") },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(k.Run())
	// Output:
	// you said hello
	// <nil>
}

// diary notes what happens, and when.
type diary struct {
	clock *poetest.Clock
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.lines = append(d.lines, fmt.Sprintf("%v ", d.clock.Mono())+fmt.Sprintf(format, args...))
}

// The server ends connections that are idle, and the client comes back after
// a while, both in virtual time.
func TestIdleTimeoutsInMemory(t *testing.T) {
	d := &diary{clock: &poetest.Clock{}}
	k := poetest.New(t, kernel.Options{Clock: d.clock})
	l := poetest.Listen(netip.MustParseAddrPort("192.0.2.1:7"))
	_, err := servertcp.New(k, servertcp.Config{
		Alias: "server", Listener: l.Handle(), Timeouts: servertcp.Timeouts{Idle: time.Hour},
		ClientConnected:    func(c *servertcp.Client) { d.note("server: from %s", c.RemoteIP) },
		ClientInput:        servertcp.Input(func(c *servertcp.Client, line string) { c.Put(line) }),
		ClientError:        func(c *servertcp.Client, err *kernel.OpError) { d.note("server: %s %v", err.Op, err.Errno()) },
		ClientDisconnected: func(*servertcp.Client) { d.note("server: gone") },
	})
	require.NoError(t, err)
	connections := 0
	_, err = clienttcp.New(k, clienttcp.Config{
		Alias: "client", Dial: memory(l), ConnectTimeout: time.Minute,
		Connected: func(c *clienttcp.Client) {
			connections++
			d.note("client: to %v %v", c.Arg(1), c.Arg(2))
			c.Put("ping")
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			if d.note("client: %s", line); connections == 2 {
				c.Shutdown()
			}
		}),
		ServerError: func(c *clienttcp.Client, err *kernel.OpError) {
			d.note("client: %s %v", err.Op, errors.Is(err, io.EOF))
		},
		Disconnected: func(c *clienttcp.Client) {
			d.note("client: gone")
			if connections == 2 {
				assert.NoError(t, c.Kernel.Post(kernel.Alias("server"), "shutdown"))
				return
			}
			assert.NoError(t, c.Kernel.Delay("reconnect", 24*time.Hour))
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{
		"0s server: from 127.0.0.1",
		"0s client: to 192.0.2.1 7",
		"0s client: ping",
		"1h15m0s server: idle connection timed out",
		"1h15m0s server: gone",
		"1h15m0s client: read true",
		"1h15m0s client: gone",
		"25h15m0s server: from 127.0.0.1",
		"25h15m0s client: to 192.0.2.1 7",
		"25h15m0s client: ping",
		"25h15m0s client: gone",
		"25h15m0s server: read errno 0",
		"25h15m0s server: gone",
	}, d.lines)
}

// An attempt that takes too long is given up in virtual time, one that is
// refused is reported, and a connection that comes too late is closed.
func TestDialTroubleInMemory(t *testing.T) {
	d := &diary{clock: &poetest.Clock{}}
	k := poetest.New(t, kernel.Options{Clock: d.clock})
	late, far := poetest.Pair()
	defer far.Close()
	var attempts []*clienttcp.Dialing
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "there", RemotePort: 7, ConnectTimeout: 90 * time.Second,
		Dial: func(a *clienttcp.Dialing) {
			d.note("dial %s %d", a.Address, a.Port)
			attempts = append(attempts, a)
			switch len(attempts) {
			case 2:
				a.Complete(nil, &kernel.OpError{Op: "connect", Err: syscall.ECONNREFUSED})
			case 3:
				a.Complete(nil, errors.New("no route"))
			case 4:
				a.Complete(nil, nil)
			}
		},
		ConnectError: func(c *clienttcp.Client, err *kernel.OpError) {
			assert.NotZero(t, err.Wheel)
			d.note("%s: %s", err.Op, err.Text())
			if len(attempts) < 5 {
				c.ConnectTo("elsewhere", 0)
			}
		},
		Connected:   func(*clienttcp.Client) { t.Error("connected") },
		ServerInput: clienttcp.Input(func(*clienttcp.Client, string) {}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, []string{
		"0s dial there 7",
		"1m30s connect: " + syscall.ETIMEDOUT.Error(),
		"1m30s dial elsewhere 7",
		"1m30s connect: " + syscall.ECONNREFUSED.Error(),
		"1m30s dial elsewhere 7",
		"1m30s connect: no route",
		"1m30s dial elsewhere 7",
		"1m30s connect: clienttcp: Dial made no connection",
		"1m30s dial elsewhere 7",
		"3m0s connect: " + syscall.ETIMEDOUT.Error(),
	}, d.lines)
	require.True(t, attempts[4].Cancelled())
	attempts[4].Complete(late, nil)
	assert.True(t, poetest.SocketOf(late).Closed())
}

// However a client gives up while its connection is on the way, the connection
// is closed and the session ends.
func TestDialGivenUp(t *testing.T) {
	for name, giveUp := range map[string]func(c *clienttcp.Client, d *clienttcp.Dialing, near *kernel.Handle) error{
		"shutdown": func(c *clienttcp.Client, _ *clienttcp.Dialing, _ *kernel.Handle) error { c.Shutdown(); return nil },
		"shutdown with a result": func(c *clienttcp.Client, d *clienttcp.Dialing, h *kernel.Handle) error {
			c.Shutdown()
			d.Complete(h, nil)
			return nil
		},
		"killed": func(c *clienttcp.Client, _ *clienttcp.Dialing, _ *kernel.Handle) error {
			return c.ID().Kernel().Signal(c.ID(), "KILL")
		},
		"killed with a result": func(c *clienttcp.Client, d *clienttcp.Dialing, h *kernel.Handle) error {
			err := c.ID().Kernel().Signal(c.ID(), "KILL")
			d.Complete(h, nil)
			return err
		},
		"called twice": func(c *clienttcp.Client, d *clienttcp.Dialing, h *kernel.Handle) error {
			c.Shutdown()
			d.Complete(nil, syscall.ECONNREFUSED)
			d.Complete(h, nil)
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := poetest.New(t)
			near, far := poetest.Pair()
			defer far.Close()
			var attempt *clienttcp.Dialing
			c, err := clienttcp.New(k, clienttcp.Config{
				Dial:         func(d *clienttcp.Dialing) { attempt = d },
				Connected:    func(*clienttcp.Client) { t.Error("connected") },
				ConnectError: func(_ *clienttcp.Client, err *kernel.OpError) { t.Error(err) },
				Disconnected: func(*clienttcp.Client) { t.Error("disconnected") },
				ServerInput:  clienttcp.Input(func(*clienttcp.Client, string) {}),
			})
			require.NoError(t, err)
			_, err = session.Inline(k, session.Funcs{
				"_start":  func(e kernel.Event) { assert.NoError(t, e.Kernel.Delay("give up", time.Second)) },
				"give up": func(kernel.Event) { assert.NoError(t, giveUp(c, attempt, near)) },
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.True(t, attempt.Cancelled())
			attempt.Complete(near, nil) // closes it, if it was not handed over before
			assert.True(t, poetest.SocketOf(near).Closed())
		})
	}
}

func TestDialConfig(t *testing.T) {
	dial := func(*clienttcp.Dialing) {}
	input := clienttcp.Input(func(*clienttcp.Client, string) {})
	for field, c := range map[string]clienttcp.Config{
		"RemoteAddress": {ServerInput: input},
		"RemoteService": {ServerInput: input, Dial: dial, RemoteService: "http"},
		"Domain":        {ServerInput: input, Dial: dial, Domain: 2},
		"BindAddress":   {ServerInput: input, Dial: dial, BindPort: 7},
		"ServerInput":   {Dial: dial},
	} {
		_, err := clienttcp.New(kernel.New(), c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong, field)
		assert.Equal(t, field, wrong.Field)
	}
	c := clienttcp.Config{ServerInput: input, Dial: dial}
	c.Socket.KeepAlive = time.Second
	_, err := clienttcp.New(kernel.New(), c)
	assert.ErrorContains(t, err, "Socket")
}

// A dialer of package net works elsewhere and hands its connection over.
func TestDialElsewhere(t *testing.T) {
	far, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer far.Close()
	go func() {
		conn, err := far.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		fmt.Fprintln(conn, "hello")
		io.Copy(io.Discard, conn)
	}()
	k := poetest.New(t, kernel.Options{Clock: &poetest.Clock{Wait: time.Minute}})
	var got []string
	_, err = clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: far.Addr().(*net.TCPAddr).Port,
		Dial: func(d *clienttcp.Dialing) {
			_, err := k.Host().OffloadFunc(nil, "dial", func(ctx context.Context) (any, error) {
				var dialer net.Dialer
				return dialer.DialContext(ctx, "tcp", net.JoinHostPort(d.Address, strconv.Itoa(d.Port)))
			}, func(_ kernel.Event, conn any, err error) {
				if err != nil {
					d.Complete(nil, err)
					return
				}
				d.Complete(kernel.Conn(conn.(net.Conn)), nil)
			})
			assert.NoError(t, err)
		},
		ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
			got = append(got, line)
			c.Shutdown()
		}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, []string{"hello"}, got)
}

// counting is a session that counts its events.
type counting struct {
	*session.Session
	n *int
}

// Dispatch counts and passes on.
func (c counting) Dispatch(e kernel.Event) bool {
	*c.n++
	return c.Session.Dispatch(e)
}

func TestSessionType(t *testing.T) {
	k := poetest.New(t)
	l := poetest.Listen(testAddr)
	defer l.Handle().Close()
	n := 0
	_, err := clienttcp.New(k, clienttcp.Config{
		Dial: memory(l), SessionType: func(s *session.Session) kernel.Session { return counting{s, &n} },
		Connected:   func(c *clienttcp.Client) { c.Shutdown() },
		ServerInput: clienttcp.Input(func(*clienttcp.Client, string) {}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Greater(t, n, 3)
}
