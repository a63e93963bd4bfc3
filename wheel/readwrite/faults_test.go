//go:build unix

package readwrite_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/readwrite"
)

// picky refuses lines that begin with "!", for good those that begin with "!!".
type picky struct{ filter.Filter }

func (p picky) Decode(buf []byte) (any, int, error) {
	record, n, err := p.Filter.Decode(buf)
	if line, _ := record.(string); strings.HasPrefix(line, "!") {
		return nil, n, &filter.Error{Filter: "picky", Op: "decode", Err: errors.New(line), Recoverable: !strings.HasPrefix(line, "!!")}
	}
	return record, n, err
}

// A bad record is dropped and reported, and decoding continues; after an error
// that is final nothing is decoded. The end of the stream is seen in any case.
func TestErrorsOfDecoding(t *testing.T) {
	for _, c := range []struct {
		sent string
		want []string
	}{
		{"a\n!b\nc\n", []string{"a", "filter", "c", "EOF"}},
		{"!a\n!b\n!c\nd\n", []string{"filter", "filter", "filter", "d", "EOF"}},
		{"a\n!!b\nc\n!d\n", []string{"a", "filter", "EOF"}},
	} {
		t.Run(c.sent, func(t *testing.T) {
			near, far := pair(t)
			var log []string
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				newWheel(t, k, readwrite.Config{Handle: near, Filter: picky{filter.Lines()}, Events: &readwrite.Funcs{
					Text: func(_ *readwrite.Wheel, line string) { log = append(log, line) },
					Error: func(w *readwrite.Wheel, err *kernel.OpError) {
						if err.Op == "filter" {
							log = append(log, err.Op)
							if len(log) == 1 || log[len(log)-2] != "filter" {
								k.Yield("more")
							}
							return
						}
						require.ErrorIs(t, err, io.EOF)
						log = append(log, "EOF")
						w.Close()
					},
				}})
				write(t, far, c.sent)
			}, session.Funcs{"more": func(kernel.Event) { far.Close() }})
			assert.Equal(t, c.want, log)
		})
	}
}

// The handler that learns that too much waits may set another filter, and run a turn in
// which that one decodes: of what was dropped it gets nothing, however that arrived.
func TestNewFilterAfterTooMuchInput(t *testing.T) {
	for _, early := range []string{"", "early "} {
		t.Run(early, func(t *testing.T) {
			near, far := pair(t)
			short, err := filter.NewLine(filter.LineConfig{MaxLength: 10, MaxBuffer: 10})
			require.NoError(t, err)
			var log []string
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				newWheel(t, k, readwrite.Config{Handle: near, Filter: short, EarlyInput: []byte(early), Events: readwrite.Funcs{
					Text: func(_ *readwrite.Wheel, line string) { log = append(log, line) },
					Error: func(w *readwrite.Wheel, err *kernel.OpError) {
						log = append(log, err.Op)
						if err.Op == "read" {
							w.Close()
							return
						}
						assert.Zero(t, w.InOctets())
						w.SetInputFilter(filter.Lines())
						write(t, far, "during\nbe")
						k.RunOneTimeslice()
						write(t, far, "hind\n")
						far.Close()
					},
				}})
				k.Yield("write")
			}, session.Funcs{"write": func(kernel.Event) { write(t, far, "much too long") }})
			assert.Equal(t, []string{"filter", "during", "behind", "read"}, log)
		})
	}
}

// A new filter decodes what arrives behind an error that was final.
func TestNewFilterAfterAnError(t *testing.T) {
	near, far := pair(t)
	var log []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: picky{filter.Lines()}, Events: readwrite.Funcs{
			Text: func(w *readwrite.Wheel, line string) { log = append(log, line); w.Close() },
			Error: func(w *readwrite.Wheel, err *kernel.OpError) {
				w.SetInputFilter(filter.Lines())
				write(t, far, "next\n")
			},
		}})
		write(t, far, "!!bad\n")
	}, nil)
	assert.Equal(t, []string{"next"}, log)
}

// Put reports what it cannot queue by the error event, by name and by function,
// and never panics.
func TestPutReports(t *testing.T) {
	near, far := pair(t)
	var log []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		w := newWheel(t, k, readwrite.Config{Handle: near, Filter: numbers{}, MaxPending: 4, Events: readwrite.Names{Error: "failed"}})
		w.Put("no number")
		w.PutText("no number")
		assert.False(t, w.Put(65, 66, 67, 68))
		assert.True(t, w.Put(69))
		assert.True(t, w.Put(69))
		assert.Empty(t, log, "not within Put")
	}, session.Funcs{"failed": func(e kernel.Event) {
		log = append(log, fmt.Sprintf("%v %v", e.Arg(0), errors.Is(kernel.OpErrorOf(e), readwrite.ErrPending)))
		if len(log) == 3 {
			e.Kernel.Signal(e.Session, "KILL")
		}
	}})
	assert.Equal(t, []string{"put false", "put false", "put true"}, log)
	assert.Equal(t, "ABCD", drain(far))
}

// Output that can never be written continues counting, so that a producer which
// stops at the high mark stops; it is not kept.
func TestPutAfterTheEndOfOutput(t *testing.T) {
	for name, end := range map[string]func(w *readwrite.Wheel, far *kernel.Handle){
		"write error": func(w *readwrite.Wheel, far *kernel.Handle) { far.Close(); w.Put("lost"); w.Flush() },
		"shut down":   func(w *readwrite.Wheel, far *kernel.Handle) { w.Put("lost"); w.ShutdownOutput() },
	} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				w := newWheel(t, k, readwrite.Config{Handle: near, Marks: readwrite.Marks{High: 1 << 20, Low: 1}, Events: readwrite.Funcs{
					Low:   func(*readwrite.Wheel) {},
					Error: func(_ *readwrite.Wheel, err *kernel.OpError) { assert.ErrorIs(t, err, syscall.EPIPE) },
				}})
				end(w, far)
				require.Equal(t, 6, w.OutOctets())
				require.Equal(t, 1, w.OutMessages())
				line := strings.Repeat("x", 998)
				puts := 1
				for !w.Put(line) {
					puts++
				}
				assert.Equal(t, 1049, puts)
				assert.Equal(t, 1050, w.OutMessages())
				w.Close()
			}, nil)
		})
	}
}

// The time for a long record is linear in its length: each byte is copied a few
// times, not once for every read.
func TestLongRecord(t *testing.T) {
	const size = 60 << 20
	f, err := filter.NewLine(filter.LineConfig{Literal: "\n", MaxLength: size, MaxBuffer: 2 * size})
	require.NoError(t, err)
	source := &endless{left: size}
	got := 0
	var allocated uint64
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		var before runtime.MemStats
		runtime.ReadMemStats(&before)
		newWheel(t, k, readwrite.Config{Handle: kernel.FromSource(source, "endless"), Filter: f, Events: readwrite.Funcs{
			Bytes: func(w *readwrite.Wheel, record []byte) {
				var after runtime.MemStats
				runtime.ReadMemStats(&after)
				allocated = after.TotalAlloc - before.TotalAlloc
				got = len(record)
				w.Close()
			},
		}})
	}, nil)
	assert.Equal(t, size, got)
	assert.Less(t, allocated, uint64(12*size))
}

// endless is a source of one long line.
type endless struct{ left int }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		p[0] = '\n'
		return 1, nil
	}
	n := min(len(p), e.left)
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left -= n
	return n, nil
}

func (e *endless) Write(p []byte) (int, error) { return len(p), nil }
func (e *endless) Close() error                { return nil }
func (e *endless) Ready() kernel.ReadySet      { return kernel.ReadySet{Read: true, Write: true} }
func (e *endless) Bind(wake func())            { wake() }

// A peer that sends requests and does not read the answers makes no more output
// wait than the high mark; when it reads, it gets all answers.
func TestBackpressure(t *testing.T) {
	testBackpressure(t, readwrite.Config{Backpressure: readwrite.Marks{High: 50_000, Low: 10_000}}, func(*readwrite.Wheel) {})
}

// The marks may change, those of one wheel as those that several share.
func TestChangedBackpressure(t *testing.T) {
	marks, more := readwrite.Marks{High: 50_000, Low: 10_000}, readwrite.Marks{High: 5_000_000, Low: 1}
	testBackpressure(t, readwrite.Config{Backpressure: more}, func(w *readwrite.Wheel) {
		w.SetBackpressure(readwrite.Marks{High: 1, Low: 1})
		w.SetBackpressure(marks)
	})
	shared := more
	testBackpressure(t, readwrite.Config{SharedBackpressure: &shared}, func(w *readwrite.Wheel) {
		shared = marks
		w.SetBackpressure(more)
	})
}

func testBackpressure(t *testing.T, config readwrite.Config, change func(*readwrite.Wheel)) {
	t.Helper()
	near, far := pair(t)
	answer := strings.Repeat("a", 10_000)
	const requests = 200
	most, answered := 0, 0
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		config.Handle, config.Events = near, readwrite.Funcs{
			Text: func(w *readwrite.Wheel, line string) {
				w.Put(answer)
				answered++
				most = max(most, w.OutOctets())
			},
		}
		w := newWheel(t, k, config)
		change(w)
		var got strings.Builder
		newWheel(t, k, readwrite.Config{Handle: far, Filter: mustStream(t), Events: readwrite.Funcs{Input: func(c *readwrite.Wheel, record any) {
			fmt.Fprintf(&got, "%s", record)
			if got.Len() == requests*(len(answer)+2) {
				c.Close()
				w.Close()
			}
		}}}).Put(strings.Repeat("x\n", requests))
	}, nil)
	assert.Equal(t, requests, answered)
	assert.LessOrEqual(t, most, 50_000+len(answer)+2)
}

func mustStream(t *testing.T) filter.Filter {
	t.Helper()
	return filter.NewStream()
}

func TestBackpressureMarks(t *testing.T) {
	near, _ := pair(t)
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		for _, marks := range []readwrite.Marks{{High: 1}, {Low: 1}, {High: 5, Low: 5}, {High: -1, Low: -2}} {
			_, err := readwrite.New(k, readwrite.Config{Handle: near, Backpressure: marks})
			var wrong *kernel.ConfigError
			require.ErrorAs(t, err, &wrong, "%v", marks)
			assert.Equal(t, "Backpressure", wrong.Field)
			_, err = readwrite.New(k, readwrite.Config{Handle: near, SharedBackpressure: &marks})
			require.ErrorAs(t, err, &wrong, "%v", marks)
			assert.Equal(t, "SharedBackpressure", wrong.Field)
		}
	}, nil)
}

// Without marks for it, records that have been read come, whatever waits and
// though input is paused, as in POE.
func TestNoBackpressure(t *testing.T) {
	near, far := pair(t)
	write(t, far, "1\n2\n3\n")
	var got []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Marks: readwrite.Marks{High: 2, Low: 1}, Events: readwrite.Funcs{
			Low: func(*readwrite.Wheel) {},
			Text: func(w *readwrite.Wheel, line string) {
				got = append(got, line)
				w.Put("answer")
				w.PauseInput()
				if line == "3" {
					w.Close()
				}
			},
		}})
	}, nil)
	assert.Equal(t, []string{"1", "2", "3"}, got)
}

// Among records that one step of a filter has made, and those which a filter
// holds inside itself, input is held as well; none is lost, nor the end.
func TestBackpressureWithinAStep(t *testing.T) {
	split := func(in any) []any {
		var out []any
		for _, word := range strings.Fields(in.(string)) {
			out = append(out, word)
		}
		return out
	}
	words, err := filter.NewMap(filter.MapConfig{Get: split, Put: split})
	require.NoError(t, err)
	for name, first := range map[string]filter.Filter{"lines": filter.Lines(), "stream": filter.NewStream()} {
		t.Run(name, func(t *testing.T) {
			near, far := pair(t)
			stack, err := filter.NewStack(first, words)
			require.NoError(t, err)
			answer := strings.Repeat("a", 100_000)
			var log []string
			most := 0
			wheeltest.InSession(t, func(k *kernel.Kernel) {
				newWheel(t, k, readwrite.Config{Handle: near, InputFilter: stack, Backpressure: readwrite.Marks{High: 150_000, Low: 50_000}, Events: readwrite.Funcs{
					Input: func(w *readwrite.Wheel, record any) {
						log = append(log, record.(string))
						w.Put(answer)
						most = max(most, w.OutOctets())
					},
					Error: func(w *readwrite.Wheel, err *kernel.OpError) {
						log = append(log, err.Op)
						w.Close()
					},
				}})
				ends := 0
				newWheel(t, k, readwrite.Config{Handle: far, InputFilter: filter.Lines(), Events: readwrite.Funcs{
					Text: func(c *readwrite.Wheel, line string) {
						if ends++; ends == 9 {
							c.ShutdownOutput()
						}
					},
					Error: func(c *readwrite.Wheel, err *kernel.OpError) { c.Close() },
				}}).Put("a b c d e f", "g h i")
			}, nil)
			assert.Equal(t, strings.Fields("a b c d e f g h i read"), log)
			assert.LessOrEqual(t, most, 250_004)
		})
	}
}

// An error without an event is logged, the end of the input is not.
func TestErrorsWithoutAnEvent(t *testing.T) {
	short, err := filter.NewLine(filter.LineConfig{MaxLength: 3})
	require.NoError(t, err)
	for _, c := range []struct {
		name, want string
		do         func(w *readwrite.Wheel, far *kernel.Handle)
	}{
		{"read", "op=read", func(w *readwrite.Wheel, far *kernel.Handle) {
			write(t, w.InputHandle(), "not read by the peer, which resets")
			far.Close()
		}},
		{"write", "op=write", func(w *readwrite.Wheel, far *kernel.Handle) {
			far.Close()
			w.ShutdownInput()
			w.Put("x")
		}},
		{"filter", "op=filter", func(w *readwrite.Wheel, far *kernel.Handle) {
			write(t, far, "12345\n")
		}},
		{"put", "op=put", func(w *readwrite.Wheel, far *kernel.Handle) { w.Put(7) }},
		{"end", "", func(w *readwrite.Wheel, far *kernel.Handle) { far.Close() }},
	} {
		t.Run(c.name, func(t *testing.T) {
			near, far := pair(t)
			log := wheeltest.Logged(t, func(k *kernel.Kernel) {
				w := newWheel(t, k, readwrite.Config{Handle: near, Filter: short, Events: readwrite.Funcs{Text: func(*readwrite.Wheel, string) {}}})
				c.do(w, far)
				_, err := k.Host().DelayFunc("end", 20*time.Millisecond, func(kernel.Event) { w.Close() })
				require.NoError(t, err)
			})
			if c.want == "" {
				assert.Empty(t, log)
				return
			}
			assert.Contains(t, log, "an error, and no event for it")
			assert.Contains(t, log, c.want)
		})
	}
}

// The operation "filter" is not named twice.
func TestTextOfAFilterError(t *testing.T) {
	short, err := filter.NewLine(filter.LineConfig{MaxLength: 3})
	require.NoError(t, err)
	near, far := pair(t)
	write(t, far, "12345\n")
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		newWheel(t, k, readwrite.Config{Handle: near, Filter: short, Events: readwrite.Funcs{
			Text: func(*readwrite.Wheel, string) {},
			Error: func(w *readwrite.Wheel, err *kernel.OpError) {
				assert.Equal(t, "filter: Line: decode: more than MaxLength 3 allows", err.Error())
				w.Close()
			},
		}})
	}, nil)
}

// What another reader has read too much comes first, and what a live wheel has
// read and not decoded can be asked for.
func TestEarlyAndPendingInput(t *testing.T) {
	near, far := pair(t)
	var log []string
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		early := []byte("one\ntwo\nthr")
		w := newWheel(t, k, readwrite.Config{Handle: near, EarlyInput: early, Events: readwrite.Funcs{
			Text: func(w *readwrite.Wheel, line string) {
				log = append(log, line)
				switch line {
				case "two":
					assert.Equal(t, "thr", string(w.PendingInput()))
					write(t, far, "ee\n")
				case "three":
					w.Close()
				}
			},
		}})
		copy(early, "xxxxxxxxxxx")
		assert.Empty(t, log, "not before New has returned")
		assert.Equal(t, "one\ntwo\nthr", string(w.PendingInput()))
	}, nil)
	assert.Equal(t, []string{"one", "two", "three"}, log)
}
