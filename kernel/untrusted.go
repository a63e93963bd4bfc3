package kernel

import "fmt"

// Untrusted makes a destination of another one, for events whose arguments come
// from outside of the program, such as from another process. If the event's
// handler throws an [ArgError], because an argument is missing or does not have
// the type that the handler passes to [Arg], that is the sender's mistake: it
// does not become the signal DIE. A posted event is then a dead letter, with
// the ArgError in [DeadLetter.Err], and a warning is logged; Call and CallList
// return an error that wraps the ArgError. Packages that bring events in from
// elsewhere use it; events that arrive as messages of actors are always treated
// so.
//
// This applies to the handler of the event, and to handlers that it calls in
// its own session, but not to events that the handler sends.
func Untrusted(to Dest) Dest { return untrusted{to} }

type untrusted struct{ Dest }

// String returns the destination without the mark.
func (u untrusted) String() string { return fmt.Sprint(u.Dest) }

// trusted returns a destination without the mark.
func trusted(to Dest) Dest {
	if u, ok := to.(untrusted); ok {
		return u.Dest
	}
	return to
}

// refuse makes a dead letter of an untrusted event whose handler has thrown an
// ArgError. It reports whether value is one.
func (k *Kernel) refuse(f *frame, value any) bool {
	err, ok := value.(*ArgError)
	if !ok {
		return false
	}
	f.extra.refused = err
	to, from := ID{f.dest}, ID{f.from}
	k.warn("event refused: wrong arguments", "event", f.event, "session", to, "sender", from, "error", err)
	k.deadLetter(DeadLetter{To: to, From: from, Event: f.event, Args: f.extra.args, Err: err})
	return true
}
