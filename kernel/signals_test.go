package kernel_test

import (
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// child starts a child process that ends, as mode says, once it is released.
func child(t *testing.T, mode string) (pid int, release func()) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childMode+"="+mode)
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	pid = cmd.Process.Pid
	require.NoError(t, cmd.Process.Release())
	return pid, func() { _ = in.Close() }
}

// ended waits until a process has ended, without taking its status.
func ended(t *testing.T, pid int) {
	require.Eventually(t, func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return false
		}
		var n int
		var name, state string
		_, _ = fmt.Sscan(string(stat), &n, &name, &state)
		return state == "Z"
	}, 10*time.Second, time.Millisecond)
}

func TestSigChildOfProcesses(t *testing.T) {
	for mode, want := range map[string]kernel.WaitStatus{"0": 0, "3": 3 << 8, "255": 255 << 8, "signal:9": 9, "signal:15": 15} {
		for _, early := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s early %v", mode, early), func(t *testing.T) {
				pid, release := child(t, mode)
				if early { // it has ended before anybody watches
					release()
					ended(t, pid)
				}
				k := newKernel()
				var got []any
				start(t, k, states{
					"_start": func(kernel.Event) {
						require.NoError(t, k.SigChild(pid, "reaped", "extra"))
						if !early {
							release()
						}
					},
					"reaped": func(e kernel.Event) {
						got = e.Args
						assert.Equal(t, k.ID(), e.Sender)
						assert.ErrorIs(t, k.SigChild(pid, "again"), kernel.ErrNoChild)
					},
				})
				require.NoError(t, k.Run())
				assert.Equal(t, []any{"CHLD", pid, want, "extra"}, got)
			})
		}
	}
}

func TestSigChildErrors(t *testing.T) {
	k := newKernel()
	assert.ErrorIs(t, k.SigChild(os.Getpid(), "x"), kernel.ErrNoActiveSession)
	start(t, k, states{"_start": func(kernel.Event) {
		assert.ErrorIs(t, k.SigChild(os.Getppid(), "x"), kernel.ErrNoChild)
		assert.ErrorIs(t, k.SigChild(os.Getppid(), "x"), syscall.ECHILD)
		assert.ErrorIs(t, k.SigChild(0, "x"), kernel.ErrInvalid)
		assert.ErrorIs(t, k.SigChild(1, ""), kernel.ErrInvalid)
		k.SigChildClear(12345)
	}})
	require.NoError(t, k.Run())
}

// Many children that end at once: none is lost, each has its own status.
func TestSigChildLosesNobody(t *testing.T) {
	const n = 30
	k := newKernel()
	statuses := map[int]int{}
	start(t, k, states{
		"_start": func(kernel.Event) {
			for i := range n {
				pid, release := child(t, fmt.Sprint(i))
				require.NoError(t, k.SigChild(pid, "reaped", i))
				release()
			}
		},
		"reaped": func(e kernel.Event) {
			statuses[kernel.Arg[int](e, 3)] = kernel.Arg[kernel.WaitStatus](e, 2).ExitCode()
		},
	})
	require.NoError(t, k.Run())
	require.Len(t, statuses, n)
	for i, code := range statuses {
		assert.Equal(t, i, code)
	}
}

func TestWaitStatusText(t *testing.T) {
	assert.Equal(t, "exit code 3", kernel.WaitStatus(3<<8).String())
	assert.Equal(t, "signal 15", kernel.WaitStatus(15).String())
}

func TestClassOf(t *testing.T) {
	for class, names := range map[kernel.SignalClass][]string{
		kernel.Terminal:    {"QUIT", "INT", "KILL", "TERM", "HUP", "IDLE", "DIE"},
		kernel.Nonmaskable: {"ZOMBIE", "UIDESTROY"},
		kernel.Benign:      {"USR1", "CHLD", "MADE UP", "int"},
	} {
		for _, name := range names {
			assert.Equal(t, class, kernel.ClassOf(name), name)
		}
	}
}

func TestSigErrors(t *testing.T) {
	k := newKernel()
	assert.ErrorIs(t, k.Sig("FOO", "foo"), kernel.ErrNoActiveSession)
	assert.ErrorIs(t, k.Signal(kernel.Alias("nobody"), "FOO"), kernel.ErrNoSession)
	assert.ErrorIs(t, k.Signal(k.ID(), ""), kernel.ErrInvalid)
	start(t, k, states{"_start": func(kernel.Event) {
		assert.ErrorContains(t, k.Sig("SIGINT", "x"), "no SIG in front")
		assert.ErrorIs(t, k.Sig("SIGINT", "x"), kernel.ErrInvalid)
		assert.ErrorIs(t, k.Sig("INT", ""), kernel.ErrInvalid)
	}})
	require.NoError(t, k.Run())
}

// A DIE that a program sends reports no exception. It stops the session as any
// terminal signal does.
func TestDieOfAProgram(t *testing.T) {
	for _, args := range [][]any{nil, {"mine"}} {
		var seen log
		k := kernel.New()
		runSession(t, k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.Signal(e.Session, "DIE", args...))
				e.Kernel.Yield("after")
			},
			"after": func(kernel.Event) { seen.Add("after") },
			"_stop": func(kernel.Event) { seen.Add("_stop") },
		})
		assert.Equal(t, []string{"_stop"}, seen.All())
	}
}

func TestUIDestroy(t *testing.T) {
	k := newKernel()
	var seen log
	window := func(name string) kernel.ID {
		return start(t, k, states{
			"_start": func(kernel.Event) {
				_ = k.AliasSet(name)
				_ = k.Sig("UIDESTROY", "closed")
				k.Delay("never", time.Hour)
			},
			"closed": func(e kernel.Event) { seen.Add(append([]any{name}, e.Args...)...); k.SigHandled() },
			"_stop":  func(kernel.Event) { seen.Add(name, "_stop") },
		})
	}
	other := window("other")
	start(t, k, states{
		"_start": func(kernel.Event) { window("child"); k.Yield("go") },
		"go": func(kernel.Event) {
			_ = k.Post(other, "never")
			k.UIDestroy()
			seen.Add("after, in session", k.ActiveSession().Number())
			assert.False(t, other.Alive())
			assert.ErrorIs(t, k.Sig("TERM", "late"), kernel.ErrNoActiveSession)
			k.UIDestroy() // nobody is left
		},
		"_stop": func(kernel.Event) { seen.Add("main _stop") },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"child UIDESTROY", "other UIDESTROY", "child _stop", "main _stop", "other _stop", "after, in session 0"}, seen.All())
}

// As in POE, SIGCLD is no name of its own: the end of a child is CHLD, and who
// watches CLD hears nothing of it.
func TestCLDIsNeverSent(t *testing.T) {
	k := newKernel()
	pid, release := child(t, "3")
	var seen log
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.Sig("CLD", "cld"))
			require.NoError(t, k.Sig("CHLD", "chld"))
			require.NoError(t, k.SigChild(pid, "ended"))
			release()
		},
		"cld":   func(kernel.Event) { seen.Add("cld") },
		"chld":  func(e kernel.Event) { seen.Add("chld", e.Arg(0)) },
		"ended": func(e kernel.Event) { seen.Add("ended", e.Arg(0)) },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"ended CHLD", "chld CHLD"}, seen.All())
	assert.Equal(t, kernel.Benign, kernel.ClassOf("CLD"))
}
