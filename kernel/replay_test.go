package kernel_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/recording"
	"github.com/gopoe/poe/session"
)

// recordRun runs a program with a recording and returns that.
func recordRun(t *testing.T, o kernel.Options, program func(k *kernel.Kernel)) []byte {
	t.Helper()
	var file bytes.Buffer
	o.Recording = &kernel.Recording{Writer: &file}
	k := kernel.New(o)
	program(k)
	require.NoError(t, k.Run())
	return file.Bytes()
}

// replayRun runs a program on a recording and returns what came of it.
func replayRun(o kernel.Options, file []byte, program func(k *kernel.Kernel)) (result recording.Result, err error) {
	o.Replay = &kernel.Replay{From: bytes.NewReader(file)}
	defer func() {
		if stop, ok := recover().(error); ok { // parted before the run
			result, err = o.Replay.Result(), o.Replay.Result().Err
			if err == nil {
				err = stop
			}
		}
	}()
	k := kernel.New(o)
	program(k)
	err = k.Run()
	return o.Replay.Result(), err
}

// checkReplay records a program, replays it three times, and compares what it
// has said.
func checkReplay(t *testing.T, program func(k *kernel.Kernel, say func(string, ...any))) {
	t.Helper()
	for _, loop := range []string{"", "portable"} {
		o := kernel.Options{Loop: loop}
		run := func(into *[]string) func(*kernel.Kernel) {
			return func(k *kernel.Kernel) {
				program(k, func(format string, args ...any) { *into = append(*into, fmt.Sprintf(format, args...)) })
			}
		}
		var said []string
		file := recordRun(t, o, run(&said))
		require.NotEmpty(t, said)
		for range 3 {
			var again []string
			result, err := replayRun(o, file, run(&again))
			require.NoError(t, err)
			require.True(t, result.Equal && result.Whole, "%+v", result)
			require.Equal(t, said, again)
		}
	}
}

func TestReplayOfTimersAndTheClock(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		n := 0
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				k.Delay("tick", time.Millisecond)
				say("%v", k.Now().UnixNano())
			},
			"tick": func(e kernel.Event) {
				say("%v %d", k.Now().UnixNano(), k.Rand().IntN(1000))
				if n++; n < 20 {
					k.Delay("tick", time.Duration(k.Rand().IntN(500))*time.Microsecond)
				}
			},
		})
	})
}

func TestReplayOfPipes(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		r, w, err := kernel.Pipe()
		require.NoError(t, err)
		n := 0
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				k.SelectRead(r, "readable")
				k.Yield("write")
			},
			"write": func(e kernel.Event) {
				m, err := w.Write([]byte(fmt.Sprint("line ", n)))
				say("wrote %d %v", m, err)
				if n++; n < 5 {
					k.Delay("write", time.Millisecond)
				} else {
					say("close %v", w.Close())
				}
			},
			"readable": func(e kernel.Event) {
				buf := make([]byte, 100)
				m, err := r.Read(buf)
				say("read %q %v", buf[:m], err)
				if err != nil {
					k.SelectClear(r)
					r.Close()
				}
			},
		})
	})
}

func TestReplayOfOtherGoroutines(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		got := 0
		waiter, _ := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { k.RefcountIncrement(e.Session, "wait"); k.Yield("busy") },
			"busy": func(e kernel.Event) {
				if got < 200 {
					k.Yield("busy")
				}
			},
			"news": func(e kernel.Event) {
				say("%v %v", e.Args, e.Caller)
				if got++; got == 200 {
					k.RefcountDecrement(e.Session, "wait")
				}
			},
		})
		for g := range 2 {
			go func() {
				for i := range 100 {
					k.Outside().Post(waiter.ID(), "news", g, i, "text", time.Duration(i))
					if i%10 == 0 {
						time.Sleep(time.Microsecond)
					}
				}
			}()
		}
	})
}

func TestReplayOfFunctionsOfOtherGoroutines(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		start := func() {}
		waiter, _ := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { k.RefcountIncrement(e.Session, "wait"); k.Yield("busy", 0) },
			"busy": func(e kernel.Event) {
				n := e.Args[0].(int)
				if n == 10 {
					start()
				}
				if n < 1000 {
					k.Yield("busy", n+1)
				} else {
					k.Delay("busy", time.Millisecond, 900)
				}
			},
			"ask": func(e kernel.Event) { e.Return(42) },
			"opaque": func(e kernel.Event) {
				say("opaque")
				e.Args[0].(func())()
			},
		})
		id := waiter.ID()
		start = func() {
			go func() {
				for range 5 {
					v, err := k.Outside().Call(context.Background(), id, "ask")
					k.Outside().DoAsync(func(*kernel.Kernel) { say("done %v %v", v, err) })
				}
				k.Outside().Post(id, "opaque", func() { k.AlarmRemoveAll(); k.RefcountDecrement(id, "wait"); k.Stop() })
			}()
		}
	})
}

func TestReplayOfJobs(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				for i := range 10 {
					k.Offload("done", func(ctx context.Context) (any, error) {
						if i == 5 {
							return nil, fmt.Errorf("job: %w", syscall.ENOENT)
						}
						return []any{i, "result", time.Now().UTC().Round(0)}, nil
					}, i)
				}
			},
			"done": func(e kernel.Event) {
				err, _ := e.Args[1].(error)
				say("%v %v %v", e.Args, errors.Is(err, syscall.ENOENT), err)
			},
		})
	})
}

func TestReplayOfRecorded(t *testing.T) {
	checkReplay(t, func(k *kernel.Kernel, say func(string, ...any)) {
		session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			n, err := kernel.Recorded(k, "a count", func() (map[string]int64, error) {
				if kernel.Replaying(k) {
					t.Error("the function is called in a replay")
				}
				return map[string]int64{"now": time.Now().UnixNano()}, syscall.EBUSY
			})
			say("%v %v %v", n, err, err == syscall.EBUSY)
		}})
	})
}

func TestReplayOfARunThatItsContextEnds(t *testing.T) {
	program := func(k *kernel.Kernel) {
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { k.Delay("tick", time.Millisecond) },
			"tick":   func(e kernel.Event) { k.Delay("tick", time.Millisecond) },
		})
	}
	var file bytes.Buffer
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: &file}})
	program(k)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, k.RunContext(ctx), context.DeadlineExceeded)
	result, err := replayRun(kernel.Options{}, file.Bytes(), program)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.True(t, result.Equal && result.Whole, "%+v", result)
}

// ticker yields through a list of events.
func ticker(names ...string) func(k *kernel.Kernel) {
	return func(k *kernel.Kernel) {
		states := session.Funcs{"_start": func(e kernel.Event) { k.Yield(names[0], 0) }}
		for _, name := range names {
			states[name] = func(e kernel.Event) {
				if n := e.Args[0].(int) + 1; n < len(names) {
					k.Yield(names[n], n)
				}
			}
		}
		session.Inline(k, states)
	}
}

func TestADivergenceIsAtTheFirstEventThatDiffers(t *testing.T) {
	for name, c := range map[string]struct {
		was, is string
		event   uint64
	}{
		"another event":  {"a b c d e", "a b x d e", 5},
		"one too many":   {"a a a b c", "a a a a b", 6},
		"one too few":    {"a a a b c", "a a b c", 5},
		"ends too early": {"a b c", "a b", 5},
		"ends too late":  {"a b c", "a b c d", 6},
	} {
		t.Run(name, func(t *testing.T) {
			file := recordRun(t, kernel.Options{}, ticker(strings.Fields(c.was)...))
			result, err := replayRun(kernel.Options{}, file, ticker(strings.Fields(c.is)...))
			var d *recording.Divergence
			require.ErrorAs(t, err, &d)
			require.Equal(t, c.event, d.Event, "%v", err) // _start, _child and so on come first
			require.False(t, result.Equal)
			require.Contains(t, err.Error(), "the program")
		})
	}
}

func TestADivergenceOfWhatIsWritten(t *testing.T) {
	program := func(text string) func(k *kernel.Kernel) {
		return func(k *kernel.Kernel) {
			r, w, err := kernel.Pipe()
			require.NoError(t, err)
			session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
				w.Write([]byte(text))
				r.Close()
				w.Close()
			}})
		}
	}
	file := recordRun(t, kernel.Options{}, program("pong"))
	_, err := replayRun(kernel.Options{}, file, program("ping"))
	var d *recording.Divergence
	require.ErrorAs(t, err, &d)
	require.Equal(t, `writes 4 bytes to pipe (write): "ping"`, d.Asked)
	require.Equal(t, "other bytes: the check differs", d.Recorded)
}

// A handle that is replayed has no descriptor, and the inspector shows none.
func TestTheInspectorShowsNoDescriptorInAReplay(t *testing.T) {
	var shown []observe.HandleInfo
	program := func(k *kernel.Kernel) {
		r, w, err := kernel.Pipe()
		require.NoError(t, err)
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectRead(r, "readable"))
				w.Write([]byte("x"))
			},
			"readable": func(e kernel.Event) {
				shown, _ = e.Kernel.Host().Inspect().Handles(make([]observe.HandleInfo, 0, 10), 0)
				e.Kernel.SelectClear(r)
				r.Close()
				w.Close()
			},
		})
	}
	file := recordRun(t, kernel.Options{}, program)
	require.Len(t, shown, 1)
	_, err := replayRun(kernel.Options{}, file, program)
	require.NoError(t, err)
	require.Len(t, shown, 1)
	require.Equal(t, "pipe (read)", shown[0].Name)
	require.Equal(t, -1, shown[0].FD)
}

func TestACutRecordingIsReplayedUpToItsEnd(t *testing.T) {
	whole := recordRun(t, kernel.Options{}, ticker(strings.Fields(strings.Repeat("a b ", 1000))...))
	seen := map[string]int{}
	for n := range whole {
		if n > 400 && n%7 != 0 {
			continue
		}
		_, err := replayRun(kernel.Options{}, whole[:n], ticker(strings.Fields(strings.Repeat("a b ", 1000))...))
		require.Error(t, err, "cut at %d", n)
		seen[strings.SplitN(err.Error(), ":", 2)[0]]++
	}
	require.Contains(t, seen, "recording")
}

func TestRingDump(t *testing.T) {
	rec := &kernel.Recording{Ring: 1 << 20}
	k := kernel.New(kernel.Options{Recording: rec})
	program := ticker(strings.Fields("a b c a b c")...)
	program(k)
	require.NoError(t, k.Run())
	var file bytes.Buffer
	require.NoError(t, rec.Dump(&file))
	result, err := replayRun(kernel.Options{}, file.Bytes(), program)
	require.NoError(t, err)
	require.True(t, result.Equal)
}

func TestARingThatHasDroppedItsBeginningIsRefused(t *testing.T) {
	rec := &kernel.Recording{Ring: 100 << 10}
	k := kernel.New(kernel.Options{Recording: rec})
	names := make([]string, 200_000) // in no order that a recording could predict
	for i, random := 0, rand.New(rand.NewPCG(1, 2)); i < len(names); i++ {
		names[i] = string(rune('a' + random.IntN(20)))
	}
	program := ticker(names...)
	program(k)
	var file bytes.Buffer
	dumped := make(chan error, 1)
	k.Outside().DoAsync(func(*kernel.Kernel) { // while it runs
		go func() { dumped <- rec.Dump(&bytes.Buffer{}) }()
	})
	require.NoError(t, k.Run())
	require.NoError(t, <-dumped)
	require.NoError(t, rec.Dump(&file))
	require.Less(t, file.Len(), 200<<10)
	replay := &kernel.Replay{From: &file}
	kernel.New(kernel.Options{Replay: replay})
	require.ErrorContains(t, replay.Result().Err, "were dropped")
}

// A call that Fail lets fail is recorded like any other, and so is its failure in a
// replay.
func TestAFailureIsReplayed(t *testing.T) {
	program := func(say func(string, ...any)) func(k *kernel.Kernel) {
		return func(k *kernel.Kernel) {
			r, w, err := kernel.Pipe()
			require.NoError(t, err)
			_, err = session.Inline(k, session.Funcs{
				"_start": func(kernel.Event) {
					for range 2 {
						_, err := w.Write([]byte("line"))
						say("write %v", err)
					}
					k.SelectRead(r, "readable")
				},
				"readable": func(kernel.Event) {
					n, err := r.Read(make([]byte, 10))
					say("read %d %v", n, err)
					value, err := kernel.Recorded(k, "table of prices", func() (string, error) { return "a table", nil })
					say("%q %v", value, err)
					k.SelectClear(r)
					say("close %v %v", r.Close(), w.Close())
				},
			})
			require.NoError(t, err)
		}
	}
	var said, again, calls []string
	into := func(to *[]string) func(string, ...any) {
		return func(format string, args ...any) { *to = append(*to, fmt.Sprintf(format, args...)) }
	}
	var file bytes.Buffer
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{Writer: &file, Fail: func(call, of string) error {
		if call == "poll" {
			return nil
		}
		if calls = append(calls, call+" "+of); call == "pipe" || call == "watch" || len(calls) == 2 {
			return nil // and the first write
		}
		return syscall.ENOSPC
	}}})
	program(into(&said))(k)
	require.NoError(t, k.Run())
	require.Equal(t, []string{
		"write <nil>", "write no space left on device", "read 0 no space left on device", `"" no space left on device`,
		"close no space left on device no space left on device",
	}, said)
	require.Contains(t, calls, "table of prices")
	_, err := replayRun(kernel.Options{}, file.Bytes(), program(into(&again)))
	require.NoError(t, err)
	require.Equal(t, said, again)
}
