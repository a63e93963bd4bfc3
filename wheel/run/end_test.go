//go:build unix

package run_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/run"
)

func TestExitComesLast(t *testing.T) {
	for _, conduit := range []run.Conduit{run.Pipe, run.SocketPair} {
		r := collect(t, run.Config{Command: "exec 2>&-; echo one; (sleep 0.05; echo two) & exit 6", Conduit: conduit}, nil)
		assert.Equal(t, []string{"one", "two"}, r.out, "the output of the child's own child")
		assert.Equal(t, []string{"STDERR read 0", "STDOUT read 0", "close", "exit"}, r.log)
		assert.Equal(t, 6, r.status.ExitCode())
	}
	r := collect(t, run.Config{Command: "kill -9 $$"}, nil)
	assert.Equal(t, 9, r.status.Signal())
	r = collect(t, run.Config{Command: "exit 2", RedirectOutput: run.Redirect{Path: "/dev/null"}}, nil)
	assert.Equal(t, []string{"exit"}, r.log, "nothing is watched, so nothing is closed")
}

func TestPanicIsCode255(t *testing.T) {
	r := collect(t, run.Config{Func: funcs.Func("panic")}, nil)
	assert.Equal(t, []string{"it broke"}, r.err)
	assert.Equal(t, 255, r.status.ExitCode())
}

func TestExecFailures(t *testing.T) {
	plain := filepath.Join(t.TempDir(), "plain")
	require.NoError(t, os.WriteFile(plain, nil, 0o644))
	for _, c := range []struct {
		config run.Config
		errno  syscall.Errno
	}{
		{run.Config{Program: []string{"/nonexistent/program"}}, syscall.ENOENT},
		{run.Config{Program: []string{"nonexistent-program"}}, syscall.ENOENT},
		{run.Config{Command: " "}, syscall.ENOENT},
		{run.Config{Program: []string{plain}}, syscall.EACCES},
		{run.Config{Program: []string{filepath.Dir(plain)}}, syscall.EACCES},
		{run.Config{Program: []string{"true"}, Dir: "/nonexistent"}, syscall.ENOENT},
	} {
		r := collect(t, c.config, func(w *run.Wheel) {
			assert.ErrorIs(t, w.ExecError(), c.errno)
			assert.Positive(t, w.PID())
		})
		assert.Equal(t, int(c.errno), r.status.ExitCode())
		require.Len(t, r.err, 1)
		assert.Contains(t, r.err[0], (&kernel.OpError{Err: c.errno}).Strerror())
	}
}

func TestKill(t *testing.T) {
	var first *run.Wheel
	r := collect(t, run.Config{Command: "exec sleep 60"}, func(w *run.Wheel) {
		first = w
		require.NoError(t, w.Kill(syscall.SIGTERM))
	})
	assert.Equal(t, int(syscall.SIGTERM), r.status.Signal())
	assert.ErrorIs(t, first.Kill(syscall.SIGTERM), os.ErrProcessDone)
}

// A wheel that has not asked for the exit notices all the same that its
// process is no more.
func TestKillAfterSigChild(t *testing.T) {
	var w *run.Wheel
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		var err error
		w, err = run.New(k, run.Config{Command: "true"})
		require.NoError(t, err)
		require.NoError(t, k.SigChild(w.PID(), "gone"))
	}, session.Funcs{"gone": func(e kernel.Event) {
		assert.ErrorIs(t, w.Kill(syscall.SIGTERM), os.ErrProcessDone)
		w.Close()
	}})
}

// Close leaves the child alone, reports nothing more, and leaves no zombie.
func TestCloseReaps(t *testing.T) {
	pid := 0
	wheeltest.InSession(t, func(k *kernel.Kernel) {
		never := func(*run.Wheel, any) { t.Error("output after Close") }
		w, err := run.New(k, run.Config{Command: "cat; exit 9", Events: run.Funcs{Stdout: never, Stderr: never,
			Close: func(*run.Wheel) { t.Error("Close event") },
			Exit:  func(*run.Wheel, kernel.WaitStatus) { t.Error("Exit event") },
			Error: func(*run.Wheel, *kernel.OpError, string) { t.Error("Error event") },
		}})
		require.NoError(t, err)
		pid = w.PID()
		require.NoError(t, w.Close())
		require.NoError(t, w.Close())
		w.Put("nothing")
		w.ShutdownStdin()
		w.PauseStdout()
		w.ResumeStdout()
		w.SetEvents(run.Names{})
		w.ReplaceEvents(run.Names{})
		assert.ErrorIs(t, w.Kill(syscall.SIGTERM), os.ErrProcessDone)
		k.Delay("look", 10*time.Millisecond)
	}, session.Funcs{"look": func(e kernel.Event) {
		if unix.Kill(pid, 0) == nil {
			e.Kernel.Delay("look", 10*time.Millisecond)
		}
	}})
	assert.ErrorIs(t, unix.Kill(pid, 0), syscall.ESRCH)
}

func TestEndOfSessionReaps(t *testing.T) {
	pid := 0
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
				w, err := run.New(k, run.Config{Command: "cat", Events: run.Names{Stdout: "o", Exit: "x"}})
				require.NoError(t, err)
				pid = w.PID()
				require.NoError(t, k.Signal(e.Session, "KILL"))
			}})
			k.Delay("look", 10*time.Millisecond)
		},
		"look": func(e kernel.Event) {
			if unix.Kill(pid, 0) == nil {
				k.Delay("look", 10*time.Millisecond)
			}
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.ErrorIs(t, unix.Kill(pid, 0), syscall.ESRCH)
}
