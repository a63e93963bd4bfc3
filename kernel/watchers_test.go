package kernel_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A session that begins to watch a handle which others watch, paused, does not
// resume it, as in POE; one that watches it already does.
func TestSecondWatcherOfAPausedHandle(t *testing.T) {
	k := newKernel()
	rd, wr := pipe(t)
	_, err := wr.Write([]byte("x"))
	require.NoError(t, err)
	var seen log
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(rd, "readable"))
			require.True(t, k.SelectPauseRead(rd))
		},
		"readable": func(kernel.Event) { seen.Add("first"); k.SelectClear(rd, kernel.Read) },
	})
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.SelectRead(rd, "readable"))
			k.Yield("later", 3)
		},
		"later": func(e kernel.Event) {
			if n := kernel.Arg[int](e, 0); n > 0 {
				k.Yield("later", n-1)
				return
			}
			seen.Add("resumed")
			require.NoError(t, k.SelectRead(rd, "ignored"))
		},
		"readable": func(kernel.Event) { seen.Add("second"); k.SelectClear(rd, kernel.Read) },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"resumed", "first", "second"}, seen.All())
}

// A turn runs the watchers that a ready handle has when its first one runs: one
// that is added meanwhile waits for the next turn, one that is removed still gets
// what was reported, as in POE.
func TestWatchersChangeWhileTheyRun(t *testing.T) {
	k := newKernel()
	rd, wr := pipe(t)
	_, err := wr.Write([]byte("x"))
	require.NoError(t, err)
	var seen log
	var second kernel.ID
	start(t, k, states{
		"_start": func(kernel.Event) { require.NoError(t, k.SelectRead(rd, "readable")) },
		"readable": func(kernel.Event) {
			seen.Add("first")
			k.SelectClear(rd, kernel.Read)
			_, err := k.Call(second, "give up")
			require.NoError(t, err)
			start(t, k, states{
				"_start":   func(kernel.Event) { require.NoError(t, k.SelectRead(rd, "readable")); k.Yield("next") },
				"next":     func(kernel.Event) { seen.Add("the turn ends") },
				"readable": func(kernel.Event) { seen.Add("third"); k.SelectClear(rd, kernel.Read) },
			})
		},
	})
	second = start(t, k, states{
		"_start":   func(kernel.Event) { require.NoError(t, k.SelectRead(rd, "readable")) },
		"give up":  func(kernel.Event) { k.SelectClear(rd, kernel.Read) },
		"readable": func(kernel.Event) { seen.Add("second") },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"first", "second", "the turn ends", "third"}, seen.All())
}
