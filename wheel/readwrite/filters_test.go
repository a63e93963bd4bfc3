//go:build unix

package readwrite_test

import (
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

func TestForms(t *testing.T) {
	for name, events := range map[string]func(add func(string)) readwrite.Funcs{
		"bytes": func(add func(string)) readwrite.Funcs {
			return readwrite.Funcs{Bytes: func(_ *readwrite.Wheel, b []byte) { add(string(b)) }}
		},
		"text": func(add func(string)) readwrite.Funcs {
			return readwrite.Funcs{Text: func(_ *readwrite.Wheel, s string) { add(s) }}
		},
		"input": func(add func(string)) readwrite.Funcs {
			return readwrite.Funcs{Input: func(_ *readwrite.Wheel, rec any) { add(fmt.Sprint(rec)) }}
		},
	} {
		upper, err := filter.NewMap(filter.MapConfig{Get: filter.Each(func(s string) any { return strings.ToUpper(s) }), Put: filter.Each(func(s string) any { return s })})
		require.NoError(t, err)
		stack, err := filter.NewStack(lines(t, "\n"), upper)
		require.NoError(t, err)
		for _, c := range []struct {
			filter filter.Filter
			want   []string
		}{
			{lines(t, "\n"), []string{"one", "", "two"}},
			{stack, []string{"ONE", "", "TWO"}},
		} {
			t.Run(name, func(t *testing.T) {
				near, far := pair(t)
				var got []string
				wheeltest.InSession(t, func(k *kernel.Kernel) {
					f := events(func(s string) { got = append(got, s) })
					f.Error = func(w *readwrite.Wheel, err *kernel.OpError) {
						assert.ErrorIs(t, err, io.EOF)
						w.Close()
					}
					newWheel(t, k, readwrite.Config{Handle: near, Filter: c.filter, Events: f})
					write(t, far, "one\n\ntw")
					k.Yield("rest")
				}, session.Funcs{"rest": func(kernel.Event) { write(t, far, "o\nlost"); far.Close() }})
				assert.Equal(t, c.want, got)
			})
		}
	}
}

// numbers is a filter whose records are not text.
type numbers struct{}

func TestRecordIsNoText(t *testing.T) {
	for name, events := range map[string]readwrite.Funcs{
		"text":  {Text: func(*readwrite.Wheel, string) { t.Error("text") }},
		"bytes": {Bytes: func(*readwrite.Wheel, []byte) { t.Error("bytes") }},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var failure *kernel.OpError
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				events.Error = func(w *readwrite.Wheel, err *kernel.OpError) { failure = err; w.Abort() }
				newWheel(t, k, readwrite.Config{Handle: near, Filter: numbers{}, Events: events})
				write(t, far, "ab")
			}, nil)
			var record *filter.RecordError
			require.ErrorAs(t, failure, &record)
			assert.Equal(t, 97, record.Record)
			assert.Equal(t, syscall.EBADMSG, failure.Errno())
		})
	}
}

func TestUnencodableRecord(t *testing.T) {
	near, far := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: numbers{}, Events: readwrite.Funcs{Flushed: func(w *readwrite.Wheel) { w.Close() }}})
		_, err := w.TryPut(1, "two")
		assert.ErrorContains(t, err, "no number")
		assert.Zero(t, w.OutOctets(), "nothing of it is queued")
		assert.NotPanics(t, func() { w.Put("two") })
		w.Put(65, 66)
	}, nil)
	assert.Equal(t, "AB", drain(far))
}

// A line that is too long costs that line alone.
func TestBadRecordIsPassedOver(t *testing.T) {
	near, far := pair(t)
	f, err := filter.NewLine(filter.LineConfig{MaxLength: 5})
	require.NoError(t, err)
	var log []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: f, Events: readwrite.Funcs{
			Text: func(_ *readwrite.Wheel, s string) { log = append(log, s) },
			Error: func(w *readwrite.Wheel, err *kernel.OpError) {
				log = append(log, err.Op)
				w.Put("sorry")
			},
			Flushed: func(w *readwrite.Wheel) { w.Close() },
		}})
		write(t, far, "ok\nfar too long\nnext\n")
	}, nil)
	assert.Equal(t, []string{"ok", "filter", "next"}, log)
	assert.Equal(t, "sorry\r\n", drain(far))
}

// A filter is replaced in a handler, in the middle of a chunk; the old one
// holds records back, and more arrives later. No byte is lost.
func TestSwitchFilterInHandler(t *testing.T) {
	near, far := pair(t)
	block, err := filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 2})
	require.NoError(t, err)
	first, err := filter.NewStack(lines(t, "\n"), block)
	require.NoError(t, err)
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: first, Events: readwrite.Funcs{Input: func(w *readwrite.Wheel, rec any) {
			got = append(got, fmt.Sprint(rec))
			switch len(got) {
			case 1:
				w.SetFilter(lines(t, ";"))
				assert.Equal(t, []string{"[a b]", "c\nd"}, got, "the new filter's records come within the call")
				write(t, far, ";f;g")
				k.Yield("rest")
			case 4:
				w.SetFilter(filter.NewStream())
			case 5:
				w.Close()
			}
		}}})
		write(t, far, "a\nb\nc\nd;e")
	}, session.Funcs{"rest": func(kernel.Event) { write(t, far, "h") }})
	assert.Equal(t, []string{"[a b]", "c\nd", "e", "f", "gh"}, got)
}

// What a filter holds inside itself may be more than what waits outside.
func TestSwitchFilterThatHoldsMuch(t *testing.T) {
	near, far := pair(t)
	block, err := filter.NewRecordBlock(filter.RecordBlockConfig{BlockSize: 5})
	require.NoError(t, err)
	stack, err := filter.NewStack(lines(t, "\n"), block)
	require.NoError(t, err)
	got := ""
	var w *readwrite.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w = newWheel(t, k, readwrite.Config{Handle: near, Filter: stack, Events: readwrite.Funcs{Input: func(w *readwrite.Wheel, rec any) {
			if got += fmt.Sprint(rec); len(got) >= 13 {
				w.Close()
			}
		}}})
		write(t, far, "one\ntwo\nthree")
		k.Yield("switch", 3)
	}, session.Funcs{"switch": func(e kernel.Event) {
		if n := kernel.Arg[int](e, 0); n > 0 {
			e.Kernel.Yield("switch", n-1)
			return
		}
		w.SetInputFilter(filter.NewStream())
	}})
	assert.Equal(t, "one\ntwo\nthree", got)
}

// The second wheel is made in the first one's handler, in the middle of its
// chunk, and reads within.
func TestChunkIsNotOverwritten(t *testing.T) {
	near, far := pair(t)
	var got []string
	small, err := driver.New(driver.Config{BlockSize: 4})
	require.NoError(t, err)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Driver: small, Events: readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) {
			if got = append(got, s); s == "ef" {
				w.Close()
				return
			}
			a, b := pair(t)
			write(t, b, "XXXXXXXXXXXX")
			other := newWheel(t, k, readwrite.Config{Handle: a, Events: readwrite.Names{Input: "never"}})
			other.HandleReady(kernel.Write)
			other.Close()
		}}})
		write(t, far, "ab\ncd\nef\n")
	}, session.Funcs{"never": func(kernel.Event) {}})
	assert.Equal(t, []string{"ab", "cd", "ef"}, got)
}

// The new filter leaves something undecoded: the old one does not get it, in
// whatever form the records are handed out.
func TestSwitchFilterThatLeavesSomething(t *testing.T) {
	for name, events := range map[string]func(on func(w *readwrite.Wheel, s string)) readwrite.Funcs{
		"text": func(on func(*readwrite.Wheel, string)) readwrite.Funcs { return readwrite.Funcs{Text: on} },
		"bytes": func(on func(*readwrite.Wheel, string)) readwrite.Funcs {
			return readwrite.Funcs{Bytes: func(w *readwrite.Wheel, b []byte) { on(w, string(b)) }}
		},
		"input": func(on func(*readwrite.Wheel, string)) readwrite.Funcs {
			return readwrite.Funcs{Input: func(w *readwrite.Wheel, rec any) { on(w, rec.(string)) }}
		},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var got []string
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				f := events(func(w *readwrite.Wheel, s string) {
					if got = append(got, s); s == "a" {
						w.SetInputFilter(lines(t, "|"))
					}
				})
				f.Error = func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() }
				newWheel(t, k, readwrite.Config{Handle: near, Filter: lines(t, "\n"), Events: f})
				write(t, far, "a\nb|c\nd\n")
				far.Close()
			}, nil)
			assert.Equal(t, []string{"a", "b"}, got)
		})
	}
}

// Events are replaced, and then the filter, in one handler: both count.
func TestSwitchEventsAndFilter(t *testing.T) {
	near, far := pair(t)
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: lines(t, "\n"), Events: readwrite.Funcs{
			Error: func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() },
			Text: func(w *readwrite.Wheel, s string) {
				got = append(got, "1:"+s)
				w.SetEvents(readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) { got = append(got, "2:"+s) }})
				w.SetInputFilter(lines(t, "|"))
				w.SetInputFilter(lines(t, "\n"))
			},
		}})
		write(t, far, "a\nb\nc\nd|e\n")
		far.Close()
	}, nil)
	assert.Equal(t, []string{"1:a", "2:b\nc\nd", "2:e"}, got)
}
