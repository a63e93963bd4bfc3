//go:build unix

package poetest_test

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/internal/coroutine"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// realWork is how long the work of these tests really takes.
const realWork = 30 * time.Millisecond

func work(context.Context) (any, error) { time.Sleep(realWork); return nil, nil }

// The clock does not jump over what takes real time: the work's event comes
// before a timer that is a minute away.
func TestClockStandsWhileWorkIsUnderWay(t *testing.T) {
	start := func(program string, args ...string) *exec.Cmd {
		cmd := exec.Command(program, args...)
		require.NoError(t, cmd.Start())
		return cmd
	}
	cases := map[string]func(e kernel.Event){
		"Offload": func(e kernel.Event) {
			_, err := e.Kernel.Offload("work", work)
			require.NoError(t, err)
		},
		"OffloadFunc": func(e kernel.Event) {
			first, err := e.Kernel.Offload("first", work)
			require.NoError(t, err)
			_, err = e.Host().OffloadFunc(first, "second", work, func(e kernel.Event, _ any, _ error) { e.Yield("work") })
			require.NoError(t, err)
		},
		"SigChild": func(e kernel.Event) {
			cmd := start("sleep", "0.03")
			require.NoError(t, e.Kernel.SigChild(cmd.Process.Pid, "work"))
		},
		"output of a child": func(e kernel.Event) {
			_, err := run.New(e.Kernel, run.Config{
				Program: []string{"sh", "-c", "sleep 0.03; echo done"},
				Events:  run.Names{Stdout: "work"},
			})
			require.NoError(t, err)
		},
		"signal CHLD": func(e kernel.Event) {
			require.NoError(t, e.Kernel.Sig("CHLD", "work"))
			_, err := run.New(e.Kernel, run.Config{Program: []string{"sleep", "0.03"}, Events: run.Names{Stdout: "none"}})
			require.NoError(t, err)
		},
	}
	for name, begin := range cases {
		t.Run(name, func(t *testing.T) {
			clock := &poetest.Clock{}
			k := poetest.New(t, kernel.Options{Clock: clock})
			var got []string
			note := func(e kernel.Event) { got = append(got, e.Name) }
			_, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					begin(e)
					e.Kernel.Delay("minute", time.Minute)
				},
				"first": func(kernel.Event) {},
				"work": func(e kernel.Event) {
					note(e)
					assert.Zero(t, clock.Mono())
				},
				"minute": func(e kernel.Event) {
					note(e)
					e.Kernel.Stop()
				},
			})
			require.NoError(t, err)
			// Where a child's wheel stays after the work, the minute is not waited for.
			for len(got) == 0 {
				_, err := k.RunOneTimeslice()
				require.NoError(t, err)
			}
			assert.Equal(t, []string{"work"}, got)
			k.Stop()
		})
	}
}

// Once the work is done the clock jumps as before.
func TestClockJumpsAfterTheWork(t *testing.T) {
	clock := &poetest.Clock{}
	k, seen := poetest.Record(t, kernel.Options{Clock: clock})
	nothing := func(kernel.Event) {}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.Delay("day", 24*time.Hour)
			_, err := e.Kernel.Offload("work", work)
			require.NoError(t, err)
		},
		"work": nothing, "day": nothing, "_stop": nothing,
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	seen.Ignore("_child")
	seen.Expect("1 _start", "1 work", "1 day", "1 _stop")
	assert.Equal(t, 24*time.Hour, clock.Mono())
}

// A child that ends only when a timer says so does not stop the program: the
// timer fires after as long in real time.
func TestClockGoesOnBesideAnIdleChild(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	var fired, exited bool
	var w *run.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			w, err = run.New(e.Kernel, run.Config{Program: []string{"cat"}, Events: run.Names{Stdout: "line", Exit: "exit"}})
			require.NoError(t, err)
			e.Kernel.Delay("end", realWork)
		},
		"line": func(kernel.Event) {},
		"end":  func(kernel.Event) { fired = true; w.ShutdownStdin() },
		"exit": func(kernel.Event) { exited = true; w.Close() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.True(t, fired)
	assert.True(t, exited)
	assert.Equal(t, realWork, clock.Mono())
}

// RunFor waits for a job, although it ends before any timer is due.
func TestRunForWaitsForJobs(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	done := false
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			_, err := e.Kernel.Offload("work", work)
			require.NoError(t, err)
			e.Kernel.RefcountIncrement(e.Session, "stay")
		},
		"work": func(kernel.Event) { done = true },
	})
	require.NoError(t, err)
	more, err := poetest.RunFor(k, clock, time.Minute)
	require.NoError(t, err)
	assert.True(t, more)
	assert.True(t, done)
	assert.Equal(t, time.Minute, clock.Mono())
	k.Stop()
}

// Neither a hold nor a coroutine stops the clock.
func TestHoldAndCoroutineDoNotStopTheClock(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			hold := e.Kernel.Hold("a goroutine that is not waited for")
			c := coroutine.New(e.Kernel, func(pause func() bool) { pause() })
			c.Resume()
			e.Kernel.Delay("day", 24*time.Hour, hold, c)
		},
		"day": func(e kernel.Event) {
			kernel.Arg[*kernel.Hold](e, 0).Release()
			kernel.Arg[*coroutine.Coroutine](e, 1).Stop()
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, 24*time.Hour, clock.Mono())
}
