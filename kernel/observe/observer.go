package observe

import "time"

// Observer is called with every event that a kernel dispatches, on the kernel's
// goroutine. Its methods should be quick and must not panic. The Span is used
// again: what is to be kept of it is copied.
type Observer interface {
	// Begin is called before the handler runs. While it waits the kernel
	// stands still between two events.
	Begin(s *Span)
	// End is called after the handler has returned or thrown. It is called
	// for every Begin, innermost event first.
	End(s *Span)
}

// TurnObserver is an Observer that hears of the turns of the kernel's loop as well.
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

// SessionObserver is an Observer that hears when sessions end.
type SessionObserver interface {
	Observer
	// SessionStopped is called once a session has stopped, if the kernel has
	// dispatched an event to it while it was observed.
	SessionStopped(s *Session)
}

// CrashObserver is an Observer that hears of exceptions which end the program.
type CrashObserver interface {
	Observer
	// Crashing is called when no session has handled an exception, before the
	// sessions are stopped for it.
	Crashing(err error)
}

// Session is an observed session. There is one for each while it lives.
type Session struct {
	Number uint64 // 0 is the kernel
	Type   string // the type of its heap, or of the session itself
	Data   any    // for the observer that was attached first: what it knows of the session
}

// Span is an event that is being dispatched.
type Span struct {
	Mark
	Kind    Kind
	Depth   int // of calls: 1 for an event that the kernel dispatches
	Name    string
	Session *Session
	Sender  uint64 // the sender's number, 0 for the kernel
	Args    []any  // belong to the handler, and are not to be changed

	// Sampled says that the times were taken: of one event in N, chosen by
	// the event's ID, where N was given when the observer was attached, and of
	// what is called in its handler.
	Sampled bool
	// Queued is how long a sampled event has waited to be dispatched: a timer
	// since it was due. It is 0 for what did not wait in the queue.
	Queued time.Duration
	// Began is when a sampled event's handler began, Ran how long it took,
	// handlers that it called included; Ran is valid in End.
	Began time.Time
	Ran   time.Duration
	// Threw says that the handler ended with a panic; valid in End.
	Threw bool
}
