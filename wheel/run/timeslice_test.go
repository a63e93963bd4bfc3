//go:build unix

package run_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/run"
)

// TestTimesliceInAHandler runs the kernel in the handler of the first of several
// lines of a child. Those that have been read with it come first, as in POE.
func TestTimesliceInAHandler(t *testing.T) {
	k := kernel.New()
	var got []string
	line := func(wheel *run.Wheel, record any) {
		got = append(got, record.(string))
		if record == "first" {
			wheel.Put("fourth") // the child sends it back
			for len(got) < 4 {
				_, err := k.RunOneTimeslice()
				require.NoError(t, err)
			}
			got = append(got, "after")
			wheel.ShutdownStdin()
		}
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(kernel.Event) {
			_, err := run.New(k, run.Config{
				Program: []string{"/bin/sh", "-c", `printf 'first\nsecond\nthird\n'; exec cat`},
				Events:  run.Funcs{Stdout: line, Close: func(w *run.Wheel) { w.Close() }},
			})
			require.NoError(t, err)
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, "first second third fourth after", strings.Join(got, " "))
}
