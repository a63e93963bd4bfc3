package kernel

import (
	"time"

	"github.com/gopoe/poe/internal/goroutine"
)

// Clock is a source of time. The default is the system's clock. Package poetest
// has a virtual one, with which a day of timers passes in milliseconds.
//
// A clock may have a method Limit() time.Duration: it returns the time, in
// terms of Mono, beyond which the clock does not advance, or math.MaxInt64 if
// there is none.
type Clock interface {
	// Mono returns the time since some fixed moment. It never goes back.
	Mono() time.Duration
	// Wall returns the time of day.
	Wall() time.Time
	// MaxBlock returns how long, in real time, the kernel may wait for handles
	// and for other goroutines before it calls Advance. While jobs of Offload
	// or child processes run it waits longer, as it would with the system's
	// clock.
	MaxBlock() time.Duration
	// Advance is called when there is nothing to do until Mono returns until,
	// which is math.MaxInt64 if nothing is due. A virtual clock moves to that
	// time and returns true; if it returns false, the kernel waits in real
	// time.
	Advance(until time.Duration) bool
}

// limitedClock is implemented by a [Clock] which has a limit.
type limitedClock interface{ Limit() time.Duration }

// These are implemented by the [Clock] of a simulation. Goroutine is the number of
// the goroutine that runs all timeslices, which to find out in each takes longer
// than most slices.
type (
	seededClock    interface{ Seed() uint64 }
	orderingClock  interface{ Order() uint64 }
	goroutineClock interface{ Goroutine() uint64 }
)

// processClock is implemented by the [Clock] of a simulation whose child processes
// are simulated as well.
type processClock interface {
	// IsChild reports whether a process is a child that can still be waited for.
	IsChild(pid int) bool
	// WaitChild is waitFor.
	WaitChild(pid int) (status int, ended bool)
	// OnChildEnd keeps what is to be called when a child has ended.
	OnChildEnd(notify func())
}

// simulatedProcesses returns the child processes of a simulation, nil if they are
// the system's.
func (k *Kernel) simulatedProcesses() processClock {
	c, _ := k.clock.(processClock)
	return c
}

// callersGoroutine is the number of the calling goroutine, which runs the kernel.
func (k *Kernel) callersGoroutine() uint64 {
	if c, ok := k.clock.(goroutineClock); ok {
		return c.Goroutine()
	}
	return goroutine.ID()
}

// Kernel time is nanoseconds since the kernel was made, by a clock that nothing
// sets. k.now is the last reading: reading it anew costs as much as dispatching
// an event, so that is done only where it can make a difference.

// readClock reads the time anew.
func (k *Kernel) readClock() int64 {
	switch {
	case k.tape != nil:
		k.now = k.tape.readClock(k.askClock)
	case k.clock == nil:
		k.now = int64(time.Since(k.epoch))
	default:
		k.now = k.askClock()
	}
	return k.now
}

// askClock reads the time from the clock itself.
func (k *Kernel) askClock() int64 {
	if k.clock == nil {
		return int64(time.Since(k.epoch))
	}
	return max(k.now, int64(k.clock.Mono()-k.clockStart))
}

func (k *Kernel) startClock(c Clock) {
	k.clock = c
	if c == nil {
		k.epoch = time.Now()
		k.wallStart = k.epoch.Round(0)
		return
	}
	k.clockStart = c.Mono()
	k.wallStart = c.Wall().Round(0)
}

// wallClock reads the time of day.
func (k *Kernel) wallClock() time.Time {
	if k.tape != nil {
		return k.tape.readWall(k.askWall)
	}
	return k.askWall()
}

func (k *Kernel) askWall() time.Time {
	if k.clock == nil {
		return time.Now().Round(0)
	}
	return k.clock.Wall().Round(0)
}

// Now returns the time of day of the kernel's clock; with a virtual clock that
// is the virtual time.
func (k *Kernel) Now() time.Time { return k.wallClock() }

// wallAt turns kernel time into a time of day.
func (k *Kernel) wallAt(due int64) time.Time { return k.wallStart.Add(time.Duration(due)) }

// dueAt turns a time of day into kernel time.
func (k *Kernel) dueAt(at time.Time) int64 {
	k.readClock()
	return int64(at.Round(0).Sub(k.wallStart))
}

// wallTolerance is how far the time of day may drift from kernel time before
// alarms are moved.
const wallTolerance = 50 * time.Millisecond

// wallInterval is how often, in kernel time, a kernel looks at the time of day
// that does not sleep, after which it always looks.
const wallInterval = int64(time.Second)

// clockStep returns by how much the time of day is ahead of what kernel time says.
func (k *Kernel) clockStep() time.Duration { return k.wallClock().Sub(k.wallAt(k.readClock())) }

// adjustForClockStep moves the pending alarms if the time of day was set
// meanwhile. Delays stay.
func (k *Kernel) adjustForClockStep() {
	if len(k.timers.heap) == 0 {
		return
	}
	k.wallSeen = k.now
	jump := k.clockStep()
	if jump.Abs() >= wallTolerance {
		jump = k.clockStep() // the process may have been stopped between two readings
	}
	if jump.Abs() < wallTolerance {
		return
	}
	k.wallStart = k.wallStart.Add(jump)
	var wall []timerRef
	for _, r := range k.timers.heap {
		if r.timer.wall {
			wall = append(wall, r)
		}
	}
	for _, r := range wall {
		k.timers.move(r.timer, r.due-int64(jump), r.seq)
	}
	k.warn("the time of day was set: alarms moved with it", "by", jump, "alarms", len(wall))
}
