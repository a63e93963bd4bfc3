// Package observe is what a kernel shows of itself: the events that it
// dispatches, each with what caused it, and lists of what it holds. Package
// kernel fills the types of this package; inspectors, metrics and tracers read
// them, and programs do not need them.
//
// # Causes
//
// While a kernel is observed every event has an ID, a cause and a trace, see
// [Mark]. The cause is the event whose handler queued it, called it, or set it
// as a timer:
//
//   - Events that Post, Yield, Call, Signal, timers and postbacks make in a
//     handler are caused by the event that this handler handles.
//   - The result of an Offload, and the event of NotifyWritable, are caused by
//     the event that asked for them. The event of a postback's Send on another
//     goroutine is caused by the event in which the postback was made.
//   - An event of another kernel's session is caused by the event in which that
//     session posted it, if both kernels are observed.
//   - Output that a wheel writes in the next turn is caused by the event that
//     asked for it; a signal's watchers are caused by the signal, DIE by the
//     event that failed.
//   - _stop, and the _child event of the parent, are caused by the event after
//     which nothing kept the session alive.
//   - Readiness of a handle for reading, the end of a child process, a signal
//     of the system, and what other goroutines send have no cause in the
//     program: each begins a trace.
//
// The handler of a coroutine runs within the event that resumes it.
package observe
