package kernel_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUnhandledPanicIsRunsError(t *testing.T) {
	k := newKernel()
	start(t, k, states{"_start": func(kernel.Event) { k.Yield("boom") }, "boom": func(kernel.Event) { panic(io.ErrUnexpectedEOF) }})
	err := k.Run()
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	var h *kernel.HandlerError
	require.ErrorAs(t, err, &h)
	assert.Equal(t, io.ErrUnexpectedEOF, h.Value)
	assert.Contains(t, string(h.Stack), "TestUnhandledPanicIsRunsError", "the stack shows where")
	assert.NoError(t, k.Run(), "the error is told once")
}

func TestExceptionTellsWhereItWasThrown(t *testing.T) {
	k := newKernel()
	var x *kernel.Exception
	id := start(t, k, states{
		"_start": func(kernel.Event) { _ = k.Sig("DIE", "died"); k.Yield("boom") },
		"boom": func(e kernel.Event) {
			_ = kernel.Arg[int](e, 0)
		},
		"died": func(e kernel.Event) { x = kernel.Arg[*kernel.Exception](e, 1); k.SigHandled() },
	})
	require.NoError(t, k.Run())
	var arg *kernel.ArgError
	require.ErrorAs(t, x.Err, &arg)
	assert.EqualError(t, arg, `kernel: event "boom" has 0 arguments, want argument 0 as int`)
	assert.Equal(t, id, x.Dest)
	assert.Contains(t, x.File, "panics_test.go", "the call of Arg, not its inside")
	assert.Positive(t, x.Line)
	assert.Equal(t, arg, x.Value)
}

func TestPanicInNestedCalls(t *testing.T) {
	k := newKernel()
	var seen log
	dies := func(name string) kernel.Handler {
		return func(e kernel.Event) {
			seen.Add(name, "handles", kernel.Arg[*kernel.Exception](e, 1).Event)
			k.SigHandled()
		}
	}
	inner := start(t, k, states{
		"_start": func(kernel.Event) { _ = k.AliasSet("inner"); _ = k.Sig("DIE", "died") },
		"boom":   func(kernel.Event) { panic("inner") },
		"died":   dies("inner"),
	})
	outer := start(t, k, states{
		"_start": func(kernel.Event) { _ = k.AliasSet("outer"); _ = k.Sig("DIE", "died") },
		"both": func(kernel.Event) {
			v, err := k.Call(inner, "boom")
			seen.Add("inner gave", v, err)
			panic("outer")
		},
		"died": dies("outer"),
	})
	start(t, k, states{"_start": func(kernel.Event) {
		l, err := k.CallList(outer, "both")
		seen.Add("outer gave", l, err)
	}})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"inner gave <nil> <nil>", "outer gave [<nil>] <nil>", "inner handles boom", "outer handles both"}, seen.All())
}

func TestPanicWithANilValueAndWithAHandlerError(t *testing.T) {
	for name, thrown := range map[string]any{"nil": nil, "error of a former run": &kernel.HandlerError{Value: "former"}} {
		t.Run(name, func(t *testing.T) {
			k := newKernel()
			start(t, k, states{"_start": func(kernel.Event) { panic(thrown) }})
			var h *kernel.HandlerError
			assert.ErrorAs(t, k.Run(), &h)
		})
	}
}

func TestHandlerOfDIEThrowsTheSameAgain(t *testing.T) {
	k := newKernel()
	start(t, k, states{
		"_start": func(kernel.Event) { _ = k.Sig("DIE", "died"); panic("first") },
		"died":   func(e kernel.Event) { panic(kernel.Arg[*kernel.Exception](e, 1).Err) },
	})
	err := k.Run()
	var h *kernel.HandlerError
	require.ErrorAs(t, err, &h)
	assert.Equal(t, "first", h.Text())
	assert.Regexp(t, `^first \(event "_start", session 1, panics_test\.go:\d+\)$`, err.Error())
	assert.Equal(t, err.Error()+"\n"+string(h.Stack), fmt.Sprintf("%+v", err))
	assert.Equal(t, err.Error(), fmt.Sprintf("%v", err))
}

func TestHandlerOfDIEThrowsSomethingElse(t *testing.T) {
	first, second := errors.New("first"), errors.New("second")
	k := newKernel()
	start(t, k, states{
		"_start": func(kernel.Event) { _ = k.Sig("DIE", "died"); panic(first) },
		"died":   func(kernel.Event) { panic(second) },
	})
	err := k.Run()
	assert.ErrorIs(t, err, first)
	assert.ErrorIs(t, err, second)
	assert.ErrorContains(t, err, `second (thrown while handling: first) (event "died", session 1, panics_test.go:`)
}

// As in POE, what a _stop throws ends the run with the next event, however long
// that takes.
func TestPanicInStopWaitsForTheNextEvent(t *testing.T) {
	k := newKernel()
	var seen []string
	start(t, k, states{
		"_start": func(kernel.Event) { k.Delay("next", 10*time.Millisecond); k.Delay("never", time.Hour) },
		"next":   func(kernel.Event) { seen = append(seen, "next") },
		"_stop":  func(kernel.Event) { seen = append(seen, "_stop") },
	})
	start(t, k, states{"_stop": func(kernel.Event) { panic("in _stop") }})
	assert.ErrorContains(t, k.Run(), "in _stop")
	assert.Equal(t, []string{"next", "_stop"}, seen)
}

// No event need ever come to a kernel that waits for other goroutines.
func TestPanicInStopEndsAKernelThatNothingWakes(t *testing.T) {
	k := newKernel()
	start(t, k, states{"_start": func(kernel.Event) { k.Hold("a goroutine works") }})
	start(t, k, states{"_stop": func(kernel.Event) { panic("in _stop") }})
	assert.ErrorContains(t, k.Run(), "in _stop")
}

// SigHandled in a _stop that DIE brings about comes too late for the sessions,
// but in time for Run. POE does the same.
func TestDIEHandledWhileSessionsStop(t *testing.T) {
	k := newKernel()
	stopped := false
	start(t, k, states{
		"_start": func(kernel.Event) { panic("boom") },
		"_stop":  func(kernel.Event) { stopped = true; k.SigHandled() },
	})
	require.NoError(t, k.Run())
	assert.True(t, stopped)
}

// DIE has no event as its caller, wherever it was thrown.
func TestDIEHasNoCaller(t *testing.T) {
	k := newKernel()
	caller := "unset"
	inner := start(t, k, states{
		"_start": func(kernel.Event) { _ = k.AliasSet("inner"); _ = k.Sig("DIE", "died") },
		"boom":   func(kernel.Event) { panic("boom") },
		"died":   func(e kernel.Event) { caller = e.Caller; k.SigHandled() },
	})
	start(t, k, states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go":     func(kernel.Event) { _, _ = k.Call(inner, "boom") },
	})
	require.NoError(t, k.Run())
	assert.Empty(t, caller)
}

func TestPanicAfterStop(t *testing.T) {
	k := newKernel()
	start(t, k, states{
		"_start": func(kernel.Event) { _ = k.Sig("DIE", "died"); k.Yield("go") },
		"go":     func(kernel.Event) { k.Stop(); panic("afterwards") },
		"died":   func(kernel.Event) { t.Error("nobody is left") },
	})
	assert.ErrorContains(t, k.Run(), "afterwards")
}

// What t.FailNow does, runtime.Goexit, is no exception: it ends the goroutine.
func TestGoexitInAHandlerIsNotDIE(t *testing.T) {
	noLeftovers(t, func() {
		k := newKernel()
		died, returned := false, false
		start(t, k, states{
			"_start": func(kernel.Event) {
				_ = k.Sig("DIE", "died")
				_ = k.Sig("USR2", "usr2")
				rd, wr, err := kernel.Pipe()
				require.NoError(t, err)
				defer wr.Close()
				require.NoError(t, k.SelectRead(rd, "readable"))
			},
			"readable": func(e kernel.Event) {
				defer kernel.Arg[*kernel.Handle](e, 0).Close()
				runtime.Goexit()
			},
			"died": func(kernel.Event) { died = true },
		})
		done := make(chan struct{})
		go func() {
			defer close(done)
			_ = k.Run()
			returned = true
		}()
		<-done
		assert.False(t, died)
		assert.False(t, returned)
	})
}

func TestPanicInAWheelsHandler(t *testing.T) {
	k := newKernel()
	var x *kernel.Exception
	rd, wr, err := kernel.Pipe()
	require.NoError(t, err)
	start(t, k, states{
		"_start": func(kernel.Event) {
			_ = k.Sig("DIE", "died")
			require.NoError(t, k.Host().Watch(rd, kernel.Read, "wheel reads", readyFunc(func(kernel.Mode) {
				rd.Close()
				panic("in the wheel")
			})))
			wr.Close()
		},
		"died": func(e kernel.Event) { x = kernel.Arg[*kernel.Exception](e, 1); k.SigHandled() },
	})
	require.NoError(t, k.Run())
	require.NotNil(t, x)
	assert.Equal(t, "wheel reads", x.Event)
}

type readyFunc func(kernel.Mode)

func (f readyFunc) HandleReady(m kernel.Mode) { f(m) }

func TestCallFuncInAnotherSession(t *testing.T) {
	k := newKernel()
	other, err := session.Create(k, &struct{}{}, session.States[struct{}]{"_start": func(*struct{}, kernel.Event) {
		_ = k.AliasSet("other")
		_ = k.Sig("DIE", "unheard")
	}})
	require.NoError(t, err)
	start(t, k, states{"_start": func(e kernel.Event) {
		require.NoError(t, k.Host().CallFunc(other.ID(), "func", func(in kernel.Event) {
			assert.Equal(t, other.ID(), k.ActiveSession())
			assert.Equal(t, e.Session, in.Sender)
			assert.Equal(t, "func", k.ActiveEvent())
		}))
		assert.Equal(t, e.Session, k.ActiveSession())
	}})
	require.NoError(t, k.Run())
}

// A panic inside of this module or of the standard library is shown where the
// program called it.
func TestHandlerErrorShowsTheProgramsLine(t *testing.T) {
	for name, h := range map[string]kernel.Handler{
		"the handler's own": func(e kernel.Event) { _ = e.Args[len(e.Args)] },
		"the module's":      func(e kernel.Event) { _ = kernel.Arg[int](e, 0) },
		"the library's":     func(kernel.Event) { _ = strings.Repeat("x", -1) },
	} {
		k := newKernel()
		start(t, k, states{"_start": func(kernel.Event) { k.Yield("boom") }, "boom": h})
		var failed *kernel.HandlerError
		require.ErrorAs(t, k.Run(), &failed)
		assert.Equal(t, "panics_test.go", filepath.Base(failed.File), name)
		assert.Equal(t, "boom", failed.Event)
		assert.Contains(t, failed.Error(), `event "boom", session 1, panics_test.go:`)
	}
}

// No line of the program has thrown the error of an event that no handler takes.
func TestUnhandledEventHasNoPlace(t *testing.T) {
	k := newKernel(kernel.Options{Strict: true})
	start(t, k, states{"_start": func(kernel.Event) { k.Yield("tik") }, "tick": func(kernel.Event) {}})
	var failed *kernel.HandlerError
	require.ErrorAs(t, k.Run(), &failed)
	assert.Empty(t, failed.File)
	assert.Equal(t, `kernel: no handler tik in session 1: did you mean tick? (event "tik", session 1)`, failed.Error())
}

func TestMoreThanOneOptionsIsAMistake(t *testing.T) {
	assert.PanicsWithValue(t, "kernel: New: 2 Options given, of which only one can be used", func() { kernel.New(kernel.Options{}, kernel.Options{Name: "x"}) })
}

// Without a logger warnings and traces are text on standard error.
func TestWithoutALoggerWarningsGoToStandardError(t *testing.T) {
	for name, c := range map[string]struct {
		options kernel.Options
		trace   string
		want    []string
	}{
		"nil":                        {kernel.Options{}, "", []string{"level=WARN"}},
		"nil, traced by environment": {kernel.Options{}, "1", []string{"level=WARN", "msg=dispatching"}},
		"a logger of warnings":       {kernel.Options{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}, "1", []string{"msg=dispatching"}},
		"discarded":                  {kernel.Options{Logger: slog.New(slog.DiscardHandler)}, "1", nil},
		"silent otherwise":           {kernel.Options{Logger: slog.New(slog.DiscardHandler)}, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("POE_TRACE_EVENTS", c.trace)
			text := standardError(t, func() {
				k := kernel.New(c.options)
				start(t, k, states{"_start": func(kernel.Event) { k.Host().Logger().Warn("beware") }})
				require.NoError(t, k.Run())
			})
			for _, want := range c.want {
				assert.Contains(t, text, want)
			}
			if c.want == nil {
				assert.Empty(t, text)
			}
		})
	}
}

// standardError returns what f writes to os.Stderr.
func standardError(t *testing.T, f func()) string {
	file, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	require.NoError(t, err)
	defer file.Close()
	defer func(was *os.File) { os.Stderr = was }(os.Stderr)
	os.Stderr = file
	f()
	text, err := os.ReadFile(file.Name())
	require.NoError(t, err)
	return string(text)
}
