package sim

import (
	"math/rand/v2"
	"time"
)

// epoch is when virtual time begins.
var epoch = time.Date(2001, time.September, 9, 1, 46, 40, 0, time.UTC)

// hostClock is the world's clock as the kernel of one host sees it. It never
// advances by itself: the world does, when all hosts have nothing to do.
type hostClock struct {
	w     *World
	h     *Host
	order *rand.Rand
	seed  uint64

	childEnded func() // tells the kernel that a child process has ended

	idle bool          // the kernel has asked to advance since the last slice began
	next time.Duration // when something is due
}

// Mono returns the time that has passed in the world.
func (c *hostClock) Mono() time.Duration { return c.w.now }

// Wall returns the host's time of day, which is what faults set.
func (c *hostClock) Wall() time.Time { return epoch.Add(c.w.now + c.h.skew) }

// MaxBlock returns 0: nothing in the world is waited for.
func (c *hostClock) MaxBlock() time.Duration { return 0 }

// Advance notes that the kernel has nothing to do before until.
func (c *hostClock) Advance(until time.Duration) bool {
	c.idle, c.next = true, until
	return true
}

// Seed seeds the kernel's random numbers.
func (c *hostClock) Seed() uint64 { return c.seed }

// Goroutine is the goroutine that runs the world.
func (c *hostClock) Goroutine() uint64 { return c.w.goroutine }

// Order selects the order of what is ready at once.
func (c *hostClock) Order() uint64 { return c.order.Uint64() }
