package observe

import "time"

// Observer is called with every event that a kernel dispatches, on the kernel's
// goroutine. Its methods should be quick and must not panic. The Span is
// reused: an observer copies what it keeps.
type Observer interface {
	// Begin is called before the handler runs. While it blocks, the kernel
	// dispatches nothing.
	Begin(s *Span)
	// End is called after the handler has returned or thrown. It is called
	// for every Begin, innermost event first.
	End(s *Span)
}

// CountObserver is an [Observer] that wants no more of the events that are not
// sampled than their number. If all observers of a kernel are, Begin and End are
// called for sampled events, signals and exceptions, and End alone, without Args and
// Sender, for an event that was not sampled and whose handler has thrown. The others
// are counted when their handlers have ended.
type CountObserver interface {
	Observer
	// Counter returns what counts the events of a name that sessions of a type handle.
	// It may be called more than once for the same ones.
	Counter(sessionType, event string) Counter
}

// Counter counts events for a [CountObserver].
type Counter interface {
	// Add is called with how many events were handled since it was called last:
	// before Turn and Waits, and after 256 events at the latest.
	Add(n uint64)
}

// TurnObserver is an [Observer] that is also notified of the turns of the
// kernel's loop.
type TurnObserver interface {
	Observer
	// Turn is called at the end of one turn in N with how long it took, from the
	// moment at which the kernel had stopped waiting. N is the same number as for
	// events, see [Span.Sampled].
	Turn(busy time.Duration)
	// Waits is called before the kernel waits for something to do, and at the end
	// of a run.
	Waits()
}

// SessionObserver is an [Observer] that is notified when sessions stop.
type SessionObserver interface {
	Observer
	// SessionStopped is called once a session has stopped, if the kernel has
	// dispatched an event to it while it was observed.
	SessionStopped(s *Session)
}

// CrashObserver is an [Observer] that is notified of exceptions which end the
// program.
type CrashObserver interface {
	Observer
	// Crashing is called when no session has handled an exception, before the
	// sessions are stopped for it.
	Crashing(err error)
}

// Session is an observed session. Each session has the same one as long as it
// lives.
type Session struct {
	Number uint64 // 0 is the kernel
	Type   string // the type of its heap, or of the session itself
	Data   any    // set and used by the observer that was attached first
	Events uint64 // that it has handled while the kernel was observed
}

// Span is an event that is being dispatched.
type Span struct {
	Mark
	Kind    Kind
	Depth   int // of calls: 1 for an event that the kernel dispatches
	Name    string
	Session *Session
	Sender  uint64 // the sender's number, 0 for the kernel
	Args    []any  // the handler's; they must not be changed

	// Sampled reports whether the times were measured. They are measured for
	// one event in N, chosen by the event's ID, and for what its handler calls;
	// N was given when the observer was attached.
	Sampled bool
	// Queued is how long a sampled event has waited to be dispatched; for a
	// timer, since it was due. It is 0 for events that did not wait in the
	// queue.
	Queued time.Duration
	// Began is when a sampled event's handler began, and Ran how long it ran,
	// including the handlers that it called. Ran is valid in End.
	Began time.Time
	Ran   time.Duration
	// Threw reports whether the handler ended with a panic. It is valid in End.
	Threw bool
}
