// Package actor makes sessions actors of protoactor-go. A session's PID is its
// address in an actor system. A message sent to it becomes an event in the
// kernel's one order, on the kernel's goroutine. A session can send messages to
// actors, request answers from them and watch them.
//
// No set-up is required: the first use of a kernel's actor system creates one,
// which ends with the kernel's run. [Use] attaches a kernel to an existing
// system, with middleware if desired. Sessions without a PID cost nothing, and
// programs that do not import this package do not link protoactor-go.
//
// The mailbox of a session's actor is the kernel's queue. Messages of one sender
// are therefore handled in the order in which they were sent, among all other
// events of the kernel.
//
//	message sent to the PID                  effect on the session
//	*Message                                 the event it names, with its arguments
//	any other value                          the event "_message" with the value
//	Terminated, of an actor it watches       the event "_terminated" with the PID and the reason
//	PoisonPill                               the signal TERM, in its place in the queue
//	Stop                                     it is stopped at once
//
// The value which a handler passes to [kernel.Event.Return] answers a request. A
// message to a session that has stopped, and a request for which there is no
// handler, become dead letters of both the actor system and the kernel.
//
// Functions with a *kernel.Kernel parameter, except [Lookup], must be called on
// that kernel's goroutine. PIDs may be used on any goroutine.
package actor
