//go:build unix

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
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

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
		{"Driver", readwrite.Config{Handle: a, Driver: &driver.SysRW{}, InputDriver: &driver.SysRW{}}},
		{"Marks", readwrite.Config{Handle: a, Events: readwrite.Names{High: "h"}}},
		{"Marks", readwrite.Config{Handle: a, Events: readwrite.Names{Low: "l"}}},
		{"Marks", readwrite.Config{Handle: a, Marks: readwrite.Marks{High: 5, Low: 1}}},
		{"Marks", readwrite.Config{Handle: a, Marks: readwrite.Marks{High: -5, Low: 1}, Events: readwrite.Funcs{Low: low}}},
	} {
		wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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

// A peer that takes one byte at a time holds up nobody: others talk as if it
// were not there, and what waits for it is written in the end.
func TestTricklingReader(t *testing.T) {
	const size, talks = 4 << 20, 500
	slow, trickle := pair(t)
	near, far := pair(t)
	said, taken, idle := 0, 0, 0
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: slow, Filter: filter.NewStream(), Events: readwrite.Funcs{
			Flushed: func(w *readwrite.Wheel) { w.Close() },
		}})
		w.Put(strings.Repeat("x", size))
		newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) { w.Put(s) },
			Error: func(w *readwrite.Wheel, _ *kernel.OpError) { w.Close() }}})
		newWheel(t, k, readwrite.Config{Handle: far, Events: readwrite.Funcs{Text: func(other *readwrite.Wheel, s string) {
			if said++; said < talks {
				other.Put("more")
				return
			}
			assert.Positive(t, w.OutOctets(), "the trickle goes on")
			idle = taken
			other.Close()
			k.State("take", func(e kernel.Event) { // now faster, so that it ends
				if taken += len(drain(trickle)); taken < size {
					k.Yield("take")
				}
			})
		}}}).Put("first")
		k.Yield("take")
	}, session.Funcs{"take": func(e kernel.Event) {
		n, err := trickle.Read(make([]byte, 1))
		if err != nil && !errors.Is(err, kernel.ErrWouldBlock) {
			t.Error(err)
			return
		}
		taken += n
		e.Kernel.Yield("take")
	}})
	assert.Equal(t, talks, said)
	assert.Less(t, idle, 20*talks, "the talk took as few turns as without the trickle")
	assert.Equal(t, size, taken)
}

func TestHighEvent(t *testing.T) {
	near, far := pair(t)
	var log []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, MaxPending: 10})
		w.Put("12345678")
		assert.Equal(t, 10, w.OutOctets())
		_, err := w.TryPut("x")
		assert.ErrorIs(t, err, readwrite.ErrPending)
		assert.True(t, w.Put("x"), "refused: producers should stop")
		w.Flush()
		w.Put("x")
		assert.Equal(t, 1, w.OutMessages())
		w.Close()
	}, nil)
}

func TestSetEventsTwice(t *testing.T) {
	near, far := pair(t)
	var got []string
	note := func(to string) readwrite.Funcs {
		return readwrite.Funcs{Text: func(w *readwrite.Wheel, s string) { got = append(got, to+s) }}
	}
	var w *readwrite.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w = newWheel(t, k, readwrite.Config{Handle: near})
		assert.Equal(t, readwrite.Funcs{}, w.Events())
		write(t, far, "1\n")
		k.Yield("next")
		k.Yield("next")
	}, session.Funcs{"next": func(e kernel.Event) {
		switch len(got) {
		case 0:
			w.SetEvents(note("a"))
			e.Kernel.Yield("next")
		case 1:
			w.ReplaceEvents(nil)
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

// What SetEvents does not name stays, and ReplaceEvents takes it away.
func TestSetEventsChangesOnlyWhatItNames(t *testing.T) {
	near, far := pair(t)
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}})
		w.SetEvents(nil)
		w.SetEvents(&readwrite.Names{Error: "failed"})
		assert.Equal(t, readwrite.Names{Input: "input", Flushed: "flushed", Error: "failed"}, w.Events())
		w.ReplaceEvents(readwrite.Names{Flushed: "flushed"})
		assert.Equal(t, readwrite.Names{Flushed: "flushed"}, w.Events())
		note := func(w *readwrite.Wheel, s string) { got = append(got, s) }
		w.SetEvents(readwrite.Funcs{Error: func(w *readwrite.Wheel, err *kernel.OpError) { got = append(got, err.Op); w.Close() }, Text: note})
		w.SetEvents(&readwrite.Funcs{Input: func(w *readwrite.Wheel, record any) {
			got = append(got, fmt.Sprintf("%v of any kind", record))
			w.SetEvents(readwrite.Funcs{Text: note})
		}})
		write(t, far, "first\nsecond\n")
		far.Close()
	}, session.Funcs{"flushed": func(kernel.Event) { t.Error("the names are gone") }})
	assert.Equal(t, []string{"first of any kind", "second", "read"}, got)
}

// Of several input functions the one that takes any record is used, whatever
// the filter.
func TestInputIsPreferred(t *testing.T) {
	for _, f := range []filter.Filter{filter.Lines(), numbers{}} {
		near, far := pair(t)
		calls := 0
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			newWheel(t, k, readwrite.Config{Handle: near, InputFilter: f, OutputFilter: filter.Lines(), Events: readwrite.Funcs{
				Input: func(w *readwrite.Wheel, record any) { calls++; w.Abort() },
				Bytes: func(*readwrite.Wheel, []byte) { t.Error("bytes") },
				Text:  func(*readwrite.Wheel, string) { t.Error("text") },
			}})
			write(t, far, "x\n")
		}, nil)
		assert.Equal(t, 1, calls)
	}
}

func TestWriteError(t *testing.T) {
	near, far := pair(t)
	var failure *kernel.OpError
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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

func TestAutoFlushOfMuch(t *testing.T) {
	near, far := pair(t)
	const size = 4 << 20
	received, flushed := 0, 0
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
	wheeltest.InSession(t, func(k *kernel.Kernel) {
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
