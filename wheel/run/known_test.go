//go:build unix

package run_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// Who watches CHLD learns of a child though nobody has asked for its end, also
// if the watcher comes after the child; SigChild and Exit find its status
// afterwards. The kernel keeps its books meanwhile.
func TestSigCHLDHearsOfWheels(t *testing.T) {
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			k := kernel.New(kernel.Options{Assert: kernel.Assert{Data: true}})
			var w *run.Wheel
			var log []string
			watch := func() { require.NoError(t, k.Sig("CHLD", "chld")) }
			_, err := session.Inline(k, session.Funcs{
				"_start": func(e kernel.Event) {
					if when == "before" {
						watch()
					}
					var err error
					w, err = run.New(k, run.Config{Program: []string{"sh", "-c", "exit 3"}, Events: run.Names{Stdout: "out"}})
					require.NoError(t, err)
					k.Delay("never", 30*time.Second)
					if when == "after" {
						k.Delay("watch", time.Millisecond)
					}
				},
				"watch": func(kernel.Event) { watch() },
				"out":   func(kernel.Event) {},
				"chld": func(e kernel.Event) {
					log = append(log, "chld")
					status, ended := w.Status()
					assert.True(t, ended)
					assert.Equal(t, []any{"CHLD", w.PID(), status}, e.Args)
					k.SigClear("CHLD")
					require.NoError(t, k.SigChild(w.PID(), "child", "late"))
				},
				"child": func(e kernel.Event) {
					log = append(log, "child")
					assert.Equal(t, []any{"CHLD", w.PID(), kernel.WaitStatus(3 << 8), "late"}, e.Args)
					w.SetEvents(run.Names{Stdout: "out", Exit: "exit"})
				},
				"exit": func(e kernel.Event) {
					log = append(log, "exit")
					assert.Equal(t, []any{kernel.WaitStatus(3 << 8), w.ID()}, e.Args)
					require.NoError(t, w.Close())
					k.DelayClear("never")
				},
			})
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, []string{"chld", "child", "exit"}, log)
		})
	}
}

// A child whose Exit is wanted is a reason to live that shows.
func TestExitIsAReasonToLive(t *testing.T) {
	k := kernel.New(kernel.Options{Assert: kernel.Assert{Data: true}})
	var w *run.Wheel
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			w, err = run.New(k, run.Config{Command: "cat", Events: run.Names{Exit: "exit"}})
			require.NoError(t, err)
			k.Yield("look")
		},
		"look": func(e kernel.Event) {
			kinds := map[string]int{}
			for _, r := range k.WhyAlive(e.Session) {
				kinds[r.Kind]++
			}
			assert.Equal(t, 1, kinds["process"])
			w.ShutdownStdin()
		},
		"exit": func(kernel.Event) { w.Close() },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}
