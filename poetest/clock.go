package poetest

import (
	"sync"
	"time"
)

// epoch is when virtual time begins: a whole second, far from any change of
// daylight saving time.
var epoch = time.Date(2001, time.September, 9, 1, 46, 40, 0, time.UTC)

// Clock is a virtual [kernel.Clock]. It stands while handlers run and jumps to
// the next timer when a kernel has nothing else to do.
//
// It does not jump while jobs of Offload run, or child processes
// which the kernel knows: those of wheel/run and of SigChild. Then it stands
// until something comes, and a timer fires only after the kernel has waited for it
// as long in real time, so a child that runs as long as the test makes timers as
// slow as they are. A [kernel.Hold] does not stop the clock, nor does a goroutine
// that the kernel does not know of, or a peer: Wait is for those. A coroutine is
// part of its handler.
//
// The zero Clock is ready
// for use; it must not be copied afterwards. One clock may serve several
// kernels that take turns on one goroutine; its methods are safe on any.
type Clock struct {
	// Start is the time of day at which the clock begins; the zero time stands
	// for a fixed moment in 2001, so that tests repeat. It must not change once
	// the clock is in use.
	Start time.Time
	// Wait is how long a kernel with nothing to do really waits, before each
	// jump, for real handles and for other goroutines. The default is not at
	// all, which is right for programs that live in memory alone.
	Wait time.Duration

	mu      sync.Mutex
	passed  time.Duration
	shift   time.Duration // of the time of day, by SetWall
	limited bool
	limit   time.Duration
	reached bool
}

// Mono returns the virtual time that has passed.
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

// Advance jumps to until, and never back. It is what a kernel calls with
// nothing left to do before; it returns false if until is the end of time,
// because then only others can bring something to do.
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

// Pass lets d pass at once: in a handler, it is a handler that takes so long.
// A negative d is ignored.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.passed += max(0, d)
}

// SetWall sets the time of day, as an operator would; the time that passes is
// not touched by it. Delays stay and alarms move, once the kernel has noticed.
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

// Limit returns the end of [RunFor], if it is running, else the end of time.
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
