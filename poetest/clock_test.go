package poetest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
)

// A day of timers passes at once, and in order.
func ExampleClock() {
	clock := &poetest.Clock{Start: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	k := kernel.New(kernel.Options{Clock: clock})
	session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.Delay("evening", 18*time.Hour)
			e.Kernel.Delay("morning", 6*time.Hour)
		},
		"morning": func(e kernel.Event) { fmt.Println("morning", e.Kernel.Now().Format(time.TimeOnly)) },
		"evening": func(e kernel.Event) { fmt.Println("evening", e.Kernel.Now().Format(time.TimeOnly)) },
	})
	if err := k.Run(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(clock.Mono())
	// Output:
	// morning 06:00:00
	// evening 18:00:00
	// 18h0m0s
}

func TestClockKeepsOrder(t *testing.T) {
	k, seen := poetest.Record(t)
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, d := range []time.Duration{3, 1, 2, 1, 0} {
				name := fmt.Sprintf("t%d", d)
				e.Kernel.DelayAdd(name, d*time.Hour)
			}
			e.Kernel.Yield("now")
		},
		"_stop": func(kernel.Event) {},
		"t0":    func(kernel.Event) {}, "t1": func(kernel.Event) {}, "t2": func(kernel.Event) {}, "t3": func(kernel.Event) {},
		"now": func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	seen.Ignore("_child")
	seen.Expect("1 _start", "1 t0", "1 now", "1 t1", "1 t1", "1 t2", "1 t3", "1 _stop")
	var at []time.Duration
	for _, s := range seen.Events() {
		at = append(at, s.At)
	}
	assert.Equal(t, []time.Duration{0, 0, 0, time.Hour, time.Hour, 2 * time.Hour, 3 * time.Hour, 3 * time.Hour}, at)
}

// A handler that takes long lets a timer that fell due meanwhile overtake what
// is queued afterwards, but not what was queued before it fell due.
func TestClockPassInHandler(t *testing.T) {
	clock := &poetest.Clock{}
	k, seen := poetest.Record(t, kernel.Options{Clock: clock})
	nothing := func(kernel.Event) {}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.Delay("timer", time.Second)
			e.Kernel.Yield("busy")
		},
		"busy": func(e kernel.Event) {
			e.Kernel.Yield("before")
			clock.Pass(2 * time.Second)
			e.Kernel.Yield("after")
		},
		"timer": nothing, "before": nothing, "after": nothing, "_stop": nothing,
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	seen.Ignore("_child")
	seen.Expect("1 _start", "1 busy", "1 before", "1 timer", "1 after", "1 _stop")
}

func TestClockSetWallMovesAlarms(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	fired := map[string]time.Duration{}
	note := func(e kernel.Event) { fired[e.Name] = clock.Mono() }
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.Alarm("alarm", e.Kernel.Now().Add(10*time.Hour))
			e.Kernel.Delay("delay", 10*time.Hour)
			e.Kernel.Delay("set", time.Hour)
		},
		"set":   func(e kernel.Event) { clock.SetWall(e.Kernel.Now().Add(5 * time.Hour)) },
		"alarm": note, "delay": note,
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, map[string]time.Duration{"alarm": 5 * time.Hour, "delay": 10 * time.Hour}, fired)
}

// With nothing due at all a kernel on a virtual clock waits for real, for
// others to bring something.
func TestClockWaitsForOthers(t *testing.T) {
	k := poetest.New(t)
	woke := false
	s, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "promised") },
		"come": func(e kernel.Event) {
			woke = true
			e.Kernel.RefcountDecrement(e.Session, "promised")
		},
	})
	require.NoError(t, err)
	go k.Outside().Post(s.ID(), "come")
	require.NoError(t, k.Run())
	assert.True(t, woke)
}

// A hold that another goroutine releases ends a wait for nothing.
func TestClockWaitEndsWithHold(t *testing.T) {
	k := poetest.New(t)
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.AliasSet("idler")
			hold := e.Kernel.Hold("a goroutine")
			go hold.Release()
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// A clock whose Wait is long gives other goroutines time before it jumps.
func TestClockWait(t *testing.T) {
	k, seen := poetest.Record(t, kernel.Options{Clock: &poetest.Clock{Wait: time.Minute}})
	s, err := session.Inline(k, session.Funcs{
		"_start":  func(e kernel.Event) { e.Kernel.Delay("later", 24*time.Hour) },
		"outside": func(e kernel.Event) { e.Kernel.DelayClear("later") },
		"later":   func(kernel.Event) {},
		"_stop":   func(kernel.Event) {},
	})
	require.NoError(t, err)
	go k.Outside().Post(s.ID(), "outside")
	require.NoError(t, k.Run())
	seen.Ignore("_child")
	seen.Expect("1 _start", "1 outside", "1 _stop")
}

func TestRunFor(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	ticks := 0
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Delay("tick", time.Minute) },
		"tick": func(e kernel.Event) {
			if ticks++; ticks < 100 {
				e.Kernel.Delay("tick", time.Minute)
			}
		},
	})
	require.NoError(t, err)
	for want := range 3 {
		more, err := poetest.RunFor(k, clock, time.Hour+time.Second)
		require.NoError(t, err)
		require.Equal(t, want < 1, more)
		require.Equal(t, min(100, 60*(want+1)), ticks)
	}
	assert.Equal(t, 100*time.Minute, clock.Mono())
}

// RunFor ends in time also when nothing is due.
func TestRunForWithoutTimers(t *testing.T) {
	clock := &poetest.Clock{}
	k := poetest.New(t, kernel.Options{Clock: clock})
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, "stay") },
		"end":    func(e kernel.Event) { e.Kernel.RefcountDecrement(e.Session, "stay") },
	})
	require.NoError(t, err)
	more, err := poetest.RunFor(k, clock, time.Hour)
	require.NoError(t, err)
	assert.True(t, more)
	assert.Equal(t, time.Hour, clock.Mono())
	k.Stop()
}

// declining is a clock that does not move when it is asked to.
type declining struct {
	start time.Time
	asked int
}

func (c *declining) Mono() time.Duration        { return time.Since(c.start) }
func (c *declining) Wall() time.Time            { return time.Now() }
func (c *declining) MaxBlock() time.Duration    { return 0 }
func (c *declining) Advance(time.Duration) bool { c.asked++; return false }

// A kernel whose clock declines to advance sleeps until the timer is due.
func TestKernelWaitsForADecliningClock(t *testing.T) {
	clock := &declining{start: time.Now()}
	k := poetest.New(t, kernel.Options{Clock: clock})
	fired := false
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Delay("timer", 20*time.Millisecond) },
		"timer":  func(kernel.Event) { fired = true },
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.True(t, fired)
	assert.Less(t, clock.asked, 10, "it must not spin")
}
