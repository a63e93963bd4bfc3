package kernel_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
)

// The backend of docs/extending.md: descriptors, timers and other goroutines
// wake a kernel that waits in it.
func TestLoopBackendOfThePage(t *testing.T) {
	k := newKernel()
	require.NoError(t, kernel.UseSelectLoop(k)) // the end of the run closes it
	r, w, err := kernel.Pipe()
	require.NoError(t, err)
	var got log
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(r, "readable"))
			require.NoError(t, k.SelectWrite(w, "writable"))
			require.NoError(t, k.Delay("late", time.Millisecond))
		},
		"writable": func(kernel.Event) {
			k.SelectClear(w, kernel.Write)
			go k.Outside().Post(kernel.Alias("second"), "note")
		},
		"readable": func(kernel.Event) {
			buf := make([]byte, 10)
			n, err := r.Read(buf)
			require.NoError(t, err)
			got.Add("read", string(buf[:n]))
			require.NoError(t, r.Close())
		},
		"late": func(kernel.Event) { got.Add("late") },
	})
	var hold *kernel.Hold
	start(t, k, states{
		"_start": func(kernel.Event) {
			_ = k.AliasSet("second")
			hold = k.Hold("a post from outside")
		},
		"note": func(kernel.Event) {
			_, err := w.Write([]byte("x"))
			require.NoError(t, err)
			require.NoError(t, w.Close())
			hold.Release()
		},
	})
	require.NoError(t, k.Run())
	assert.ElementsMatch(t, []string{"late", "read x"}, got.All())
}
