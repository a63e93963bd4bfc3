//go:build unix

package readwrite_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Low event, then close or put in it: nothing stale follows.
func TestInsideLowEvent(t *testing.T) {
	for name, inside := range map[string]func(w *readwrite.Wheel){
		"close": func(w *readwrite.Wheel) { w.Close() },
		"put":   func(w *readwrite.Wheel) { w.Put("more") },
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var log []string
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				w := newWheel(t, k, readwrite.Config{Handle: near, Marks: readwrite.Marks{High: 4, Low: 1}, Events: readwrite.Funcs{
					Low: func(w *readwrite.Wheel) {
						if log = append(log, "low"); len(log) == 1 {
							inside(w)
						}
					},
					Flushed: func(w *readwrite.Wheel) { log = append(log, fmt.Sprint("flushed ", w.OutOctets())); w.Close() },
				}})
				w.Put("text")
			}, nil)
			if name == "close" {
				assert.Equal(t, []string{"low"}, log)
			} else {
				assert.Equal(t, []string{"low", "low", "flushed 0"}, log)
			}
			assert.True(t, strings.HasPrefix(drain(far), "text\r\n"))
		})
	}
}

func TestCloseInHandlers(t *testing.T) {
	for abort, want := range map[bool][]string{false: {"1", "2", "3"}, true: {"1"}} {
		near, far := pair(t)
		var got []string
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
				Text: func(w *readwrite.Wheel, s string) {
					got = append(got, s)
					w.Put("never written")
					if abort {
						require.NoError(t, w.Abort())
					} else {
						require.NoError(t, w.Close())
					}
					require.NoError(t, w.Close())
					assert.True(t, w.Closed())
					assert.False(t, w.Put("nothing"))
				},
				Flushed: func(*readwrite.Wheel) { t.Error("flushed") },
				Error:   func(*readwrite.Wheel, *kernel.OpError) { t.Error("error") },
			}})
			write(t, far, "1\n2\n3\n4")
		}, nil)
		assert.Equal(t, want, got)
		assert.Equal(t, "", drain(far))
		_, err := far.Read(make([]byte, 1))
		assert.ErrorIs(t, err, io.EOF, "the handle is closed")
	}
}

func TestEverythingAfterClose(t *testing.T) {
	near, _ := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Names{Input: "never", Error: "never", Flushed: "never"}})
		w.Put("x")
		w.Close()
		w.Flush()
		w.PauseInput()
		w.ResumeInput()
		w.ShutdownInput()
		w.ShutdownOutput()
		w.SetFilter(filter.NewStream())
		w.SetEvents(readwrite.Names{Input: "never"})
		assert.Nil(t, w.Detach())
		assert.Zero(t, w.OutOctets())
	}, session.Funcs{"never": func(e kernel.Event) { t.Error(e.Args) }})
}

// Detach gives back what was read and not decoded, and a new wheel continues
// with it on the same handle.
func TestDetach(t *testing.T) {
	near, far := pair(t)
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) {
			got = append(got, s)
			rest := w.Detach()
			assert.Equal(t, "two\nthr", string(rest))
			b := filter.NewBuffer(filter.Lines())
			recs, err := b.Get(rest)
			require.NoError(t, err)
			got = append(got, recs[0].(string))
			write(t, far, "ee\n")
			newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) {
				recs, err := b.Get([]byte(s + "\n"))
				require.NoError(t, err)
				got = append(got, recs[0].(string))
				w.Close()
			}}})
		}}})
		write(t, far, "one\ntwo\nthr")
	}, nil)
	assert.Equal(t, []string{"one", "two", "three"}, got)
}

func TestBorrow(t *testing.T) {
	near, far := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Borrow: true, Events: readwrite.Names{Input: "x"}}).Close()
		write(t, near, "still open")
	}, nil)
	assert.Equal(t, "still open", drain(far))
}

func TestShutdown(t *testing.T) {
	near, far := pair(t)
	got := ""
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
			Text:    func(w *readwrite.Wheel, s string) { got = s; w.ShutdownInput(); w.ShutdownInput(); w.Close() },
			Error:   func(*readwrite.Wheel, *kernel.OpError) { t.Error("error") },
			Flushed: func(*readwrite.Wheel) { t.Error("flushed") },
		}})
		w.Put("lost")
		w.ShutdownOutput()
		w.ShutdownOutput()
		assert.Equal(t, 6, w.OutOctets(), "it is counted, though lost")
		assert.False(t, w.Put("ignored"))
		_, err := far.Read(make([]byte, 10))
		assert.ErrorIs(t, err, io.EOF)
		write(t, far, "still read\n")
	}, nil)
	assert.Equal(t, "still read", got)
}

// A descriptor number that is used anew gets nothing that was meant for its
// predecessor.
func TestReusedDescriptor(t *testing.T) {
	near, far := pair(t)
	number := near.Fd()
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
			Text: func(*readwrite.Wheel, string) { t.Error("the old wheel reads") },
		}})
		write(t, far, "old\n")
		w.Put("old output")
		w.Close()
		again, other := pair(t)
		if again.Fd() != number {
			again, other = other, again
		}
		require.Equal(t, number, again.Fd())
		newWheel(t, k, readwrite.Config{Handle: again, Events: readwrite.Funcs{
			Text: func(w *readwrite.Wheel, s string) { got = append(got, s); w.Close() },
		}})
		write(t, other, "new\n")
		assert.Equal(t, "", drain(other))
	}, nil)
	assert.Equal(t, []string{"new"}, got)
}

// The bytes of a wheel can be asked for even after it is closed.
func TestBytesCount(t *testing.T) {
	near, far := pair(t)
	var wheel *readwrite.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		wheel = newWheel(t, k, readwrite.Config{Handle: near, AutoFlush: true, Events: readwrite.Funcs{
			Text: func(w *readwrite.Wheel, s string) { w.Put("12"); w.Close() },
		}})
		write(t, far, "hello\nrest")
	}, nil)
	assert.EqualValues(t, 10, wheel.BytesRead())
	assert.EqualValues(t, 4, wheel.BytesWritten())
	assert.Equal(t, "12\r\n", drain(far))
}
