//go:build unix

package run_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/internal/wheeltest"
	"github.com/gopoe/poe/wheel/run"
)

// More than any buffer holds goes through a child and back, the end of its
// input reaches it, and its errors come apart.
func TestConduits(t *testing.T) {
	for name, conduit := range map[string]run.Conduit{"pipe": run.Pipe, "socketpair": run.SocketPair, "inet": run.Inet} {
		t.Run(name, func(t *testing.T) {
			in, out := &driver.SysRW{}, &driver.SysRW{}
			line := strings.Repeat("x", 999)
			r := collect(t, run.Config{Command: "cat; echo done >&2; exit 5", Conduit: conduit, StdinDriver: in, StdoutDriver: out}, func(w *run.Wheel) {
				for range 1000 {
					w.Put(line)
				}
				assert.Equal(t, 1_000_000, w.OutOctets())
				events := w.Events().(run.Funcs)
				events.Stdin = func(w *run.Wheel) { w.ShutdownStdin() }
				w.SetEvents(events)
				_, err := w.Winsize()
				assert.ErrorIs(t, err, run.ErrNoTerminal)
				assert.ErrorIs(t, w.SetWinsize(run.Winsize{Rows: 1, Cols: 1}), run.ErrNoTerminal)
			})
			assert.Len(t, r.out, 1000)
			assert.Equal(t, line, r.out[999])
			assert.Equal(t, []string{"done"}, r.err)
			assert.Equal(t, 5, r.status.ExitCode())
			assert.Equal(t, []uint64{1_000_000, 0}, []uint64{in.BytesWritten(), in.BytesRead()})
			assert.Equal(t, []uint64{0, 1_000_000}, []uint64{out.BytesWritten(), out.BytesRead()})
		})
	}
}

// A terminal that changes its size notifies the program in it.
func TestWinsizeOfARunningChild(t *testing.T) {
	for _, conduit := range []run.Conduit{run.Pty, run.PtyPipe} {
		var got []string
		var w *run.Wheel
		wheeltest.InSession(t, func(k *kernel.Kernel) {
			var err error
			w, err = run.New(k, run.Config{
				Command: `trap 'stty size; exit 3' WINCH; echo ready; while :; do read x; done`,
				Conduit: conduit, Winsize: run.Winsize{Rows: 30, Cols: 90},
				Events: run.Names{Stdout: "out", Exit: "exit"},
			})
			require.NoError(t, err)
			size, err := w.Winsize()
			require.NoError(t, err)
			assert.Equal(t, run.Winsize{Rows: 30, Cols: 90, X: 810, Y: 480}, size)
		}, session.Funcs{
			"out": func(e kernel.Event) {
				if got = append(got, kernel.Arg[string](e, 0)); len(got) == 1 {
					assert.NoError(t, w.SetWinsize(run.Winsize{Rows: 40, Cols: 100, X: 7, Y: 8}))
					size, err := w.Winsize()
					assert.NoError(t, err)
					assert.Equal(t, run.Winsize{Rows: 40, Cols: 100, X: 7, Y: 8}, size)
					w.Put("") // some shells run traps only after a command
				}
			},
			"exit": func(e kernel.Event) {
				assert.Equal(t, 3, kernel.Arg[kernel.WaitStatus](e, 0).ExitCode())
				assert.NoError(t, w.Close())
				assert.ErrorIs(t, w.SetWinsize(run.Winsize{}), run.ErrNoTerminal)
				assert.Error(t, w.Kill(syscall.SIGTERM))
			},
		})
		assert.Equal(t, []string{"ready", "40 100"}, got)
	}
}
