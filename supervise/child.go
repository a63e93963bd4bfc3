package supervise

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// State is the state of a child. The zero value is Stopped.
type State int

// The values of State.
const (
	Stopped    State = iota // it does not run, and is not about to
	Running                 // its session is alive
	Stopping                // it was asked to stop
	Restarting              // it waits for its next start
)

// String returns the name of the state in lower case.
func (s State) String() string {
	return [...]string{"stopped", "running", "stopping", "restarting"}[s]
}

// Status is a snapshot of a child's state.
type Status struct {
	Name     string
	ID       kernel.ID // of its session, zero if it does not run
	State    State
	Restarts int       // the number of restarts
	Started  time.Time // the time of the last start
	// Err is the reason for its last end, nil if that was normal or if it has not
	// ended. An exception is a *kernel.HandlerError, which has the stack.
	Err error
	// Kept is the number of events for its alias kept for its next session.
	Kept int
	// Children are the children of the child, if it is a running supervisor.
	Children []Status
}

// child is a specification and the session that runs for it, if any.
type child struct {
	spec     Spec
	id       kernel.ID
	state    State
	restarts int
	streak   int // restarts since it was last stable
	started  time.Time
	failure  error // why the running session is about to end, from an exception or Fail
	last     error // why the last one ended
	doomed   bool  // an exception was thrown and has not been handled yet
	deadline kernel.AlarmID
	gate     *gate
}

func (c *child) status() Status {
	s := Status{Name: c.spec.Name, ID: c.id, State: c.state, Restarts: c.restarts, Started: c.started, Err: c.last}
	if c.gate != nil {
		s.Kept = len(c.gate.kept)
	}
	if c.state == Running {
		if below := supervisorOf(c.id); below != nil {
			s.Children = below.Children()
		}
	}
	return s
}

// backoff returns how long to wait before the next restart, and counts it.
func (c *child) backoff(b Backoff, stable time.Duration, now time.Time) time.Duration {
	if b.Min <= 0 {
		return 0
	}
	limit := b.Max
	if limit <= 0 {
		limit = 32 * b.Min
	}
	if now.Sub(c.started) >= max(stable, limit) {
		c.streak = 0
	}
	d := b.Min
	for i := 0; i < c.streak && d < limit; i++ {
		d *= 2
	}
	c.streak++
	d = min(d, limit)
	if b.Jitter > 0 {
		d = time.Duration(float64(d) * (1 + b.Jitter*(2*b.Rand()-1)))
	}
	return d
}
