// Package supervise keeps sessions running: a supervisor starts them in order,
// restarts those that end, as their specifications require, and stops them in
// reverse order with deadlines. It corresponds to the supervisors which Erlang's
// OTP has for processes.
//
//	tree, err := supervise.New(k, supervise.Config{
//		Alias:    "tree",
//		Strategy: supervise.RestForOne,
//		Children: []supervise.Spec{
//			{Name: "database", Start: startDatabase},
//			{Name: "server", Start: startServer, Alias: "server"},
//		},
//	})
//
// A supervisor is a session, and the sessions that it starts are its children
// in POE's sense: the event _child reports their end, and the signal DIE their
// exceptions, which the supervisor handles unless the child itself has. All of
// the package uses the kernel's goroutine and the kernel's clock, and all its
// functions must be called on that goroutine.
//
// # How a child ends
//
// An exception, or a call of [Fail] in the child's handlers, makes the end
// abnormal; a session that stops because it has no work left ends normally.
// [Permanent] children are restarted after either, [Transient] ones after an
// abnormal end, [Temporary] ones never.
//
// # Escalation
//
// If there are more restarts than [Config.Intensity] allows, the supervisor
// stops its children and throws an [IntensityError] in its own session. A
// supervisor above it handles that as the abnormal end of a child; without one
// it ends the kernel's run like any exception that is not handled.
package supervise

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// Strategy selects the children which are restarted when one has ended. The
// zero value is OneForOne.
type Strategy int

// The values of Strategy.
const (
	// OneForOne restarts the child that ended.
	OneForOne Strategy = iota
	// OneForAll stops all other children, in reverse start order, and restarts
	// all.
	OneForAll
	// RestForOne stops the children that come after the one that ended in start
	// order, in reverse order, and restarts that one and them.
	RestForOne
)

// Restart selects the ends after which a child is started again. The zero value
// is Permanent.
type Restart int

// The values of Restart.
const (
	Permanent Restart = iota // after every end
	Transient                // after an abnormal end
	Temporary                // never; its specification is removed when it has ended
)

// AutoShutdown selects when a supervisor stops because a significant child has
// ended and is not restarted. The zero value is NeverShutdown.
type AutoShutdown int

// The values of AutoShutdown.
const (
	NeverShutdown  AutoShutdown = iota // a significant child has no effect
	AnySignificant                     // as soon as one significant child has ended
	AllSignificant                     // when no significant child runs
)

// Special values of Spec.Shutdown.
const (
	// Brutal stops the child's session by force at once.
	Brutal time.Duration = -1
	// Infinite sets no time limit. Use it for children which are supervisors.
	Infinite time.Duration = -2
	// DefaultShutdown is used if Spec.Shutdown is 0.
	DefaultShutdown = 5 * time.Second
)

// Spec specifies how a child is started, stopped and restarted. Name and Start
// are required.
type Spec struct {
	// Name identifies the child. It must be unique within the supervisor.
	Name string
	// Start creates the child's session and returns its ID, or the error. It is
	// called in the supervisor's session, whose child the new session must be,
	// at the first start and at every restart. An error of a restart counts as
	// one more restart and is followed by another.
	Start func(e kernel.Event) (kernel.ID, error)
	// Restart selects the ends after which the child is started again.
	Restart Restart
	// Shutdown limits the time between the request to stop and the end of the
	// child; its session is then stopped by force. 0 is DefaultShutdown; see
	// Brutal and Infinite.
	Shutdown time.Duration
	// Stop asks the child to stop. If nil, the event "shutdown" is posted to it.
	Stop func(e kernel.Event, child kernel.ID)
	// Significant allows the child's end to stop the supervisor, as
	// Config.AutoShutdown selects. It has no effect for Permanent children, which
	// are always restarted.
	Significant bool
	// Alias, if not empty, is an alias for the child that remains valid while
	// the child is restarted. The supervisor owns the alias and forwards its
	// events to the child's current session. The child itself must not set it.
	Alias string
	// WhileDown selects what happens to events for Alias while the child does
	// not run.
	WhileDown WhileDown
	// MaxKept limits the number of events kept; further ones are dead letters.
	// If it is 0 or less, it is DefaultMaxKept.
	MaxKept int
}

// DefaultMaxKept is the number of events kept for a child that does not run if
// Spec.MaxKept is 0 or less.
const DefaultMaxKept = 1024

// WhileDown selects what happens to events for the alias of a child that does
// not run. The zero value is Keep.
type WhileDown int

// The values of WhileDown.
const (
	// Keep keeps events, in order, and delivers them to the next session.
	Keep WhileDown = iota
	// Drop makes dead letters of events.
	Drop
	// Refuse removes the alias meanwhile, so that Post returns
	// kernel.ErrNoSession; events already queued become dead letters.
	Refuse
)

// Intensity limits the restarts within a period. The zero value allows 1
// restart in 5 seconds.
type Intensity struct {
	Restarts int           // if 0, 1 with a zero Period, as in OTP, else none; if negative, none
	Period   time.Duration // if 0 or less, 5 s
}

// Backoff is the delay before a restart: Min at first, then twice as long each
// time up to Max. It is Min again once the child has run for both Max and the
// period of the intensity. The zero Backoff restarts at once.
type Backoff struct {
	Min, Max time.Duration // if Max is 0 or less, it is 32 times Min
	// Jitter is the fraction of the delay, from 0 to 1, by which it is varied at
	// random: with 0.2 a delay of 1 s is from 0.8 s to 1.2 s.
	Jitter float64
	// Rand returns a random number in [0, 1). If nil, it is rand.Float64 of
	// math/rand/v2.
	Rand func() float64
}

// Config configures a supervisor. All fields are optional; Supervisor.Add can
// add children later.
type Config struct {
	// Alias, if not empty, is the supervisor's own alias. It keeps a supervisor
	// without children alive as long as other sessions have work. The event
	// "shutdown" calls Supervisor.Shutdown.
	Alias        string
	Strategy     Strategy
	Intensity    Intensity
	Backoff      Backoff
	AutoShutdown AutoShutdown
	// Children are started in order. If one cannot be started, those before it
	// are stopped and New returns the error.
	Children []Spec
	// Changed, if not nil, is called in the supervisor's session after every
	// change of a child's state.
	Changed func(e kernel.Event, s Status)
}
