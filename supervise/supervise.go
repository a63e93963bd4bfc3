// Package supervise keeps sessions running: a supervisor starts them in order,
// restarts those that end as their specification says, and stops them in order
// with deadlines, as the supervisors of Erlang's OTP do for processes.
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
// in POE's sense: it learns of their end by _child, and of their exceptions by
// the signal DIE, which it handles unless the child itself has. All of it runs
// on the kernel's goroutine and on the kernel's clock.
//
// # How a child ends
//
// An exception, or a call of [Fail] in the child's handlers, makes the end
// abnormal; a session that stops because nothing is left for it ends normally.
// [Permanent] children are restarted after either, [Transient] ones after an
// abnormal end, [Temporary] ones never.
//
// # Escalation
//
// More restarts than [Config.Intensity] allows mean that restarting does not
// help. The supervisor then stops its children and throws an [IntensityError]
// in its own session: a supervisor above it handles that as the end of a child,
// and without one it ends the program like any exception that is not handled.
package supervise

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

// Strategy is which children are restarted when one has ended.
type Strategy int

// The strategies.
const (
	// OneForOne restarts the child that ended.
	OneForOne Strategy = iota
	// OneForAll stops all others, in reverse order of their start, and restarts
	// all.
	OneForAll
	// RestForOne stops the children that were started after the one that ended,
	// and restarts it and them.
	RestForOne
)

// Restart is after which ends a child is started again.
type Restart int

// The kinds of restart.
const (
	Permanent Restart = iota // after every end
	Transient                // after an abnormal end
	Temporary                // never; its specification is dropped when it has ended
)

// AutoShutdown is when a supervisor stops because a significant child has ended
// and is not restarted.
type AutoShutdown int

// The kinds of automatic shutdown.
const (
	NeverShutdown  AutoShutdown = iota
	AnySignificant              // as soon as one significant child has ended
	AllSignificant              // when no significant child is left running
)

// Values of Spec.Shutdown besides a time.
const (
	// Brutal stops the child's session by force at once.
	Brutal time.Duration = -1
	// Infinite waits for the child as long as it takes, which is right for
	// supervisors below this one.
	Infinite time.Duration = -2
	// DefaultShutdown is used if Spec.Shutdown is 0.
	DefaultShutdown = 5 * time.Second
)

// Spec is how one child is started, stopped and restarted.
type Spec struct {
	// Name names the child in its supervisor; it must be unique there.
	Name string
	// Start makes the child's session, in the supervisor's own session so that
	// it becomes its child. An error counts as a restart that has failed. It is
	// called again for every restart.
	Start func(e kernel.Event) (kernel.ID, error)
	// Restart is after which ends the child is started again.
	Restart Restart
	// Shutdown is how long the child may take to stop when it is asked to; then
	// its session is stopped by force. 0 is DefaultShutdown; see Brutal and
	// Infinite.
	Shutdown time.Duration
	// Stop asks the child to stop. If nil, the event "shutdown" is posted to it.
	Stop func(e kernel.Event, child kernel.ID)
	// Significant lets the child's end stop the supervisor, as
	// Config.AutoShutdown says. A Permanent child never has that effect, since
	// it is always restarted.
	Significant bool
	// Alias, if not empty, is an alias under which the child is reached without
	// a gap: the supervisor owns it, and passes the events on to the session
	// that runs at the time. The child itself must not set it.
	Alias string
	// WhileDown is what becomes of events for Alias while the child does not
	// run.
	WhileDown WhileDown
	// MaxKept bounds how many events are kept; more are dead letters. 0 is
	// DefaultMaxKept.
	MaxKept int
}

// DefaultMaxKept is how many events are kept for a child that does not run if
// Spec.MaxKept is 0.
const DefaultMaxKept = 1024

// WhileDown is what becomes of events for the alias of a child that does not
// run now.
type WhileDown int

// What can become of them.
const (
	// Keep keeps them, in order, and delivers them to the next session.
	Keep WhileDown = iota
	// Drop counts them as dead letters.
	Drop
	// Refuse drops the alias meanwhile, so that Post returns
	// kernel.ErrNoSession; what was queued already is a dead letter.
	Refuse
)

// Intensity is how many restarts are allowed within a period.
type Intensity struct {
	Restarts int           // 0 with a zero Period is 1, as in OTP; negative allows none
	Period   time.Duration // 0 is 5 s
}

// Backoff is the time before a restart: Min after the first end, then twice as
// long each time up to Max, and Min again once the child has run for Max and at
// least for the period of the intensity. The zero Backoff restarts at once.
type Backoff struct {
	Min, Max time.Duration // Max 0 is 32 times Min
	// Jitter is the share of the time by which it is changed at random, from 0
	// to 1: 0.2 makes 1 s anything from 0.8 s to 1.2 s.
	Jitter float64
	// Rand returns a number from 0 up to 1; nil is math/rand/v2.
	Rand func() float64
}

// Config configures a supervisor. Only Children is needed, and not even that
// for one whose children come by [Supervisor.Add].
type Config struct {
	// Alias is the supervisor's own alias; it keeps a supervisor without
	// children alive while anything else in the program happens. The event
	// "shutdown" stops it in order.
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
