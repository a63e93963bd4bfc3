//go:build unix

package servertcp_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
)

// Errors of accept that are about one connection or about the system's
// resources do not end a listener, with and without an Error callback; they are
// logged or reported.
func TestAcceptGoesOnAfterErrors(t *testing.T) {
	for _, errno := range []syscall.Errno{
		syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ENOSPC, syscall.ECONNABORTED, syscall.EPROTO,
		syscall.EPERM, syscall.ENETDOWN, syscall.EHOSTUNREACH, syscall.ETIMEDOUT, syscall.EOPNOTSUPP, syscall.EIO,
	} {
		for _, callback := range []bool{false, true} {
			name := errno.Error()
			if callback {
				name += ", with Error"
			}
			t.Run(name, func(t *testing.T) {
				near, far, err := kernel.SocketPair()
				require.NoError(t, err)
				source := &flakyListener{errs: []error{errno, errno}, conns: []*kernel.Handle{near}}
				var log syncBuffer
				var told []syscall.Errno
				c := servertcp.Config{
					Alias: "server", Listener: kernel.FromSource(source, "flaky"),
					ClientConnected: func(c *servertcp.Client) { c.Put("hello"); c.Shutdown() },
					ClientInput:     servertcp.Input(func(*servertcp.Client, string) {}),
					ClientDisconnected: func(c *servertcp.Client) {
						require.NoError(t, c.Kernel.Post(kernel.Alias("server"), "shutdown"))
					},
				}
				if callback {
					c.Error = func(_ *servertcp.Listener, err *kernel.OpError) { told = append(told, err.Errno()) }
				}
				k := kernel.New(logTo(&log))
				_, err = servertcp.New(k, c)
				require.NoError(t, err)
				require.NoError(t, k.Run())
				buf := make([]byte, 100)
				n, err := far.Read(buf)
				require.NoError(t, err)
				require.Equal(t, "hello\r\n", string(buf[:n]))
				require.NoError(t, far.Close())
				if callback {
					require.Equal(t, []syscall.Errno{errno, errno}, told)
				} else {
					require.Equal(t, 1, strings.Count(log.String(), "got accept error"), "the first one is logged, and no flood: %s", log.String())
				}
			})
		}
	}
}

// The socket that ClientPreConnect replaces by another handle does not stay
// open.
func TestPreConnectReplacesTheHandle(t *testing.T) {
	near, far, err := kernel.SocketPair()
	require.NoError(t, err)
	c := servertcp.Config{ClientPreConnect: func(*servertcp.Client, *kernel.Handle) *kernel.Handle { return near }}
	r := run(t, c)
	p := r.dial()
	p.wantEnd() // only its end is looked at
	_, err = far.Write([]byte("hello\n"))
	require.NoError(t, err)
	buf := make([]byte, 100)
	require.Eventually(t, func() bool {
		n, _ := far.Read(buf)
		return string(buf[:n]) == "hello\r\n"
	}, 10*time.Second, time.Millisecond)
	require.NoError(t, far.Close())
}
