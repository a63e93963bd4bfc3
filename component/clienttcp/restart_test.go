package clienttcp_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
)

// A server that restarts while output is pending gives two errors, of reading
// and of writing: Backoff still connects again.
func TestBackoffAfterTwoErrors(t *testing.T) {
	var last atomic.Int64
	port := listen(t, func(n int, c net.Conn) {
		last.Store(int64(n))
		if n < 4 {
			_ = c.(*net.TCPConn).SetLinger(0) // a reset
			return
		}
		io.WriteString(c, "at last\n")
		io.Copy(io.Discard, c)
	})
	k := kernel.New()
	errs := 0
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Backoff:   clienttcp.Backoff{Min: time.Millisecond, Max: 4 * time.Millisecond},
		Connected: func(c *clienttcp.Client) { c.Put(strings.Repeat("x", 8<<20)) },
		// The reset may be there before the connection is.
		ConnectError: func(*clienttcp.Client, *kernel.OpError) { errs++ },
		ServerError: func(c *clienttcp.Client, err *kernel.OpError) {
			if errs++; err.Op == "write" {
				return
			}
			require.NoError(t, c.Kernel.Post(c.Session, "got_server_error", (&kernel.OpError{Op: "write", Err: errors.New("broken pipe")}).Args()...))
		},
		ServerInput: input(func(c *clienttcp.Client, line string) { c.Shutdown() }),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.EqualValues(t, 4, last.Load())
	require.GreaterOrEqual(t, errs, 3)
}

// Against a server that accepts and drops the waiting grows to Max.
func TestBackoffGrowsAgainstAServerThatDrops(t *testing.T) {
	port := listen(t, func(int, net.Conn) {})
	k := kernel.New()
	var at []time.Time
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Backoff: clienttcp.Backoff{Min: time.Millisecond, Max: 10 * time.Second},
		Connected: func(c *clienttcp.Client) {
			if at = append(at, time.Now()); len(at) == 8 {
				c.Shutdown()
			}
		},
		ServerError: func(*clienttcp.Client, *kernel.OpError) {},
		ServerInput: input(func(*clienttcp.Client, string) {}),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, at, 8)
	require.Greater(t, at[7].Sub(at[6]), 30*time.Millisecond, "the seventh wait is at least half of 64 ms")
}

// Disconnected that always calls Reconnect, as the documentation shows, does not
// undo an explicit shutdown; after the end of the client Reconnect says that it
// is too late.
func TestShutdownWinsOverReconnectInDisconnected(t *testing.T) {
	port := listen(t, func(n int, c net.Conn) {
		if n > 1 {
			io.WriteString(c, "hello\n")
			io.Copy(io.Discard, c)
		}
	})
	var log strings.Builder
	k := kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	connected := 0
	c, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Connected:    func(*clienttcp.Client) { connected++ },
		Disconnected: (*clienttcp.Client).Reconnect,
		ServerError:  func(*clienttcp.Client, *kernel.OpError) {},
		ServerInput:  input(func(c *clienttcp.Client, _ string) { c.Shutdown() }),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, 2, connected)
	require.True(t, c.Stopped)
	require.NotContains(t, log.String(), "cannot connect again")
	c.Reconnect()
	require.Contains(t, log.String(), "cannot connect again")
}

// refusing is lines, but it encodes none that is "bad".
type refusing struct{ filter.Filter }

var errRefused = errors.New("refused")

func (p refusing) Append(dst []byte, record any) ([]byte, error) {
	if record == "bad" {
		return dst, errRefused
	}
	return p.Filter.Append(dst, record)
}

// A record that the filter refuses is an error of the connection, which continues.
func TestPutOfARefusedRecord(t *testing.T) {
	port := listen(t, func(_ int, c net.Conn) { io.Copy(c, c) })
	k := kernel.New()
	var told []error
	_, err := clienttcp.New(k, clienttcp.Config{
		RemoteAddress: "127.0.0.1", RemotePort: port,
		Filter:      func() filter.Filter { return refusing{filter.Lines()} },
		Connected:   func(c *clienttcp.Client) { c.Put("bad"); c.PutText("bad"); c.Put("good") },
		ServerError: func(_ *clienttcp.Client, err *kernel.OpError) { told = append(told, err) },
		ServerInput: input(func(c *clienttcp.Client, line string) { require.Equal(t, "good", line); c.Shutdown() }),
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Len(t, told, 2)
	for _, err := range told {
		require.ErrorIs(t, err, errRefused)
	}
}
