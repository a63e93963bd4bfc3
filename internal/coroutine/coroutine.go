// Package coroutine runs functions on goroutines of their own, one at a time
// and only while the kernel's goroutine waits for them. Programs use package
// await.
package coroutine

import (
	"iter"

	"github.com/gopoe/poe/internal/goroutine"
	"github.com/gopoe/poe/kernel"
)

// Coroutine is a function on a goroutine of its own that runs only while the
// kernel's goroutine waits for it in Resume or Stop. So it may do all that the
// handler which resumes it may do, and Outside treats its goroutine as the
// kernel's: Call and Do return ErrWouldDeadlock in it. It belongs to the
// kernel's goroutine.
type Coroutine struct {
	host kernel.Host
	next func() (struct{}, bool)
	stop func()
	id   uint64 // its goroutine, once it has begun
}

// New makes a coroutine, which begins with the first Resume. The function yields
// by calling pause, which returns false when it has been stopped: it should then
// return.
func New(k *kernel.Kernel, f func(pause func() bool)) *Coroutine {
	c := &Coroutine{host: k.Host()}
	c.next, c.stop = iter.Pull(func(yield func(struct{}) bool) {
		c.id = goroutine.ID()
		c.host.OwnGoroutine().Store(c.id)
		f(func() bool { return yield(struct{}{}) })
	})
	return c
}

// Resume lets the function run until it pauses, and reports whether it has. A
// panic in it panics here, and is its end.
func (c *Coroutine) Resume() (paused bool) {
	defer c.lend()()
	_, paused = c.next()
	return paused
}

// Stop makes the function end: its pause returns false. One that has not begun
// never will.
func (c *Coroutine) Stop() {
	defer c.lend()()
	c.stop()
}

// Running reports whether the function is what runs now: neither has it paused,
// nor does a coroutine run that it has resumed itself.
func (c *Coroutine) Running() bool { return c.id != 0 && c.host.OwnGoroutine().Load() == c.id }

// lend makes the coroutine's goroutine the kernel's own until the function that
// it returns is called.
func (c *Coroutine) lend() (restore func()) {
	owner := c.host.OwnGoroutine()
	before := owner.Load()
	if c.id != 0 {
		owner.Store(c.id)
	}
	return func() { owner.Store(before) }
}
