package poetest

import (
	"sync"
	"time"
)

// epoch is when virtual time begins: a whole second, far from any change of
// daylight saving time.
var epoch = time.Date(2001, time.September, 9, 1, 46, 40, 0, time.UTC)

// Clock is a virtual [kernel.Clock]. It stands still while handlers run, and
// advances to the next timer when a kernel has nothing else to do.
//
// It does not advance while jobs of Offload run, or child processes which the
// kernel knows: those of wheel/run and of SigChild. During that time a timer
// fires only after the kernel has waited for it in real time, so with a child
// that runs as long as the test all timers take their real time. A
// [kernel.Hold], a goroutine that the kernel does not know, and a peer do not
// stop the clock: set Wait for these. A coroutine is part of its handler.
//
// The zero Clock is ready to use; it must not be copied after first use. One
// clock may serve several kernels that run in turn on one goroutine. Its
// methods are safe on any goroutine.
type Clock struct {
	// Start is the time of day at which the clock begins. The zero time means a
	// fixed moment in 2001, so that every run of a test is the same. It must
	// not be changed once the clock is in use.
	Start time.Time
	// Wait is how long, in real time, a kernel without anything to do waits for
	// real handles and for other goroutines before the clock advances. 0 is
	// right for programs that only use memory.
	Wait time.Duration

	mu      sync.Mutex
	passed  time.Duration
	shift   time.Duration // of the time of day, by SetWall
	limited bool
	limit   time.Duration
	reached bool
}

// Mono returns the virtual time that has passed since the clock was made.
func (c *Clock) Mono() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.passed
}

// Wall returns the virtual time of day.
func (c *Clock) Wall() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	start := c.Start
	if start.IsZero() {
		start = epoch
	}
	return start.Add(c.passed + c.shift)
}

// MaxBlock returns Wait.
func (c *Clock) MaxBlock() time.Duration { return c.Wait }

// Advance moves the clock forward to until, but not beyond Limit; it never
// moves the clock back. Kernels call it when nothing is due before. It returns
// false if until is math.MaxInt64 and there is no limit.
func (c *Clock) Advance(until time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limited && until > c.limit {
		c.passed = max(c.passed, c.limit)
		c.reached = true
		return true
	}
	if until == forever {
		return false
	}
	c.passed = max(c.passed, until)
	return true
}

const forever = time.Duration(1<<63 - 1)

// Pass advances the clock by d at once. Called in a handler, it simulates a
// handler that takes that long. A negative d is ignored.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += max(0, d)
}

// SetWall sets the time of day, as an administrator sets a system's clock; Mono
// does not change. Pending delays are not affected; pending alarms are moved
// once the kernel has noticed the change.
func (c *Clock) SetWall(now time.Time) {
	d := now.Round(0).Sub(c.Wall())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.shift += d
}

// stopAt limits the jumps of the clock; the first one that would go further
// ends there and is noted.
func (c *Clock) stopAt(limit time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limited, c.limit, c.reached = true, limit, false
}

// Limit returns the end of [RunFor] while that runs, otherwise math.MaxInt64.
func (c *Clock) Limit() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limited {
		return c.limit
	}
	return forever
}

func (c *Clock) atLimit() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reached
}

func (c *Clock) unlimit() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.limited, c.reached = false, false
}
