package readwrite_test

import (
	"errors"
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
	"github.com/gopoe/poe/wheel/readwrite"
)

func inSession(t testing.TB, start func(k *kernel.Kernel), more session.Funcs) {
	t.Helper()
	k := kernel.New()
	handlers := session.Funcs{"_start": func(e kernel.Event) { start(e.Kernel) }}
	for name, h := range more {
		handlers[name] = h
	}
	_, err := session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

func pair(t testing.TB) (near, far *kernel.Handle) {
	near, far, err := kernel.SocketPair()
	require.NoError(t, err)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

func write(t testing.TB, h *kernel.Handle, s string) {
	t.Helper()
	_, err := h.Write([]byte(s))
	require.NoError(t, err)
}

// drain reads all that is there.
func drain(h *kernel.Handle) string {
	var all []byte
	buf := make([]byte, 64<<10)
	for {
		n, err := h.Read(buf)
		all = append(all, buf[:n]...)
		if err != nil || n == 0 {
			return string(all)
		}
	}
}

func newWheel(t testing.TB, k *kernel.Kernel, c readwrite.Config) *readwrite.Wheel {
	t.Helper()
	w, err := readwrite.New(k, c)
	require.NoError(t, err)
	return w
}

func lines(t testing.TB, literal string) filter.Filter {
	f, err := filter.NewLine(filter.LineConfig{Literal: literal})
	require.NoError(t, err)
	return f
}

func TestConfigErrors(t *testing.T) {
	a, b := pair(t)
	low := func(*readwrite.Wheel) {}
	for _, c := range []struct {
		field  string
		config readwrite.Config
	}{
		{"InputHandle", readwrite.Config{}},
		{"InputHandle", readwrite.Config{OutputHandle: a}},
		{"OutputHandle", readwrite.Config{InputHandle: a}},
		{"Handle", readwrite.Config{Handle: a, InputHandle: b}},
		{"MaxPending", readwrite.Config{Handle: a, MaxPending: -1}},
		{"Filter", readwrite.Config{Handle: a, Filter: filter.Lines(), InputFilter: filter.Lines()}},
		{"Marks", readwrite.Config{Handle: a, Events: readwrite.Names{High: "h"}}},
		{"Marks", readwrite.Config{Handle: a, Events: readwrite.Names{Low: "l"}}},
		{"Marks", readwrite.Config{Handle: a, Marks: readwrite.Marks{High: 5, Low: 1}}},
		{"Marks", readwrite.Config{Handle: a, Marks: readwrite.Marks{High: -5, Low: 1}, Events: readwrite.Funcs{Low: low}}},
	} {
		inSession(t, func(k *kernel.Kernel) {
			_, err := readwrite.New(k, c.config)
			var wrong *kernel.ConfigError
			require.ErrorAs(t, err, &wrong, c.field)
			assert.Equal(t, "readwrite", wrong.Package)
			assert.Equal(t, c.field, wrong.Field)
		}, nil)
	}
	_, err := readwrite.New(kernel.New(), readwrite.Config{Handle: a})
	assert.ErrorIs(t, err, kernel.ErrNoActiveSession)
}

// A second wheel of one session on a handle is refused, and does not harm the
// first.
func TestSecondWheelOnHandle(t *testing.T) {
	near, far := pair(t)
	got := ""
	inSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
			Text:    func(w *readwrite.Wheel, s string) { got = s; w.Put("answer") },
			Flushed: func(w *readwrite.Wheel) { w.Close() },
		}})
		_, err := readwrite.New(k, readwrite.Config{Handle: near, Events: readwrite.Names{Input: "x"}})
		assert.ErrorIs(t, err, syscall.EBUSY)
		write(t, far, "question\n")
	}, nil)
	assert.Equal(t, "question", got)
	assert.Equal(t, "answer\r\n", drain(far))
}

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
				inSession(t, func(k *kernel.Kernel) {
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

func (numbers) Decode(buf []byte) (any, int, error) {
	if len(buf) == 0 {
		return nil, 0, filter.ErrMore
	}
	return int(buf[0]), 1, nil
}
func (numbers) Append(dst []byte, rec any) ([]byte, error) {
	n, ok := rec.(int)
	if !ok {
		return dst, fmt.Errorf("%v is no number", rec)
	}
	return append(dst, byte(n)), nil
}

func TestRecordIsNoText(t *testing.T) {
	for name, events := range map[string]readwrite.Funcs{
		"text":  {Text: func(*readwrite.Wheel, string) { t.Error("text") }},
		"bytes": {Bytes: func(*readwrite.Wheel, []byte) { t.Error("bytes") }},
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var failure *kernel.OpError
			inSession(t, func(k *kernel.Kernel) {
				events.Error = func(w *readwrite.Wheel, err *kernel.OpError) { failure = err; w.Abort() }
				newWheel(t, k, readwrite.Config{Handle: near, Filter: numbers{}, Events: events})
				write(t, far, "ab")
			}, nil)
			var record *readwrite.RecordError
			require.ErrorAs(t, failure, &record)
			assert.Equal(t, 97, record.Record)
			assert.Equal(t, syscall.EBADMSG, failure.Errno())
		})
	}
}

func TestUnencodableRecord(t *testing.T) {
	near, far := pair(t)
	inSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: numbers{}, Events: readwrite.Funcs{Flushed: func(w *readwrite.Wheel) { w.Close() }}})
		_, err := w.TryPut(1, "two")
		assert.ErrorContains(t, err, "no number")
		assert.Zero(t, w.OutOctets(), "nothing of it is queued")
		assert.Panics(t, func() { w.Put("two") })
		w.Put(65, 66)
	}, nil)
	assert.Equal(t, "AB", drain(far))
}

func TestFilterErrorEndsInputOnly(t *testing.T) {
	near, far := pair(t)
	f, err := filter.NewLine(filter.LineConfig{MaxLength: 5})
	require.NoError(t, err)
	var log []string
	inSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: f, Events: readwrite.Funcs{
			Text: func(_ *readwrite.Wheel, s string) { log = append(log, s) },
			Error: func(w *readwrite.Wheel, err *kernel.OpError) {
				log = append(log, err.Op)
				w.Put("sorry")
			},
			Flushed: func(w *readwrite.Wheel) { w.Close() },
		}})
		write(t, far, "ok\nfar too long\nnever\n")
	}, nil)
	assert.Equal(t, []string{"ok", "filter"}, log)
	assert.Equal(t, "sorry\r\n", drain(far))
}

// A slow reader and a fast writer: what waits stays within the marks, and the
// high and low events take turns.
func TestMarks(t *testing.T) {
	const total, record, high, low = 4 << 20, 1 << 10, 64 << 10, 8 << 10
	near, far := pair(t)
	sent, most, lows, highs, received := 0, 0, 0, 0, 0
	var w *readwrite.Wheel
	fill := func() {
		for sent < total {
			sent += record
			full := w.Put(strings.Repeat("x", record))
			most = max(most, w.OutOctets())
			if full {
				return
			}
		}
	}
	inSession(t, func(k *kernel.Kernel) {
		w = newWheel(t, k, readwrite.Config{Handle: near, Filter: filter.NewStream(), Marks: readwrite.Marks{High: high, Low: low}, Events: readwrite.Funcs{
			High: func(*readwrite.Wheel) { highs++ },
			Low:  func(*readwrite.Wheel) { lows++; fill() },
			Flushed: func(w *readwrite.Wheel) {
				if fill(); w.OutOctets() == 0 {
					w.Close()
				}
			},
		}})
		fill()
		k.Yield("read")
	}, session.Funcs{"read": func(e kernel.Event) {
		n, err := far.Read(make([]byte, 10000))
		received += n
		if !errors.Is(err, io.EOF) && received < total {
			e.Kernel.Yield("read")
		}
	}})
	assert.Equal(t, total, received)
	assert.LessOrEqual(t, most, high+record)
	assert.Greater(t, lows, 10)
	assert.Zero(t, highs, "Put itself tells of the high mark")
}

func TestHighEvent(t *testing.T) {
	near, far := pair(t)
	var log []string
	inSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: filter.NewStream(), Marks: readwrite.Marks{High: 10, Low: 1}, Events: readwrite.Funcs{
			High: func(w *readwrite.Wheel) { log = append(log, "high"); k.Yield("drain") },
			Low:  func(w *readwrite.Wheel) { log = append(log, "low") },
			Flushed: func(w *readwrite.Wheel) {
				log = append(log, "flushed")
				w.Close()
			},
		}})
		assert.True(t, w.Put(strings.Repeat("x", 8<<20)))
		w.SetHighMark(1) // not above the low mark: ignored
		w.SetLowMark(10) // not below the high mark: ignored
		w.SetHighMark(16 << 20)
		assert.False(t, w.Put("y"), "below the new mark")
		w.SetHighMark(20)
	}, session.Funcs{"drain": func(e kernel.Event) {
		if drain(far); len(log) < 3 {
			e.Kernel.Yield("drain")
		}
	}})
	assert.Equal(t, []string{"high", "low", "flushed"}, log)
}

func TestMaxPending(t *testing.T) {
	near, _ := pair(t)
	inSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, MaxPending: 10})
		w.Put("12345678")
		assert.Equal(t, 10, w.OutOctets())
		_, err := w.TryPut("x")
		assert.ErrorIs(t, err, readwrite.ErrPending)
		assert.PanicsWithError(t, readwrite.ErrPending.Error(), func() { w.Put("x") })
		w.Flush()
		w.Put("x")
		assert.Equal(t, 1, w.OutMessages())
		w.Close()
	}, nil)
}

// Low event, then close or put in it: nothing stale follows.
func TestInsideLowEvent(t *testing.T) {
	for name, inside := range map[string]func(w *readwrite.Wheel){
		"close": func(w *readwrite.Wheel) { w.Close() },
		"put":   func(w *readwrite.Wheel) { w.Put("more") },
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			var log []string
			inSession(t, func(k *kernel.Kernel) {
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
		inSession(t, func(k *kernel.Kernel) {
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
	inSession(t, func(k *kernel.Kernel) {
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

// Detach gives back what was read and not decoded, and a new wheel goes on
// with it on the same handle.
func TestDetach(t *testing.T) {
	near, far := pair(t)
	var got []string
	inSession(t, func(k *kernel.Kernel) {
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
	inSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Borrow: true, Events: readwrite.Names{Input: "x"}}).Close()
		write(t, near, "still open")
	}, nil)
	assert.Equal(t, "still open", drain(far))
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
	inSession(t, func(k *kernel.Kernel) {
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
	inSession(t, func(k *kernel.Kernel) {
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

func TestSetEventsTwice(t *testing.T) {
	near, far := pair(t)
	var got []string
	note := func(to string) readwrite.Funcs {
		return readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) { got = append(got, to+s) }}
	}
	var w *readwrite.Wheel
	inSession(t, func(k *kernel.Kernel) {
		w = newWheel(t, k, readwrite.Config{Handle: near})
		assert.Equal(t, readwrite.Names{}, w.Events())
		write(t, far, "1\n")
		k.Yield("next")
		k.Yield("next")
	}, session.Funcs{"next": func(e kernel.Event) {
		switch len(got) {
		case 0:
			w.SetEvents(note("a"))
			e.Kernel.Yield("next")
		case 1:
			w.SetEvents(nil)
			write(t, far, "2\n")
			got = append(got, "quiet")
			e.Kernel.Yield("next")
		case 2:
			w.SetEvents(note("b"))
			e.Kernel.Yield("next")
		default:
			w.Close()
		}
	}})
	assert.Equal(t, []string{"a1", "quiet", "b2"}, got)
}

func TestShutdown(t *testing.T) {
	near, far := pair(t)
	got := ""
	inSession(t, func(k *kernel.Kernel) {
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

func TestWriteError(t *testing.T) {
	near, far := pair(t)
	var failure *kernel.OpError
	inSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Names{Error: "failed", Flushed: "flushed"}})
		far.Close()
		w.Put("to nobody")
	}, session.Funcs{
		"failed": func(e kernel.Event) {
			assert.Equal(t, []any{"write", int(syscall.EPIPE)}, e.Args[:2])
			failure = kernel.OpErrorOf(e)
			e.Kernel.Signal(e.Session, "KILL")
		},
		"flushed": func(kernel.Event) { t.Error("flushed") },
	})
	require.NotNil(t, failure)
	assert.ErrorIs(t, failure, syscall.EPIPE)
}

// A descriptor number that is used anew gets nothing that was meant for its
// predecessor.
func TestReusedDescriptor(t *testing.T) {
	near, far := pair(t)
	number := near.Fd()
	var got []string
	inSession(t, func(k *kernel.Kernel) {
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

func TestAutoFlushOfMuch(t *testing.T) {
	near, far := pair(t)
	const size = 4 << 20
	received, flushed := 0, 0
	inSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: filter.NewStream(), AutoFlush: true, Events: readwrite.Funcs{
			Flushed: func(w *readwrite.Wheel) { flushed++; w.Close() },
		}})
		w.Put(strings.Repeat("x", size))
		assert.Less(t, w.OutOctets(), size, "a part is written at once")
		assert.Positive(t, w.OutOctets())
		k.Yield("read")
	}, session.Funcs{"read": func(e kernel.Event) {
		if received += len(drain(far)); received < size {
			e.Kernel.Yield("read")
		}
	}})
	assert.Equal(t, size, received)
	assert.Equal(t, 1, flushed)
}

// One wheel calls into another's session: its functions run where it was made.
func TestOwnerSession(t *testing.T) {
	near, far := pair(t)
	var w *readwrite.Wheel
	var owner, ran kernel.ID
	inSession(t, func(k *kernel.Kernel) {
		session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			owner = e.Session
			w = newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
				Flushed: func(w *readwrite.Wheel) { ran = k.ActiveSession() },
				Text:    func(w *readwrite.Wheel, s string) { assert.Equal(t, owner, k.ActiveSession()); w.Close() },
			}})
		}})
		w.Put("from another session")
		w.Flush()
		assert.Equal(t, owner, ran)
		w.SetEvents(w.Events())
		write(t, far, "x\n")
	}, nil)
	assert.True(t, w.Closed())
}

// The second wheel is made in the first one's handler, in the middle of its
// chunk, and reads within.
func TestChunkIsNotOverwritten(t *testing.T) {
	near, far := pair(t)
	var got []string
	small, err := driver.New(driver.Config{BlockSize: 4})
	require.NoError(t, err)
	inSession(t, func(k *kernel.Kernel) {
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

func ExampleNew() {
	k := kernel.New()
	near, far, err := kernel.SocketPair()
	if err != nil {
		fmt.Println(err)
		return
	}
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			readwrite.New(k, readwrite.Config{Handle: near, Events: readwrite.Funcs{
				Text:    func(w *readwrite.Wheel, line string) { w.Put("you said " + line) },
				Flushed: func(w *readwrite.Wheel) { w.Close() },
			}})
			readwrite.New(k, readwrite.Config{Handle: far, Events: readwrite.Names{Input: "got_line", Error: "got_end"}})
			far.Write([]byte("hello\n"))
		},
		"got_line": func(e kernel.Event) { fmt.Println(e.Args[0]) },
		"got_end": func(e kernel.Event) {
			fmt.Println("end of input:", kernel.OpErrorOf(e).Errno() == 0)
			e.Kernel.Signal(e.Session, "KILL")
		},
	})
	k.Run()
	// Output:
	// you said hello
	// end of input: true
}
