package clienttcp_test

import (
	"errors"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// A server that keeps the client waiting is left, in virtual time.
func TestTimeouts(t *testing.T) {
	for name, at := range map[string]struct {
		timeouts clienttcp.Timeouts
		says     string // the server, and then nothing more
		put      string
		want     []string
	}{
		"idle":  {clienttcp.Timeouts{Idle: time.Hour}, "", "", []string{"1h0m0s idle: connection timed out", "1h0m0s gone"}},
		"read":  {clienttcp.Timeouts{Read: time.Hour}, "half a li", "", []string{"1h0m0s read: connection timed out", "1h0m0s gone"}},
		"write": {clienttcp.Timeouts{Write: time.Hour}, "go\n", strings.Repeat("x", 1<<20), []string{"1h15m0s write: connection timed out", "1h15m0s gone"}},
		"late":  {clienttcp.Timeouts{Idle: time.Hour}, "hello\n", "", []string{"1h15m0s idle: connection timed out", "1h15m0s gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := &diary{clock: &poetest.Clock{}}
			k := poetest.New(t, kernel.Options{Clock: d.clock})
			l := poetest.Listen(testAddr)
			defer l.Handle().Close()
			_, err := clienttcp.New(k, clienttcp.Config{
				Dial: memory(l), Timeouts: at.timeouts,
				ServerInput: clienttcp.Input(func(c *clienttcp.Client, line string) {
					if at.put != "" {
						c.Put(at.put)
					}
				}),
				ServerError: func(_ *clienttcp.Client, err *kernel.OpError) {
					assert.ErrorIs(t, err, syscall.ETIMEDOUT)
					d.note("%v", err)
				},
				Disconnected: func(*clienttcp.Client) { d.note("gone") },
			})
			require.NoError(t, err)
			_, err = poetest.RunFor(k, d.clock, time.Minute)
			require.NoError(t, err)
			far, _, err := l.Handle().Accept()
			require.NoError(t, err)
			defer far.Close()
			_, err = far.Write([]byte(at.says))
			require.NoError(t, err)
			more, err := poetest.RunFor(k, d.clock, 58*time.Minute)
			require.NoError(t, err)
			require.True(t, more)
			require.Empty(t, d.lines)
			require.NoError(t, k.Run())
			require.Equal(t, at.want, d.lines)
		})
	}
}

// With a Backoff the client comes back after a silence, again and again, and
// what the server says in time keeps the connection.
func TestTimeoutsAndBackoff(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	l := poetest.Listen(testAddr)
	defer l.Handle().Close()
	attempts := 0
	_, err := clienttcp.New(k, clienttcp.Config{
		Alias: "client", Dial: memory(l), Timeouts: clienttcp.Timeouts{Read: time.Minute}, Backoff: clienttcp.Backoff{Min: time.Second, Max: time.Second},
		Connected:   func(*clienttcp.Client) { attempts++ },
		ServerInput: clienttcp.Input(func(*clienttcp.Client, string) {}),
		ServerError: func(*clienttcp.Client, *kernel.OpError) {},
	})
	require.NoError(t, err)
	pass := func(d time.Duration) {
		_, err := poetest.RunFor(k, clock, d)
		require.NoError(t, err)
	}
	pass(0)
	far, _, err := l.Handle().Accept()
	require.NoError(t, err)
	defer far.Close()
	for range 100 {
		_, err := far.Write([]byte("still here\n"))
		require.NoError(t, err)
		pass(40 * time.Second)
	}
	require.Equal(t, 1, attempts)
	pass(10 * time.Minute)
	require.Greater(t, attempts, 5)
	require.NoError(t, k.Post(kernel.Alias("client"), "shutdown"))
	require.NoError(t, k.Run())
}

func TestTimeoutsMustNotBeNegative(t *testing.T) {
	_, err := clienttcp.New(kernel.New(), clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: 1, Timeouts: clienttcp.Timeouts{Read: -1},
		ServerInput: clienttcp.Input(func(*clienttcp.Client, string) {}),
	})
	var wrong *kernel.ConfigError
	require.True(t, errors.As(err, &wrong))
	require.Equal(t, "Timeouts", wrong.Field)
}
