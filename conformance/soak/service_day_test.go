//go:build unix

package soak

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// usage is what a program takes from its system.
type usage struct {
	descriptors, goroutines int
	memory                  uint64
}

func measure(t *testing.T) usage {
	open, err := os.ReadDir("/dev/fd")
	require.NoError(t, err)
	return usage{descriptors: len(open), goroutines: runtime.NumGoroutine(), memory: heap()}
}

// TestServiceDay runs components and wheels for 24 hours and then puts
// everything away.
func TestServiceDay(t *testing.T) {
	warmUp(t)
	base := measure(t)
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	s := newService(clock, filepath.Join(t.TempDir(), "log"))
	require.NoError(t, s.start(k))

	var early usage
	for hour := 1; hour <= 24; hour++ {
		more, err := poetest.RunFor(k, clock, time.Hour)
		require.NoError(t, err)
		require.True(t, more)
		now := k.Stats()
		assert.Less(t, now.Sessions, 60, "hour %d", hour)
		assert.Less(t, now.Handles, 100, "hour %d", hour)
		assert.Less(t, now.Queued, 150, "hour %d", hour)
		assert.Zero(t, now.Holds, "hour %d", hour)
		assert.Zero(t, now.LostPostbacks, "hour %d", hour)
		if hour == 2 {
			early = measure(t)
		}
	}
	late := measure(t)
	assert.LessOrEqual(t, late.descriptors, early.descriptors+1, "descriptors") // the log may be open
	assert.LessOrEqual(t, late.goroutines, early.goroutines, "goroutines")
	assert.Less(t, late.memory, early.memory+2<<20, "memory grows")

	require.NoError(t, k.Post(kernel.Alias("crowd"), "enough"))
	_, err := poetest.RunFor(k, clock, 59*time.Minute)
	require.NoError(t, err)
	require.NoError(t, k.Signal(k.ID(), "TERM"))
	require.NoError(t, k.Run())
	assert.Equal(t, kernel.Stats{Turns: k.Stats().Turns, DeadLetters: k.Stats().DeadLetters}, k.Stats(), "all counts are back")
	after := measure(t)
	assert.LessOrEqual(t, after.descriptors, base.descriptors, "descriptors")
	assert.LessOrEqual(t, after.goroutines, base.goroutines, "goroutines")

	s.check(t)
}

// warmUp has the runtime open what it opens once.
func warmUp(t *testing.T) {
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock})
	require.NoError(t, newService(clock, "").startRunner(k))
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			must(e.Kernel.Post(kernel.Alias("runner"), "run", e.Session.Postback("done"), "nothing"))
		},
		"done": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// check looks at what happened in the day.
func (s *service) check(t *testing.T) {
	assert.Equal(t, s.written, s.watched, "every line of the log was seen once")
	assert.Equal(t, 24, s.rotated)
	assert.GreaterOrEqual(t, s.resets, 24)
	assert.Len(t, s.jobs, 25)
	assert.Equal(t, "[1] [did job 1 3]", s.jobs[0])
	assert.Greater(t, s.clients, 1000)
	assert.Greater(t, s.connects, 2*s.clients)
	assert.Greater(t, s.fed, 280)
	assert.Greater(t, s.refused[syscall.ETIMEDOUT.Error()], 20)
	for _, op := range []string{"panic", "idle", "read"} {
		assert.Greater(t, s.trouble[op], 20, op)
	}
	t.Logf("%d clients, %d connections, %d lines, trouble %v, refused %v", s.clients, s.connects, s.written, s.trouble, s.refused)
}
