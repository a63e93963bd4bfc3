package kernel_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWallClockJumpMovesAlarmsButNotDelays(t *testing.T) {
	for name, c := range map[string]struct {
		jump time.Duration
		want []string
	}{
		"not set":     {0, []string{"alarm 60", "delay 61", "far alarm 7200"}},
		"set forward": {time.Hour, []string{"alarm 1", "delay 61", "far alarm 3600"}},
		"set back":    {-time.Hour, []string{"delay 61", "alarm 3660", "far alarm 10800"}},
		"drifting":    {40 * time.Millisecond, []string{"alarm 60", "delay 61", "far alarm 7200"}},
	} {
		t.Run(name, func(t *testing.T) {
			clock := &poetest.Clock{}
			var warned, seen log
			k := newKernel(kernel.Options{Clock: clock, Logger: logger(&warned)})
			begun, t0 := clock.Mono(), clock.Wall()
			show := func(e kernel.Event) { seen.Add(e.Name, int((clock.Mono() - begun).Seconds())) }
			start(t, k, states{
				"_start": func(kernel.Event) {
					require.NoError(t, k.Alarm("alarm", t0.Add(time.Minute)))
					require.NoError(t, k.Alarm("far alarm", t0.Add(2*time.Hour)))
					require.NoError(t, k.Delay("delay", 61*time.Second))
					require.NoError(t, k.Delay("set the clock", time.Second))
				},
				"set the clock": func(kernel.Event) { clock.SetWall(clock.Wall().Add(c.jump)) },
				"alarm":         show, "far alarm": show, "delay": show,
			})
			require.NoError(t, k.Run())
			assert.Equal(t, c.want, seen.All())
			assert.Equal(t, c.jump.Abs() > time.Second, warned.Contains("time of day"))
		})
	}
}

// stoppingClock is a clock whose process is stopped for a while after it has read
// the time of day.
type stoppingClock struct {
	*poetest.Clock
	stop time.Duration
}

func (c *stoppingClock) Wall() time.Time {
	wall := c.Clock.Wall()
	c.Pass(c.stop)
	c.stop = 0
	return wall
}

func TestAPauseBetweenTwoReadingsIsNoJump(t *testing.T) {
	clock := &stoppingClock{Clock: &poetest.Clock{}}
	var warned log
	k := newKernel(kernel.Options{Clock: clock, Logger: logger(&warned)})
	var fired time.Time
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.Alarm("alarm", clock.Wall().Add(time.Minute)))
			require.NoError(t, k.Delay("stop", time.Second))
			require.NoError(t, k.Delay("look", 2*time.Second))
		},
		"stop":  func(kernel.Event) { clock.stop = time.Second / 2 },
		"look":  func(kernel.Event) { require.Zero(t, clock.stop) },
		"alarm": func(kernel.Event) { fired = clock.Wall() },
	})
	began := clock.Wall()
	require.NoError(t, k.Run())
	assert.Equal(t, time.Minute, fired.Sub(began))
	assert.False(t, warned.Contains("time of day"))
}

// A kernel that never sleeps has to notice as well.
func TestWallClockJumpUnderLoad(t *testing.T) {
	clock := &poetest.Clock{}
	k := newKernel(kernel.Options{Clock: clock})
	start(t, k, states{
		"_start": func(kernel.Event) {
			require.NoError(t, k.Alarm("alarm", clock.Wall().Add(time.Hour)))
			k.Yield("work", 0)
		},
		"work": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			if n == 5 {
				clock.SetWall(clock.Wall().Add(time.Hour))
			}
			clock.Pass(100 * time.Millisecond)
			if n < 100 {
				k.Yield("work", n+1)
			}
		},
		"alarm": func(kernel.Event) {
			assert.Less(t, clock.Mono(), 3*time.Second)
			k.Stop()
		},
	})
	require.NoError(t, k.Run())
}

func TestADayOfTimers(t *testing.T) {
	clock := &poetest.Clock{}
	k := newKernel(kernel.Options{Clock: clock})
	ticks := 0
	start(t, k, states{
		"_start": func(kernel.Event) { k.Delay("tick", time.Second) },
		"tick": func(kernel.Event) {
			if ticks++; ticks < 86400 {
				k.Delay("tick", time.Second)
			}
		},
	})
	require.NoError(t, k.Run())
	assert.Equal(t, 86400, ticks)
	assert.Equal(t, 24*time.Hour, clock.Mono())
}

// Setting, moving and removing in any order leaves the timers in order of due
// time, and of setting or moving where that is equal.
func TestTimersFireInOrderOfTimeAndSequence(t *testing.T) {
	type timer struct{ due, seq int }
	clock := &poetest.Clock{}
	k := newKernel(kernel.Options{Clock: clock})
	random := rand.New(rand.NewPCG(1, 2))
	pending := map[int]timer{}
	var fired []int
	start(t, k, states{
		"_start": func(kernel.Event) {
			ids := map[int]kernel.AlarmID{}
			for seq := range 5000 {
				due := random.IntN(100)
				n := random.IntN(1000)
				switch id, set := ids[n]; {
				case !set:
					var err error
					ids[n], err = k.DelaySet(fmt.Sprint("ev", n%20), time.Duration(due)*time.Second, n)
					require.NoError(t, err)
					pending[n] = timer{due, seq}
				case random.IntN(2) == 0:
					_, err := k.DelayAdjust(id, time.Duration(due)*time.Second)
					require.NoError(t, err)
					pending[n] = timer{due, seq}
				default:
					was, err := k.AlarmRemove(id)
					require.NoError(t, err)
					assert.Equal(t, []any{n}, was.Args)
					delete(ids, n)
					delete(pending, n)
				}
			}
			for i := range 20 {
				require.NoError(t, k.State(fmt.Sprint("ev", i), func(e kernel.Event) { fired = append(fired, kernel.Arg[int](e, 0)) }))
			}
		},
	})
	want := make([]int, 0, len(pending))
	for n := range pending {
		want = append(want, n)
	}
	slices.SortFunc(want, func(a, b int) int {
		if d := pending[a].due - pending[b].due; d != 0 {
			return d
		}
		return pending[a].seq - pending[b].seq
	})
	require.NoError(t, k.Run())
	assert.Equal(t, want, fired)
}

// Timers are found by name among few and among many, whatever was removed
// between.
func TestTimersGoByNameAmongOthers(t *testing.T) {
	clock := &poetest.Clock{}
	k := newKernel(kernel.Options{Clock: clock})
	random := rand.New(rand.NewPCG(3, 4))
	pending := map[string]map[int]bool{} // by name, the timers' arguments
	set := func(name string, n int) {
		if pending[name] == nil {
			pending[name] = map[int]bool{}
		}
		pending[name][n] = true
	}
	all := func() (all []int) {
		for _, of := range pending {
			all = append(all, slices.Collect(maps.Keys(of))...)
		}
		return slices.Sorted(slices.Values(all))
	}
	removed := func() (all []int) {
		for _, x := range k.AlarmRemoveAll() {
			all = append(all, x.Args[0].(int))
		}
		return slices.Sorted(slices.Values(all))
	}
	start(t, k, states{"_start": func(kernel.Event) {
		for n := range 5000 {
			name := fmt.Sprint("ev", random.IntN(1+n/100%12)) // of few names, then of more, then of few again
			switch random.IntN(5) {
			case 0:
				require.NoError(t, k.DelayClear(name))
				delete(pending, name)
			case 1:
				require.NoError(t, k.Delay(name, time.Hour, n))
				delete(pending, name)
				set(name, n)
			default:
				require.NoError(t, k.DelayAdd(name, time.Duration(n)*time.Second, n))
				set(name, n)
			}
			if n%500 == 499 {
				require.Equal(t, all(), removed(), n)
				clear(pending)
			}
		}
	}})
	require.NoError(t, k.Run())
}

func TestAMillionTimers(t *testing.T) {
	const n = 1_000_000
	clock := &poetest.Clock{}
	k := kernel.New(kernel.Options{Clock: clock}) // its books would be a walk over a million each turn
	start(t, k, states{"_start": func(kernel.Event) {
		ids := make([]kernel.AlarmID, n)
		for i := range ids {
			ids[i], _ = k.DelaySet("never", time.Duration(i*7919%n)*time.Second)
		}
		assert.Equal(t, n+1-1, k.EventCount())
		for i := range ids {
			if _, err := k.AlarmRemove(ids[i*611953%n]); err != nil {
				t.Fatal(err)
			}
		}
		assert.Zero(t, k.EventCount())
		_, err := k.AlarmRemove(ids[0])
		assert.ErrorIs(t, err, kernel.ErrNoAlarm)
	}, "never": func(kernel.Event) { t.Error("fired") }})
	require.NoError(t, k.Run())
	assert.Zero(t, clock.Mono())
}

func TestTimerErrors(t *testing.T) {
	k := newKernel()
	for name, err := range map[string]error{
		"Delay":    k.Delay("x", time.Second),
		"Alarm":    k.Alarm("x", time.Now()),
		"AlarmAdd": k.AlarmAdd("x", time.Now()),
		"DelayAdd": k.DelayAdd("x", time.Second),
	} {
		assert.ErrorIs(t, err, kernel.ErrNoActiveSession, name)
		assert.ErrorContains(t, err, name+"(x)")
	}
	start(t, k, states{"_start": func(kernel.Event) {
		for name, err := range map[string]error{
			"Delay":      k.Delay("", time.Second),
			"Alarm":      k.Alarm("x", time.Time{}),
			"AlarmAdd":   k.AlarmAdd("x", time.Time{}),
			"AlarmClear": k.AlarmClear(""),
			"DelayClear": k.DelayClear(""),
		} {
			assert.ErrorIs(t, err, kernel.ErrInvalid, name)
			assert.ErrorContains(t, err, name)
		}
		_, err := k.AlarmSet("x", time.Time{})
		assert.ErrorIs(t, err, kernel.ErrInvalid)
	}})
	require.NoError(t, k.Run())
}

// A name-based timer that is set anew is another timer: the ID of the old one
// does not reach it.
func TestReplacedTimerHasAnotherID(t *testing.T) {
	k := newKernel(kernel.Options{Clock: &poetest.Clock{}})
	fired := 0
	start(t, k, states{
		"_start": func(kernel.Event) {
			id, err := k.DelaySet("tick", time.Second)
			require.NoError(t, err)
			require.NoError(t, k.Delay("tick", time.Minute))
			_, err = k.AlarmRemove(id)
			assert.ErrorIs(t, err, kernel.ErrNoAlarm)
		},
		"tick": func(kernel.Event) { fired++ },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, 1, fired)
}

func TestNextEventTime(t *testing.T) {
	clock := &poetest.Clock{}
	k := newKernel(kernel.Options{Clock: clock})
	_, ok := k.NextEventTime()
	assert.False(t, ok)
	start(t, k, states{"_start": func(kernel.Event) {
		require.NoError(t, k.Alarm("x", clock.Wall().Add(time.Hour)))
		next, ok := k.NextEventTime()
		assert.True(t, ok)
		assert.True(t, next.Equal(clock.Wall().Add(time.Hour)), next)
		assert.Equal(t, 1, k.EventCount())
		require.NoError(t, k.AlarmClear("x"))
	}})
	require.NoError(t, k.Run())
}

func TestSettingATimerBesideAnotherAllocatesNothing(t *testing.T) {
	k := newKernel()
	start(t, k, states{"_start": func(e kernel.Event) {
		e.DelaySet("other", time.Hour)
		allocs := testing.AllocsPerRun(100, func() {
			id, _ := e.DelaySet("again", time.Minute)
			e.AlarmRemove(id)
		})
		if allocs != 0 {
			t.Errorf("%v allocations", allocs)
		}
		e.AlarmRemoveAll()
	}})
	require.NoError(t, k.Run())
}
