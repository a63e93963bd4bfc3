// Package override has the event by which a session's table of handlers learns
// that Kernel.State has changed a handler of the session. Components that call
// functions in place of sending events stop doing so then.
package override

// Event is the name of the event. Its argument is the name of the handler.
const Event = "session: handler changed"
