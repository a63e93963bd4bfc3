package soak

import (
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

// TestDay runs the daemon for 24 hours and then puts everything away.
func TestDay(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	w := newWorld(1)
	d := &daemon{listener: w.intake.Handle(), dial: func(done func(*kernel.Handle, error)) { done(w.dial()) }}
	require.NoError(t, w.startUpstream(k))
	require.NoError(t, d.start(k))
	require.NoError(t, w.startCrowd(k))

	var early uint64
	for hour := 1; hour <= 24; hour++ {
		more, err := poetest.RunFor(k, clock, time.Hour)
		require.NoError(t, err)
		require.True(t, more)
		require.NoError(t, k.Signal(kernel.Alias("daemon"), "HUP"))

		// What is alive are the parts and a few connections, whatever the hour.
		s := k.Stats()
		assert.Less(t, s.Sessions, 60, "hour %d", hour)
		assert.Less(t, s.Handles, 60, "hour %d", hour)
		assert.Less(t, s.Queued, 120, "hour %d", hour)
		assert.Less(t, len(w.sockets), 120, "hour %d", hour)
		if hour == 2 {
			early = heap()
		}
	}
	assert.Less(t, heap(), early+2<<20, "memory grows")

	w.peaceful, w.refuse, w.deaf = true, false, false
	require.NoError(t, k.Post(kernel.Alias("crowd"), "enough"))
	_, err := poetest.RunFor(k, clock, 5*time.Minute)
	require.NoError(t, err)
	for part, want := range map[string]string{"uplink": "pending", "intake": "count"} {
		left, err := k.Call(kernel.Alias(part), want)
		require.NoError(t, err)
		assert.Zero(t, left, "%s %s", part, want)
	}
	delivered := 0
	for _, total := range w.got {
		delivered += total
	}
	assert.Equal(t, d.took, delivered, "everything arrives once")

	require.NoError(t, k.Signal(k.ID(), "TERM"))
	require.NoError(t, k.Run())
	assert.Equal(t, kernel.Stats{Turns: k.Stats().Turns, DeadLetters: k.Stats().DeadLetters}, k.Stats(), "all counts are back")
	for _, s := range w.sockets {
		assert.True(t, s.Closed(), "%v to %v is open", s.LocalAddr(), s.RemoteAddr())
	}

	// The day was not a quiet one.
	assert.Greater(t, w.clients, 3000)
	assert.Greater(t, d.killed, 100)
	assert.Greater(t, d.downs, 20)
	assert.Greater(t, d.refused, 20)
	assert.Greater(t, w.resets, 20)
	assert.Greater(t, w.again, 0)
	assert.Equal(t, 24, d.reloads)
	assert.Equal(t, 1, d.rotated)
	t.Logf("%d clients, %d sockets, %d batches, %d of them again, %d connections killed, uplink down %d times, refused %d times",
		w.clients, w.made, len(w.got), w.again, d.killed, d.downs, d.refused)
}

// heap returns how much memory is in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
