package kernel_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// pty opens a pseudo terminal: what is written to one end is read from the
// other, line by line.
func pty(t testing.TB) (user, terminal *kernel.Handle) {
	m, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	raw, err := m.SyscallConn()
	require.NoError(t, err)
	n := 0
	require.NoError(t, raw.Control(func(fd uintptr) {
		require.NoError(t, unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0))
		n, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		require.NoError(t, err)
	}))
	s, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	user, err = kernel.File(m)
	require.NoError(t, err)
	terminal, err = kernel.File(s)
	require.NoError(t, err)
	return user, terminal
}

func TestTerminal(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		user, terminal := pty(t)
		defer user.Close()
		typed := ""
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectRead(terminal, "readable"))
				require.NoError(t, e.Kernel.SelectRead(user, "hung up"))
				require.True(t, e.Kernel.SelectPauseRead(user))
				user.Write([]byte("no line"))
				e.Kernel.Yield("later")
			},
			"later": turns(5, func(kernel.Event) {
				assert.Empty(t, typed)
				user.Write([]byte(" yet\n"))
			}),
			"readable": func(e kernel.Event) {
				typed += readAll(t, terminal)
				require.NoError(t, terminal.Close())
				require.True(t, e.Kernel.SelectResumeRead(user))
			},
			"hung up": func(e kernel.Event) {
				_, err := user.Read(make([]byte, 100))
				if err != nil { // after the echo of what was typed
					assert.Equal(t, unix.EIO, err, "the terminal has gone")
					e.Kernel.SelectClear(user)
				}
			},
		})
		assert.Equal(t, "no line yet\n", typed)
	})
}

// What epoll refuses to watch but never blocks is always ready, as regular
// files are.
func TestDeviceIsAlwaysReady(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		f, err := os.Open("/dev/zero")
		require.NoError(t, err)
		h, err := kernel.File(f)
		require.NoError(t, err)
		defer h.Close()
		events := 0
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
			"readable": func(e kernel.Event) {
				if events++; events == 3 {
					e.Kernel.SelectClear(h)
				}
			},
		})
		assert.Equal(t, 3, events)
	})
}

// A connection that the system refuses to watch further while it may still be read
// is polled and watched anew: nothing that arrives is missed. The system refuses
// since the descriptor has become another one.
func TestRearmingFails(t *testing.T) {
	h, first := accepted(t)
	other, second := accepted(t)
	var got, warnings strings.Builder
	buf := make([]byte, 4)
	k := kernel.New(kernel.Options{Loop: "epoll", Logger: slog.New(slog.NewTextHandler(&warnings, nil))})
	send := func(peer *net.TCPConn, text string) {
		_, err := peer.Write([]byte(text))
		require.NoError(t, err)
	}
	send(first, "12345678")
	send(second, "abcdefgh")
	later := false
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.SelectRead(h, "readable"))
			require.NoError(t, e.Kernel.Delay("enough", 20*time.Second))
		},
		"later": func(kernel.Event) { send(second, "ij") },
		"readable": func(e kernel.Event) {
			n, err := h.Read(buf)
			if errors.Is(err, kernel.ErrWouldBlock) {
				return
			}
			require.NoError(t, err)
			got.Write(buf[:n])
			switch {
			case got.Len() == 4: // the rest is not read, so that the system has to look again
				require.NoError(t, dup2(other.Fd(), h.Fd()))
			case got.Len() == 12 && !later: // when it is polled no longer
				later = true
				require.NoError(t, e.Kernel.Delay("later", 500*time.Millisecond))
			case got.Len() == 14:
				e.Kernel.SelectClear(h, kernel.Read)
				require.NoError(t, e.Kernel.DelayClear("enough"))
			}
		},
		"enough": func(e kernel.Event) { e.Kernel.SelectClear(h, kernel.Read) },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	require.Equal(t, "1234abcdefghij", got.String())
	require.Contains(t, warnings.String(), "epoll_ctl")
	require.Equal(t, 1, strings.Count(warnings.String(), "the system does not watch a handle"))
}

// A kernel that was busy for long is woken again once it sleeps, also if the system
// refuses what it asks for then.
func TestSleepAfterBusyTurns(t *testing.T) {
	for _, refused := range []bool{false, true} {
		t.Run(fmt.Sprintf("refused=%t", refused), func(t *testing.T) {
			h, peer := accepted(t)
			defer h.Close()
			write := func() {
				_, err := peer.Write([]byte("x"))
				require.NoError(t, err)
			}
			before := kerneltest.Epolls(t)
			k := kernel.New(kernel.Options{Loop: "epoll"})
			reads := 0
			write()
			runSession(t, k, session.Funcs{
				"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(h, "readable")) },
				"readable": func(e kernel.Event) {
					n, err := h.Read(make([]byte, 4))
					require.NoError(t, err)
					require.Equal(t, 1, n)
					switch reads++; {
					case reads == 100:
						e.Kernel.SelectClear(h)
					case reads%50 == 49:
						ours := kerneltest.Epolls(t, before...)
						require.Len(t, ours, 2)
						for _, in := range ours {
							for _, fd := range ours {
								if refused { // the one that watches the other forgets it
									_ = unix.EpollCtl(in, unix.EPOLL_CTL_DEL, fd, &unix.EpollEvent{})
								}
							}
						}
						time.AfterFunc(30*time.Millisecond, write) // the kernel sleeps by then, or is about to
					default:
						write()
					}
				},
			})
			require.Equal(t, 100, reads)
		})
	}
}
