//go:build unix

package process_test

import (
	"log/slog"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
	"github.com/gopoe/poe/supervise/process"
	"github.com/gopoe/poe/wheel/run"
)

// tree runs a supervisor with one child process, a shell script, and calls got
// with what that writes.
func tree(t *testing.T, spec supervise.Spec, script string, got func(s *supervise.Supervisor, line string)) (seen []supervise.Status, err error) {
	t.Helper()
	k := kernel.New(kernel.Options{Logger: slog.New(slog.DiscardHandler)})
	var s *supervise.Supervisor
	spec.Name = "script"
	spec.Start = process.Start(func() (run.Config, run.Funcs) {
		return run.Config{Program: []string{"/bin/sh", "-c", script}},
			run.Funcs{Stdout: func(_ *run.Wheel, record any) { got(s, record.(string)) }}
	})
	_, err = session.Inline(k, session.Funcs{"_child": func(kernel.Event) {}, "_start": func(e kernel.Event) {
		s, err = supervise.New(e.Kernel, supervise.Config{
			Children: []supervise.Spec{spec},
			Changed:  func(_ kernel.Event, s supervise.Status) { seen = append(seen, s) },
		})
		require.NoError(t, err)
	}})
	require.NoError(t, err)
	err = k.Run()
	return seen, err
}

func states(seen []supervise.Status) (words []string) {
	for _, s := range seen {
		words = append(words, s.State.String())
	}
	return words
}

func TestProcessEndsNormally(t *testing.T) {
	var lines []string
	seen, err := tree(t, supervise.Spec{Restart: supervise.Transient}, "echo hello", func(_ *supervise.Supervisor, line string) { lines = append(lines, line) })
	require.NoError(t, err)
	assert.Equal(t, []string{"hello"}, lines)
	assert.Equal(t, []string{"running", "stopped"}, states(seen))
}

func TestProcessFails(t *testing.T) {
	starts := 0
	seen, err := tree(t, supervise.Spec{Restart: supervise.Permanent}, "echo up; exit 3", func(*supervise.Supervisor, string) { starts++ })
	var gaveUp *supervise.IntensityError
	require.ErrorAs(t, err, &gaveUp)
	var exit *process.ExitError
	require.ErrorAs(t, err, &exit)
	assert.Equal(t, 3, exit.Status.ExitCode())
	assert.Equal(t, 2, starts, "one restart in five seconds is allowed")
	assert.ErrorAs(t, seen[1].Err, &exit)
}

func TestProcessIsAskedToStop(t *testing.T) {
	var lines []string
	seen, err := tree(t, supervise.Spec{}, "trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.01; done", func(s *supervise.Supervisor, line string) {
		if lines = append(lines, line); line == "up" {
			s.Shutdown()
		}
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"up", "bye"}, lines)
	assert.Equal(t, []string{"running", "stopping", "stopped"}, states(seen))
}

// One that does not listen is killed, with its descendants.
func TestProcessIsKilled(t *testing.T) {
	pids := make(chan string, 1)
	_, err := tree(t, supervise.Spec{Shutdown: time.Millisecond}, "trap '' TERM; sleep 1000 & echo $!; wait; sleep 1000", func(s *supervise.Supervisor, line string) {
		pids <- line
		s.Shutdown()
	})
	require.NoError(t, err)
	pid := strings.TrimSpace(<-pids)
	var n int
	for _, c := range pid {
		n = n*10 + int(c-'0')
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if err := syscall.Kill(n, 0); err != nil || zombie(pid) {
			break
		}
		require.True(t, time.Now().Before(deadline), "the descendant lives")
	}
}

// zombie reports whether a process has ended and was not waited for.
func zombie(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	_, after, found := strings.Cut(string(stat), ") ")
	return err == nil && found && strings.HasPrefix(after, "Z")
}

func TestProcessGetsInput(t *testing.T) {
	var lines []string
	_, err := tree(t, supervise.Spec{Alias: "reader", Restart: supervise.Transient}, "echo ready; read line; echo got $line",
		func(s *supervise.Supervisor, line string) {
			if lines = append(lines, line); line == "ready" {
				k := s.ID().Kernel()
				assert.NoError(t, k.Post(kernel.Alias("reader"), "put", "hello"))
			}
		})
	require.NoError(t, err)
	assert.Equal(t, []string{"ready", "got hello"}, lines)
}
