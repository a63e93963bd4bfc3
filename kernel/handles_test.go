package kernel_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// ends are two handles: what is written to one is read from the other.
type ends struct{ read, write *kernel.Handle }

func (p ends) close() {
	p.read.Close()
	p.write.Close()
}

// makers make ends of each kind of handle; handles_unix_test.go has more.
var makers = map[string]func(t testing.TB) ends{
	"pipe": func(t testing.TB) ends {
		r, w, err := kernel.Pipe()
		require.NoError(t, err)
		return ends{r, w}
	},
	"net.Pipe": func(testing.TB) ends {
		a, b := net.Pipe()
		return ends{kernel.Conn(a), kernel.Conn(b)}
	},
	"io.Pipe": func(testing.TB) ends {
		r, w := io.Pipe()
		return ends{
			kernel.Conn(struct {
				io.ReadCloser
				io.Writer
			}{r, io.Discard}),
			kernel.Conn(struct {
				io.WriteCloser
				io.Reader
			}{w, strings.NewReader("")}),
		}
	},
	"tcp": func(t testing.TB) ends {
		a, b := tcpPair(t)
		return ends{kernel.Conn(a), kernel.Conn(b)}
	},
}

func tcpPair(t testing.TB) (a, b net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	a, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	b, err = l.Accept()
	require.NoError(t, err)
	require.NoError(t, b.(*net.TCPConn).SetWriteBuffer(1<<14)) // so that it is soon full
	return a, b
}

// onEnds runs a test with each kind of handle on each loop.
func onEnds(t *testing.T, test func(t *testing.T, k *kernel.Kernel, p ends)) {
	for kind, make := range makers {
		t.Run(kind, func(t *testing.T) {
			onLoops(t, func(t *testing.T, k *kernel.Kernel) {
				p := make(t)
				defer p.close()
				test(t, k, p)
			})
		})
	}
}

func TestSelectGivesHandleModeAndArguments(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		var self kernel.ID
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				self = e.Session
				require.NoError(t, e.Kernel.SelectWrite(p.write, "writable"))
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable", "more", 7))
			},
			"writable": func(e kernel.Event) {
				assert.Equal(t, []any{p.write, kernel.Write}, e.Args)
				n, err := p.write.Write([]byte("hello"))
				require.NoError(t, err)
				assert.Equal(t, 5, n)
				e.Kernel.SelectClear(p.write, kernel.Write)
			},
			"readable": func(e kernel.Event) {
				assert.Equal(t, []any{p.read, kernel.Read, "more", 7}, e.Args)
				assert.Equal(t, self, e.Sender)
				assert.Equal(t, "hello", readAll(t, p.read))
				e.Kernel.SelectClear(p.read, kernel.Read)
			},
		})
	})
}

// readAll reads what there is now.
func readAll(t testing.TB, h *kernel.Handle) string {
	var all bytes.Buffer
	buf := make([]byte, 3)
	for {
		n, err := h.Read(buf)
		all.Write(buf[:n])
		if err != nil {
			require.ErrorIs(t, err, kernel.ErrWouldBlock)
			return all.String()
		}
	}
}

func TestEventRepeatsWhileReady(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		var got []byte
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				_, err := p.write.Write([]byte("abc"))
				require.NoError(t, err)
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable"))
			},
			"readable": func(e kernel.Event) {
				buf := make([]byte, 1) // one byte each time; the rest stays
				n, err := p.read.Read(buf)
				require.NoError(t, err)
				if got = append(got, buf[:n]...); len(got) == 3 {
					e.Kernel.SelectClear(p.read)
				}
			},
		})
		assert.Equal(t, "abc", string(got))
	})
}

func TestPauseAndResume(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		paused, events := false, 0
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				for _, f := range []func(*kernel.Handle) bool{
					k.SelectPauseRead, k.SelectResumeRead, k.SelectPauseWrite, k.SelectResumeWrite,
				} {
					assert.False(t, f(p.read), "nobody watches it")
					assert.False(t, f(nil))
				}
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable"))
				p.write.Write([]byte("x"))
			},
			"readable": func(e kernel.Event) {
				require.False(t, paused)
				if events++; events == 1 {
					paused = true
					assert.True(t, e.Kernel.SelectPauseRead(p.read))
					assert.True(t, e.Kernel.SelectPauseRead(p.read), "again")
					assert.False(t, e.Kernel.SelectPauseWrite(p.read), "the other mode")
					e.Kernel.Yield("wait")
					return
				}
				e.Kernel.SelectClear(p.read)
			},
			"wait": turns(10, func(e kernel.Event) {
				paused = false
				assert.True(t, e.Kernel.SelectResumeRead(p.read))
			}),
		})
		assert.Equal(t, 2, events)
	})
}

func TestRegisteringAgainOnlyResumes(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				p.write.Write([]byte("x"))
				require.NoError(t, e.Kernel.SelectRead(p.read, "first", 1))
				assert.True(t, e.Kernel.SelectPauseRead(p.read))
				require.NoError(t, e.Kernel.SelectRead(p.read, "second", 2))
			},
			"first": func(e kernel.Event) {
				assert.Equal(t, []any{p.read, kernel.Read, 1}, e.Args)
				e.Kernel.SelectClear(p.read, kernel.Read) // all of it goes at once
			},
			"second": func(kernel.Event) { t.Error("the first registration stays as it is") },
		})
	})
}

func TestSelectSetsAndRemovesModes(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		var seen []string
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.Select(p.write, "", "writable", "", "arg"))
			},
			"writable": func(e kernel.Event) {
				seen = append(seen, e.Name)
				assert.Equal(t, []any{p.write, kernel.Write, "arg"}, e.Args)
				if len(seen) == 2 {
					require.NoError(t, e.Kernel.Select(p.write, "", "", ""))
				}
			},
		})
		assert.Equal(t, []string{"writable", "writable"}, seen)
	})
}

// Two sessions watch one handle: both learn of it, in the order in which they
// registered, and one continues when the other has let go.
func TestSeveralSessionsWatchOneHandle(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		var seen []string
		watch := func(name string, times int) session.Funcs {
			return session.Funcs{
				"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(p.read, "readable")) },
				"readable": func(e kernel.Event) {
					seen = append(seen, name)
					if times--; times == 0 {
						e.Kernel.SelectClear(p.read)
					}
				},
			}
		}
		p.write.Write([]byte("x"))
		_, err := session.Inline(k, watch("a", 2))
		require.NoError(t, err)
		runSession(t, k, watch("b", 3))
		assert.Equal(t, []string{"a", "b", "a", "b", "b"}, seen)
	})
}

// The first of three sessions makes the second stop watching the handle: both
// others get what was reported in this turn, as in POE.
func TestWatcherRemovedByAnotherInTheSameTurn(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		var seen []string
		watch := func(name string, then func()) kernel.ID {
			s, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(p.read, "readable")) },
				"readable": func(e kernel.Event) {
					seen = append(seen, name)
					then()
					e.Kernel.SelectClear(p.read)
				},
				"stop watching": func(e kernel.Event) { e.Kernel.SelectClear(p.read) },
			})
			require.NoError(t, err)
			return s.ID()
		}
		var second kernel.ID
		watch("first", func() {
			readAll(t, p.read) // so that there is no second turn
			_, err := k.Call(second, "stop watching")
			require.NoError(t, err)
		})
		second = watch("second", func() {})
		watch("third", func() {})
		p.write.Write([]byte("x"))
		runSession(t, k, session.Funcs{"_start": func(e kernel.Event) {}})
		assert.Equal(t, []string{"first", "second", "third"}, seen)
	})
}

func TestClosingAWatchedHandleLetsTheSessionGo(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		stopped, closed := false, false
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				p.write.Write([]byte("x"))
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable"))
				require.NoError(t, e.Kernel.SelectWrite(p.read, "writable"))
			},
			"readable": func(e kernel.Event) { assert.NoError(t, p.read.Close()); closed = true },
			"writable": func(e kernel.Event) { assert.False(t, closed, "closed handles say nothing") },
			"_stop":    func(kernel.Event) { stopped = true },
		})
		assert.True(t, stopped)
	})
}

func TestEndOfStreamIsReadable(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		p.write.Write([]byte("last words"))
		require.NoError(t, p.write.Close())
		got := ""
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(p.read, "readable")) },
			"readable": func(e kernel.Event) {
				buf := make([]byte, 4)
				n, err := p.read.Read(buf)
				got += string(buf[:n])
				if err != nil && err != kernel.ErrWouldBlock {
					assert.Equal(t, io.EOF, err)
					_, err = p.read.Read(buf)
					assert.Equal(t, io.EOF, err, "and it stays the end")
					e.Kernel.SelectClear(p.read)
				}
			},
		})
		assert.Equal(t, "last words", got)
	})
}

// A peer that has gone makes a handle ready for good. If nobody wants to hear
// of it, the kernel has to sleep all the same.
func TestHangUpThatNobodyWantsDoesNotSpin(t *testing.T) {
	for name, quiet := range map[string]func(t *testing.T, k *kernel.Kernel, h *kernel.Handle){
		"paused": func(t *testing.T, k *kernel.Kernel, h *kernel.Handle) {
			require.NoError(t, k.SelectRead(h, "unwanted"))
			require.True(t, k.SelectPauseRead(h))
		},
		"a wheel without output": func(t *testing.T, k *kernel.Kernel, h *kernel.Handle) {
			require.NoError(t, k.Host().Watch(h, kernel.Write, "unwanted", unwanted{t}))
		},
		"urgent data alone": func(t *testing.T, k *kernel.Kernel, h *kernel.Handle) {
			if err := k.SelectExpedite(h, "unwanted"); err != nil {
				require.ErrorIs(t, err, syscall.ENOTSUP)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
				_, err := session.Inline(k, session.Funcs{
					"_start": func(e kernel.Event) {
						quiet(t, k, p.read)
						p.write.Close()
						e.Kernel.Delay("enough", 30*time.Millisecond)
					},
					"unwanted": func(kernel.Event) { t.Error("nobody wants this") },
					"enough":   func(e kernel.Event) { p.read.Close() },
				})
				require.NoError(t, err)
				n := 0
				for more := true; more; n++ {
					more, err = k.RunOneTimeslice()
					require.NoError(t, err)
				}
				assert.Less(t, n, 20, "turns")
			})
		})
	}
}

type unwanted struct{ t *testing.T }

func (u unwanted) HandleReady(kernel.Mode) { u.t.Error("nobody wants this") }

func TestRegularFileIsAlwaysReady(t *testing.T) {
	onLoops(t, func(t *testing.T, k *kernel.Kernel) {
		name := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(name, []byte("content"), 0o600))
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		require.NoError(t, err)
		h, err := kernel.File(f)
		require.NoError(t, err)
		defer h.Close()
		content, ends, writes := "", 0, 0
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.Select(h, "readable", "writable", "")) },
			"readable": func(e kernel.Event) {
				buf := make([]byte, 4)
				n, err := h.Read(buf)
				content += string(buf[:n])
				if err == nil {
					return
				}
				assert.Equal(t, io.EOF, err)
				if ends++; ends == 3 {
					e.Kernel.SelectClear(h, kernel.Read)
				}
			},
			"writable": func(e kernel.Event) {
				if writes++; writes == 2 {
					require.True(t, e.Kernel.SelectPauseWrite(h))
					e.Kernel.Yield("later")
				} else if writes == 3 {
					e.Kernel.SelectClear(h, kernel.Write)
				}
			},
			"later": turns(5, func(e kernel.Event) {
				assert.Equal(t, 2, writes)
				require.True(t, e.Kernel.SelectResumeWrite(h))
			}),
		})
		assert.Equal(t, "content", content)
		assert.Equal(t, 3, writes)
	})
}

func TestHandleOfAnotherKernelIsRefused(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		other := kernel.New()
		runSession(t, other, session.Funcs{"_start": func(e kernel.Event) {
			require.NoError(t, other.SelectRead(p.read, "readable"))
			other.SelectClear(p.read)
		}})
		runSession(t, k, session.Funcs{"_start": func(e kernel.Event) {
			err := k.SelectRead(p.read, "readable")
			assert.ErrorContains(t, err, "another kernel")
			assert.ErrorContains(t, err, "SelectRead")
			assert.False(t, k.SelectResumeRead(p.read))
		}})
	})
}

func TestHandleAfterClose(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		h := p.read
		require.NoError(t, h.Close())
		assert.NoError(t, h.Close(), "twice is fine")
		runSession(t, k, session.Funcs{"_start": func(e kernel.Event) {
			assert.ErrorIs(t, k.SelectRead(h, "readable"), os.ErrClosed)
			assert.ErrorIs(t, k.SelectWrite(h, "writable"), os.ErrClosed)
			assert.ErrorIs(t, k.Host().Watch(h, kernel.Read, "x", unwanted{t}), os.ErrClosed)
		}})
		buf := make([]byte, 1)
		_, err := h.Read(buf)
		assert.ErrorIs(t, err, os.ErrClosed)
		_, err = h.Write(buf)
		assert.ErrorIs(t, err, os.ErrClosed)
		_, err = h.Writev([][]byte{buf})
		assert.ErrorIs(t, err, os.ErrClosed)
		_, _, err = h.Accept()
		assert.ErrorIs(t, err, os.ErrClosed)
		_, _, err = h.ReadFrom(buf)
		assert.ErrorIs(t, err, os.ErrClosed)
		assert.Error(t, h.CloseRead())
		assert.Error(t, h.CloseWrite())
		assert.Nil(t, h.LocalAddr())
		assert.Nil(t, h.RemoteAddr())
		assert.Equal(t, -1, h.Fd())
		assert.NotEmpty(t, h.String())
	})
}

func TestSelectWithoutHandleEventOrSession(t *testing.T) {
	k := kernel.New()
	h := newWatched(t)
	assert.ErrorIs(t, k.SelectRead(h, "readable"), kernel.ErrNoActiveSession)
	runSession(t, k, session.Funcs{"_start": func(e kernel.Event) {
		assert.ErrorIs(t, k.SelectRead(nil, "readable"), kernel.ErrInvalid)
		assert.ErrorIs(t, k.SelectRead(h, ""), kernel.ErrInvalid)
		k.SelectClear(nil)
		k.SelectClear(h, kernel.Read)
	}})
}

// More than a handle has space for: Write says how much it took, and the event
// comes when there is space again.
func TestWriteWhenThereIsNoRoom(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		want := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
		left, refused, got := want, 0, []byte(nil)
		buf := make([]byte, 1<<15)
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectWrite(p.write, "writable"))
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable"))
			},
			"writable": func(e kernel.Event) {
				half := len(left) / 2
				n, err := p.write.Writev([][]byte{left[:half], nil, left[half:]})
				left = left[n:]
				if err != nil {
					require.Equal(t, kernel.ErrWouldBlock, err)
					refused++
					return
				}
				require.Empty(t, left)
				e.Kernel.SelectClear(p.write)
				require.NoError(t, p.write.Close())
			},
			"readable": func(e kernel.Event) {
				n, err := p.read.Read(buf)
				got = append(got, buf[:n]...)
				if err == io.EOF {
					e.Kernel.SelectClear(p.read)
				}
			},
		})
		assert.True(t, bytes.Equal(want, got), "%d of %d bytes", len(got), len(want))
		assert.Positive(t, refused)
	})
}

// A wheel as the kernel sees it: it reads, tries to write in the next turn
// without asking, and waits for space when that fails.
type miniWheel struct {
	t       *testing.T
	k       *kernel.Kernel
	p       ends
	owner   kernel.ID
	left    []byte
	refused int
	got     []byte
}

func (w *miniWheel) HandleReady(m kernel.Mode) {
	if m == kernel.Read {
		buf := make([]byte, 1<<15)
		n, err := w.p.read.Read(buf)
		w.got = append(w.got, buf[:n]...)
		if err == io.EOF {
			w.k.Host().Unwatch(w.owner, w.p.read, kernel.Read)
		}
		return
	}
	n, err := w.p.write.Write(w.left)
	if w.left = w.left[n:]; err != nil {
		require.Equal(w.t, kernel.ErrWouldBlock, err)
		w.refused++
		require.True(w.t, w.k.SelectResumeWrite(w.p.write))
		return
	}
	require.True(w.t, w.k.SelectPauseWrite(w.p.write))
	w.k.Host().Unwatch(w.owner, w.p.write, kernel.Write)
	require.NoError(w.t, w.p.write.Close())
}

func TestWatchTryWriteAndUnwatch(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		want := bytes.Repeat([]byte("0123456789abcdef"), 1<<15)
		w := &miniWheel{t: t, k: k, p: p, left: want}
		assert.ErrorIs(t, k.Host().Watch(p.read, kernel.Read, "wheel", w), kernel.ErrNoActiveSession)
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				w.owner = e.Session
				k.Host().TryWrite(p.write) // nobody watches: nothing happens
				require.NoError(t, k.Host().Watch(p.read, kernel.Read, "wheel", w))
				require.NoError(t, k.Host().Watch(p.write, kernel.Write, "wheel", w))
				e.Kernel.Yield("put")
			},
			"put": turns(3, func(e kernel.Event) {
				assert.Len(t, w.left, len(want), "a watcher for writing starts paused")
				k.Host().TryWrite(p.write)
				k.Host().TryWrite(p.write)
			}),
		})
		assert.True(t, bytes.Equal(want, w.got), "%d of %d bytes", len(w.got), len(want))
		assert.Positive(t, w.refused)
		k.Host().Unwatch(kernel.ID{}, p.read, kernel.Read) // nobody's
	})
}

func TestManyBuffersAndNone(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		var bufs [][]byte
		want := ""
		for i := range 200 {
			bufs = append(bufs, []byte{byte(i)}, nil)
			want += string([]byte{byte(i)})
		}
		got := ""
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				n, err := p.write.Writev(nil)
				require.NoError(t, err)
				assert.Zero(t, n)
				n, err = p.write.Write(nil)
				require.NoError(t, err)
				assert.Zero(t, n)
				n, err = p.read.Read(nil)
				require.NoError(t, err)
				assert.Zero(t, n)
				require.NoError(t, e.Kernel.SelectWrite(p.write, "writable"))
				require.NoError(t, e.Kernel.SelectRead(p.read, "readable"))
			},
			"writable": func(e kernel.Event) {
				n, err := p.write.Writev(bufs)
				for ; n > 0; bufs = bufs[1:] {
					n -= len(bufs[0])
				}
				if err == nil {
					e.Kernel.SelectClear(p.write)
					return
				}
				require.Equal(t, kernel.ErrWouldBlock, err)
			},
			"readable": func(e kernel.Event) {
				if got += readAll(t, p.read); len(got) == len(want) {
					e.Kernel.SelectClear(p.read)
				}
			},
		})
		assert.Equal(t, want, got)
	})
}

// Half a connection ends, the other continues.
func TestHalfClose(t *testing.T) {
	onEnds(t, func(t *testing.T, k *kernel.Kernel, p ends) {
		if p.write.CloseWrite() != nil {
			assert.Equal(t, syscall.ENOTSOCK, p.write.CloseWrite())
			assert.Equal(t, syscall.ENOTSOCK, p.read.CloseRead())
			return
		}
		got := ""
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) { require.NoError(t, e.Kernel.SelectRead(p.read, "ended")) },
			"ended": func(e kernel.Event) {
				_, err := p.read.Read(make([]byte, 1))
				if err == kernel.ErrWouldBlock {
					return
				}
				require.Equal(t, io.EOF, err)
				e.Kernel.SelectClear(p.read)
				p.read.Write([]byte("still here"))
				require.NoError(t, e.Kernel.SelectRead(p.write, "answered"))
			},
			"answered": func(e kernel.Event) {
				if got += readAll(t, p.write); got == "still here" {
					assert.NoError(t, p.write.CloseRead())
					e.Kernel.SelectClear(p.write)
				}
			},
		})
		assert.Equal(t, "still here", got)
		_, err := p.write.Write([]byte("x"))
		assert.Equal(t, syscall.EPIPE, err)
	})
}

func TestModesHaveNames(t *testing.T) {
	assert.Equal(t, "read write expedite mode?",
		fmt.Sprint(kernel.Read, " ", kernel.Write, " ", kernel.Expedite, " ", kernel.Mode(9)))
	assert.Equal(t, "no handle", (*kernel.Handle)(nil).String())
}
