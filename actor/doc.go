// Package actor makes sessions actors of protoactor-go. A session's PID is its
// address in an actor system: what is sent there becomes an event in the
// kernel's one order, on the kernel's goroutine, and a session sends to actors,
// requests answers from them and watches them.
//
// Nothing has to be set up: the first PID of a kernel makes an actor system for
// it, which ends with the kernel's run. [Use] attaches a kernel to a system that
// exists already, with middleware if need be. Sessions that have no PID cost
// nothing, and programs that do not import this package do not link
// protoactor-go.
//
// The mailbox of a session's actor is the kernel's queue. Messages therefore
// have no order of their own: those of one sender are handled in the order in
// which they were sent, among all other events of the kernel.
//
//	what is sent to a PID                    what the session gets
//	*Message                                 the event it names, with its arguments
//	any other value                          the event "_message" with the value
//	Terminated, of an actor it watches       the event "_terminated" with the PID and the reason
//	PoisonPill                               the signal TERM, in its place in the queue
//	Stop                                     it is stopped at once
//
// What its handler gives to [kernel.Event.Return] answers a request. A message
// for a session that has stopped, and a request that no handler takes, become
// dead letters of both the actor system and the kernel.
//
// Functions which take a *kernel.Kernel may only be called on its goroutine,
// [Lookup] excepted. PIDs may be used anywhere.
package actor
