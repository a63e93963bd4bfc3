// Package kernel is the heart of POE in Go: one kernel on one goroutine hands
// named events to sessions in one global order.
//
// A [Kernel] owns everything: the queue of events and timers, the tree of
// sessions, their names, the handles they watch, the signals they wait for.
// [Kernel.Run] dispatches until no session is left. Handlers run one at a
// time and to completion, so they need no locks.
//
// # Goroutines
//
// The methods of Kernel belong to the kernel's goroutine: the one that calls
// Run, and before Run the one that sets things up. They act for the active
// session, the one whose handler is running. Four ways lead in from other
// goroutines, all of them safe anywhere: [Kernel.Outside], a postback's
// [Postback.Send], [Kernel.Hold]'s Release, and a session's PID.
//
// # Lifespans
//
// A session lives as long as something can still happen to it: events queued
// for it or by it for others, timers, handles that it watches, child sessions,
// child processes, tagged references, postbacks. Aliases keep it while
// anything else in the program continues. When nothing is left it is stopped:
// it gets _stop, and its parent _child.
//
// The names are those of POE, without underscores: delay_set is
// [Kernel.DelaySet]. Where a name differs its comment says what POE calls it.
package kernel
