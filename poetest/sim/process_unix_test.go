//go:build unix

package sim_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest/sim"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// runs lets a host run programs with a wheel, and returns what the wheel has said in
// the end. drive is called when the wheel has been made.
func runs(t *testing.T, programs map[string]sim.Program, c run.Config, drive func(e kernel.Event, w *run.Wheel)) (said []string) {
	t.Helper()
	sim.Run(t, sim.Config{Seeds: 20, Duration: time.Minute}, func(w *sim.World) {
		said = nil
		note := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
		host := w.Host("host", func(h *sim.Host) {
			h.MayEnd = true
			for name, p := range programs {
				h.Program(name, p)
			}
			c := c
			c.Processes = h.Processes()
			c.Events = run.Funcs{
				Stdout: func(_ *run.Wheel, record any) { note("out %v", record) },
				Stderr: func(_ *run.Wheel, record any) { note("err %v", record) },
				Error: func(_ *run.Wheel, err *kernel.OpError, stream string) {
					if !errors.Is(err, io.EOF) {
						note("%s %s %v", stream, err.Op, err.Err)
					}
				},
				Close: func(*run.Wheel) { note("close") },
				Exit: func(w *run.Wheel, status kernel.WaitStatus) {
					note("%v", status)
					_ = w.Close()
				},
			}
			_, err := session.Inline(h.Kernel, session.Funcs{"_start": func(e kernel.Event) {
				wheel, err := run.New(e.Kernel, c)
				if err != nil {
					note("%v", err)
					return
				}
				drive(e, wheel)
			}})
			require.NoError(t, err)
		})
		w.Eventually("nothing is left", func() error {
			if n, zombies := len(host.Processes().Running()), host.Processes().Unreaped(); n+zombies > 0 {
				return fmt.Errorf("%d processes run, %d were not waited for", n, zombies)
			}
			return nil
		})
	})
	return said
}

// upper writes what it reads in capitals.
func upper(p *sim.Process) int {
	lines := bufio.NewScanner(p)
	for lines.Scan() {
		p.Sleep(time.Second)
		fmt.Fprintf(p, "%s %s\n", p.Getenv("WORD"), strings.ToUpper(lines.Text()))
	}
	fmt.Fprintln(p.Stderr(), "read all in", p.Dir())
	return len(p.Args())
}

// later calls f in the session of an event.
func later(e kernel.Event, d time.Duration, f func()) {
	if _, err := e.Kernel.Host().DelayFunc("later", d, func(kernel.Event) { f() }); err != nil {
		panic(err)
	}
}

func TestAChildProcess(t *testing.T) {
	c := run.Config{Program: []string{"upper", "a", "b"}, Args: []string{"c"}, Dir: "/there", Env: []string{"WORD=as"}}
	said := runs(t, map[string]sim.Program{"upper": upper}, c, func(e kernel.Event, w *run.Wheel) {
		w.Put("one", "two")
		later(e, 10*time.Second, w.ShutdownStdin)
	})
	require.Equal(t, []string{"out as ONE", "out as TWO", "err read all in /there", "close", "exit code 3"}, said)
}

func TestSignalsOfAChildProcess(t *testing.T) {
	stubborn := func(p *sim.Process) int {
		p.Trap(syscall.SIGTERM, func() { fmt.Fprintln(p, "no") })
		p.Trap(syscall.SIGUSR1, func() { p.Exit(7) })
		p.Trap(syscall.SIGHUP, nil)
		for {
			p.Sleep(time.Hour)
		}
	}
	programs := map[string]sim.Program{"stubborn": stubborn}
	kill := func(signals ...syscall.Signal) func(kernel.Event, *run.Wheel) {
		return func(e kernel.Event, w *run.Wheel) {
			for i, s := range signals {
				later(e, time.Duration(i+1)*time.Second, func() { require.NoError(t, w.Kill(s)) })
			}
		}
	}
	c := run.Config{Program: []string{"stubborn"}}
	require.Equal(t, []string{"out no", "close", "exit code 7"}, runs(t, programs, c, kill(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1)))
	require.Equal(t, []string{"close", "signal 2"}, runs(t, programs, c, kill(syscall.SIGWINCH, syscall.SIGINT)))
	require.Equal(t, []string{"close", "exit code 7"}, runs(t, programs, c, kill(syscall.SIGSTOP, syscall.SIGUSR1, syscall.SIGCONT)))

	c.Timeout, c.KillAfter = 5*time.Second, 2*time.Second
	require.Equal(t, []string{" timeout " + run.ErrTimeout.Error(), "out no", "close", "signal 9"}, runs(t, programs, c, kill()))
}

func TestPipesOfAChildProcess(t *testing.T) {
	var at time.Duration
	var failed error
	programs := map[string]sim.Program{
		"flood": func(p *sim.Process) int {
			fmt.Fprintln(p, strings.Repeat("x", 200<<10)) // waits until it is read
			at = p.Now()
			return 0
		},
		"speak": func(p *sim.Process) int {
			failed = nil
			p.Trap(syscall.SIGUSR1, func() { p.Trap(syscall.SIGPIPE, nil) })
			for failed == nil {
				_, failed = fmt.Fprintln(p, "is anybody there")
				p.Sleep(time.Second)
			}
			return 0
		},
	}
	said := runs(t, programs, run.Config{Program: []string{"flood"}}, func(e kernel.Event, w *run.Wheel) {
		w.PauseStdout()
		later(e, 10*time.Second, w.ResumeStdout)
	})
	require.Equal(t, []string{"out " + strings.Repeat("x", 200<<10), "close", "exit code 0"}, said)
	require.Greater(t, at, 10*time.Second)

	// A process that writes to a closed pipe is killed, or gets an error.
	speak := run.Config{Program: []string{"speak"}}
	drop := func(signal syscall.Signal) func(e kernel.Event, w *run.Wheel) {
		return func(e kernel.Event, w *run.Wheel) {
			later(e, 500*time.Millisecond, func() { require.NoError(t, w.Kill(signal)) })
			later(e, 2500*time.Millisecond, func() { _ = w.Close() })
		}
	}
	want := []string{"out is anybody there", "out is anybody there", "out is anybody there"}
	require.Equal(t, want, runs(t, programs, speak, drop(syscall.SIGCONT)))
	require.NoError(t, failed)
	require.Equal(t, want, runs(t, programs, speak, drop(syscall.SIGUSR1)))
	require.ErrorIs(t, failed, syscall.EPIPE)
}

func TestWhatIsNotSimulated(t *testing.T) {
	programs := map[string]sim.Program{"true": func(*sim.Process) int { return 0 }}
	for what, c := range map[string]run.Config{
		"RedirectStdin: is not simulated":        {Program: []string{"true"}, RedirectStdin: run.Redirect{File: os.Stdin}, NoStdin: true},
		"Conduit: is not simulated":              {Program: []string{"true"}, Conduit: run.SocketPair},
		"User: is not simulated":                 {Program: []string{"true"}, User: "0"},
		"Priority: is not simulated":             {Program: []string{"true"}, Priority: 1},
		"Command: a simulated host has no shell": {Command: "true | true"},
		"err can't exec (false a): No such file": {Command: "false a"},
	} {
		said := runs(t, programs, c, func(_ kernel.Event, w *run.Wheel) { require.ErrorIs(t, w.ExecError(), syscall.ENOENT) })
		require.Contains(t, strings.Join(said, "\n"), what)
	}
}

// What a program panics with is not lost.
func TestAPanicOfAChildProcess(t *testing.T) {
	said := runFailing(t, sim.Config{Seeds: 1, Duration: time.Second}, func(w *sim.World) {
		w.Host("host", func(h *sim.Host) {
			idle(h)
			h.Program("broken", func(*sim.Process) int { panic("out of order") })
			_, err := session.Inline(h.Kernel, session.Funcs{"_start": func(e kernel.Event) {
				_, err := run.New(e.Kernel, run.Config{Program: []string{"broken"}, Processes: h.Processes()})
				require.NoError(t, err)
			}})
			require.NoError(t, err)
		})
	})
	require.Contains(t, said, "panic: out of order")
}
