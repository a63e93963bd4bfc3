package observe

// ID names an event that was queued or dispatched while its kernel was
// observed. It is unique in the process: the upper 16 bits are the kernel's,
// the lower ones count its events. 0 names none.
type ID uint64

// Mark is an event's place among the others.
type Mark struct {
	ID    ID // its own
	Cause ID // the event during which it was queued; 0 if that is not known or none
	Trace ID // the first event of those that lead to it; the event's own ID if it is the first
}

// Child returns the mark of an event with that ID which this one causes. The
// zero Mark causes the first event of a trace.
func (m Mark) Child(id ID) Mark {
	if m.ID == 0 {
		return Mark{ID: id, Trace: id}
	}
	return Mark{ID: id, Cause: m.ID, Trace: m.Trace}
}

// Kind is the way in which an event reaches its handler.
type Kind uint8

// The kinds of events.
const (
	Post      Kind = iota // queued: Post, Yield, postbacks, results of Offload
	Timer                 // an alarm or a delay
	Call                  // at once, by Call
	Start                 // _start
	Stop                  // _stop
	Notice                // _child, _parent
	Ready                 // readiness of a handle
	Signal                // a signal, and the events of its watchers
	Exception             // the signal DIE, and the events of its watchers
	Child                 // the end of a child process
	Look                  // not dispatched: the kernel checks whether the session has anything left to do
	Letter                // a message of an actor
	Func                  // runs a function of a wheel's or a component's
	Remote                // an event of another kernel
)

var kindNames = [...]string{
	"post", "timer", "call", "start", "stop", "notice", "ready", "signal", "exception", "child", "look", "letter", "func", "remote",
}

// String returns the kind's name, in lower case.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return "kind?"
}
