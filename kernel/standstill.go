package kernel

import (
	"math"
	"time"
)

// A virtual clock must not jump over work that takes real time, or a job of
// some milliseconds would lose against a timer of an hour. While such work is
// under way the clock stands, and the kernel waits for real: no longer than it
// would under the system's clock, so that a child process which waits for its
// input until a timer closes it does not stop the program.

// standstill is what a kernel on a user's clock waits for while work is under
// way, and since when in real time. The clock stands meanwhile, so the same
// timer keeps its place over several waits.
type standstill struct {
	work  int     // see Host.AddWork
	timer AlarmID // 0 if only the clock's limit is waited for
	until time.Duration
	since time.Time
}

// workUnderWay reports whether jobs or child processes run, from which something
// is to come. Coroutines run only while the kernel waits for them.
func (k *Kernel) workUnderWay() bool {
	if k.jobs.running > 0 || k.standing.work > 0 {
		return true
	}
	if k.simulatedProcesses() != nil { // they take no real time
		return false
	}
	for _, p := range k.signals.children {
		if !p.ended && (p.tracked != nil || p.wheel != nil || len(p.watchers) > 0) {
			return true
		}
	}
	return false
}

// waitForWork sleeps until something comes, or as long in real time as is left on
// the clock; only then the clock advances.
func (k *Kernel) waitForWork() error {
	next := k.nextStop()
	if next.until == math.MaxInt64 {
		_, err := k.sleep(-1)
		return err
	}
	if next.timer != k.standing.timer || next.until != k.standing.until {
		next.since = time.Now()
		next.work = k.standing.work
		k.standing = next
	}
	left := k.standingLeft()
	if left > 0 {
		_, err := k.sleep(left)
		return err // and the next turn looks again
	}
	k.standing = standstill{work: k.standing.work}
	k.clock.Advance(k.until())
	k.readClock()
	return nil
}

// standingLeft is how long the kernel may still wait in real time.
func (k *Kernel) standingLeft() time.Duration {
	left := func() (time.Duration, error) {
		return k.standing.until - k.clock.Mono() - time.Since(k.standing.since), nil
	}
	d, _ := Recorded(k, "real time", left)
	return d
}

// nextStop returns the first timer or the clock's limit, whichever is earlier.
func (k *Kernel) nextStop() standstill {
	next := standstill{until: k.until()}
	if len(k.timers.heap) > 0 {
		next.timer = k.timers.heap[0].timer.id()
	}
	if c, ok := k.clock.(limitedClock); ok && c.Limit() < next.until {
		next = standstill{until: c.Limit()}
	}
	return next
}
