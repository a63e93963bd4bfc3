//go:build unix

package kernel_test

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/recording"
	"github.com/gopoe/poe/session"
)

// A program gets whether it is live: what it does for the test, it does not in a replay.
type program func(k *kernel.Kernel, live bool)

// requireUnfinished replays a recording that was taken while the program ran.
func requireUnfinished(t *testing.T, file []byte, run program) {
	t.Helper()
	result, err := replayRun(kernel.Options{}, file, func(k *kernel.Kernel) { run(k, false) })
	require.ErrorIs(t, err, recording.ErrEnds)
	require.True(t, result.Equal && !result.Whole, "%+v", result)
	require.NotZero(t, result.Events)
}

func TestTheRingIsDumpedByTheHandlerOfASignal(t *testing.T) {
	rec := &kernel.Recording{}
	var file bytes.Buffer
	run := func(k *kernel.Kernel, live bool) {
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				e.Kernel.Sig("USR1", "dump")
				e.Kernel.Yield("hit")
			},
			"hit": func(e kernel.Event) { // in a replay the signal comes from the recording
				if live {
					require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGUSR1))
				}
				e.Kernel.Delay("late", time.Minute)
			},
			"dump": func(e kernel.Event) {
				e.Kernel.SigHandled()
				if live {
					require.NoError(t, rec.Dump(&file))
				}
				e.Kernel.Stop()
			},
		})
	}
	k := kernel.New(kernel.Options{Recording: rec})
	run(k, true)
	require.NoError(t, k.Run())
	requireUnfinished(t, file.Bytes(), run)
}

func TestTheRingIsDumpedForASlowHandler(t *testing.T) {
	rec := &kernel.Recording{}
	var file bytes.Buffer
	var k *kernel.Kernel
	begun, dumped := make(chan struct{}), make(chan error, 1)
	run := func(k *kernel.Kernel, live bool) {
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("slow") },
			"slow": func(e kernel.Event) {
				if live {
					<-begun
				}
				e.Kernel.Delay("late", time.Minute)
			},
		})
	}
	k = kernel.New(kernel.Options{Recording: rec, SlowHandler: time.Millisecond, Slow: func(s kernel.SlowHandler) {
		if s.Event != "slow" {
			return
		}
		close(begun) // Dump waits for the end of the handler
		dumped <- rec.Dump(&file)
		k.Outside().Stop()
	}})
	run(k, true)
	require.NoError(t, k.Run())
	require.NoError(t, <-dumped)
	requireUnfinished(t, file.Bytes(), run)
}

// What a handler that hangs has read is in the dump: its replay comes as far.
func TestTheRingIsDumpedForAHandlerThatHangs(t *testing.T) {
	rec := &kernel.Recording{}
	hangs, release := make(chan struct{}), make(chan struct{})
	reached := 0
	run := func(k *kernel.Kernel, live bool) {
		r, w, err := kernel.Pipe()
		require.NoError(t, err)
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				require.NoError(t, e.Kernel.SelectRead(r, "readable"))
				e.Kernel.Yield("write")
			},
			"write": func(e kernel.Event) { w.Write([]byte("x")) },
			"readable": func(e kernel.Event) {
				buf := make([]byte, 100)
				n, err := r.Read(buf)
				require.NoError(t, err)
				require.Equal(t, "x", string(buf[:n]))
				if reached++; live {
					close(hangs)
					<-release
				}
				e.Kernel.SelectClear(r)
				r.Close()
				w.Close()
			},
		})
	}
	k := kernel.New(kernel.Options{Recording: rec})
	run(k, true)
	ended := make(chan error, 1)
	var file bytes.Buffer
	go func() {
		<-hangs
		err := rec.Dump(&file)
		close(release)
		ended <- err
	}()
	require.NoError(t, k.Run())
	require.NoError(t, <-ended)
	requireUnfinished(t, file.Bytes(), run)
	require.Equal(t, 2, reached)
}

func TestTheRingIsDumpedAfterAnUnhandledException(t *testing.T) {
	name := filepath.Join(t.TempDir(), "crash.rec")
	throwing := func(k *kernel.Kernel) {
		session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("throws") },
			"throws": func(kernel.Event) { panic("an exception") },
		})
	}
	k := kernel.New(kernel.Options{Recording: &kernel.Recording{DumpFile: name}})
	throwing(k)
	require.ErrorContains(t, k.Run(), "an exception")
	info, err := os.Stat(name)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	file, err := os.ReadFile(name)
	require.NoError(t, err)
	result, err := replayRun(kernel.Options{}, file, throwing)
	require.ErrorContains(t, err, "an exception")
	require.NoError(t, result.Err)
	require.True(t, result.Equal && result.Whole, "%+v", result)
}

// talkative says something every few milliseconds, without end.
func talkative(k *kernel.Kernel, live bool) {
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Delay("tick", time.Millisecond) },
		"tick": func(e kernel.Event) {
			if live {
				os.Stdout.WriteString("tick\n")
			}
			e.Kernel.Delay("tick", 5*time.Millisecond)
		},
	})
}

// A program that is killed leaves a recording that lacks no more than its last
// moments.
func TestAKilledProgramLeavesItsRecording(t *testing.T) {
	const variable = "KERNEL_TEST_TALKATIVE"
	if os.Getenv(variable) != "" {
		k := kernel.New()
		talkative(k, true)
		_ = k.Run()
		return
	}
	name := filepath.Join(t.TempDir(), "run.rec")
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"=1", recording.Variable+"="+name)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	for ticks := 0; ticks < 100 && lines.Scan(); {
		if strings.Contains(lines.Text(), "tick") {
			ticks++
		}
	}
	require.NoError(t, cmd.Process.Kill())
	require.Error(t, cmd.Wait())
	file, err := os.ReadFile(name)
	require.NoError(t, err)
	requireUnfinished(t, file, talkative)
}
