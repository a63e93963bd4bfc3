// Package kernel dispatches events to sessions: POE::Kernel in Go. One kernel,
// on one goroutine, dispatches named events to sessions in one global order.
//
// A [Kernel] owns the queue of events and timers, the tree of sessions, their
// aliases, and the handles and signals that they watch. [Kernel.Run] dispatches
// until no session is left. Handlers run one at a time and to completion, so
// they need no locks.
//
// # Goroutines
//
// The methods of Kernel belong to the kernel's goroutine: the one that calls
// Run, and before Run the one that sets things up. They act for the active
// session, the one whose handler is running; outside of any session those that
// set or register something for it return [ErrNoActiveSession]. Other
// goroutines use [Kernel.Outside], [Postback.Send], the Release of a postback
// or of a [Hold], or the PID that package actor gives a session.
//
// # Lifespans
//
// A session lives as long as something can still happen to it: events queued
// for it or by it for others, timers, handles that it watches, child sessions,
// child processes, tagged references, postbacks. Aliases keep it while
// anything else in the program continues. When nothing is left it is stopped:
// it gets _stop, and its parent _child.
//
// A timer is what POE calls an alarm, set for a time of day, or a delay, set for a
// duration from now; both have an [AlarmID].
//
// The names are those of POE, without underscores: delay_set is
// [Kernel.DelaySet]. Where a name differs, its comment has POE's name.
package kernel
