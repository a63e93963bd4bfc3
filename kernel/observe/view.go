package observe

import "time"

// View lists what a kernel holds. Its methods belong to the kernel's goroutine.
// The work of each call is bounded, whatever the kernel holds, so that a look at
// very many sessions can be done in parts, between which the kernel dispatches
// events.
//
// The methods that list something append to the page that they are given, up to
// its capacity, and return it with where the next call continues. They allocate
// little beyond what is in the entries. A page may be shorter than its capacity,
// and even empty, before the end. What changes between two calls may be missing
// from a list; nothing is in it twice, except a session that was moved to another
// parent.
type View interface {
	// Name returns the kernel's name.
	Name() string
	// Counts returns the kernel's counts. It takes constant time.
	Counts() Counts
	// Sessions lists the sessions in the order of the tree, parents before
	// children. after is 0 for the first page, for others the next that a call
	// has returned; next is 0 at the end. A session's number is such a place as
	// well: before its children. If the session at after has stopped, ok is false.
	Sessions(page []SessionInfo, after uint64) (_ []SessionInfo, next uint64, ok bool)
	// Children lists the children of a session, of the kernel for 0, that
	// follow its child after, 0 for the first page. If one of the two has
	// stopped, ok is false.
	Children(page []SessionInfo, of, after uint64) (_ []SessionInfo, more, ok bool)
	// Session describes one session; ok is false if there is no such session.
	Session(number uint64) (s SessionDetail, ok bool)
	// Type returns the type of a session, as [Session] has it; empty if there is no
	// such session.
	Type(number uint64) string
	// Describe returns what the heap of a session shows of itself, or the session
	// if it has no heap; nil if that is not a [Describer] or there is no such
	// session.
	Describe(number uint64) []Field
	// Queue lists the queue in its order from a slot, 0 for its beginning; next
	// is 0 at the end.
	Queue(page []Queued, from uint64) (_ []Queued, next uint64)
	// Timers lists the IDs of the pending timers in the order in which they are
	// due. Its work grows with the capacity of the page.
	Timers(page []uint64) []uint64
	// Timer describes a timer; ok is false if it is not pending any more.
	Timer(id uint64) (q Queued, ok bool)
	// Handles lists the watched handles from a slot of the kernel's table; next
	// is the slot of the next page, 0 at the end.
	Handles(page []HandleInfo, from int) (_ []HandleInfo, next int)
	// Operations returns what can be done with a session now, nil if it is no
	// [Operator] or there is no such session. Operate does one of these; the
	// error is the operator's, or says that there is no such operation.
	Operations(number uint64) []string
	Operate(number uint64, operation string) error
	// Observed reports whether the kernel has an observer.
	Observed() bool
	// FireTimer makes a timer due now, CancelTimer removes it. They report
	// whether it was pending.
	FireTimer(id uint64) bool
	CancelTimer(id uint64) bool
	// CancelQueued removes an event of the kind Post from its slot in the queue,
	// as if it had not been posted. It reports whether it was there.
	CancelQueued(slot uint64, id ID) bool
	// Outside runs f as if between two events: outside of any session. It is
	// for functions that must run while an Observer's Begin blocks.
	Outside(f func())
}

// Counts has the number of things that a kernel holds now, and of those that
// have happened so far.
type Counts struct {
	Sessions       int
	Events         int // queued
	Timers         int // pending
	Handles        int // watched
	Holds          int // not released
	OffloadRunning int
	OffloadWaiting int // for one of the running to end

	Turns         uint64 // so far
	DeadLetters   uint64 // so far
	LostPostbacks uint64 // so far
}

// SessionInfo is a session in a list.
type SessionInfo struct {
	Number   uint64
	Parent   uint64 // 0 is the kernel
	Depth    int    // 1 for the kernel's children; counted up to 1000
	Aliases  []string
	Type     string
	Role     string // of its heap, or of itself without one, if that is an [Endpoint]
	Children int    // counted up to 1000
	Refs     int    // reasons to live that the kernel counts
	Timers   int
	Watchers int    // of handles, counted up to 1000
	To, From int    // queued events to it, and from it to others
	Events   uint64 // see [Session]
	Data     any    // what the observer that was attached first has stored, see [Session]
}

// SessionDetail is everything that a kernel knows about a session.
type SessionDetail struct {
	SessionInfo
	Handlers []string // in order of their names
	Reasons  []Reason // what keeps it alive, at most 100
	Owned    []Owned  // wheels and jobs, at most 100
	Pending  []Queued // its timers, at most 100, in no order
	Created  string   // file and line; only with Trace.Refcount
	Heap     any      // nil for a session without one
	// Truncated reports whether a list was cut off, or the queue was too long
	// to be searched for reasons.
	Truncated bool
}

// Reason is one thing that keeps a session alive.
type Reason struct{ Kind, Name, Site string }

// Owned is a wheel, or something else that ends with its session.
type Owned struct {
	Name   string
	Site   string
	Fields []Field // what it shows of itself, see [Describer]
}

// Field is a name and a value: a text, a number, a bool, or a [][]Field, which is
// a table of rows.
type Field struct {
	Name  string
	Value any
}

// Describer is implemented by wheels and components that show more of
// themselves than their name. Describe is called on the kernel's goroutine,
// while any handler may be running, and changes nothing. Fields named "pending"
// and "undecoded" are bytes of output and of input that wait.
type Describer interface{ Describe() []Field }

// Endpoint is implemented by the heap of a session, or by a session without a
// heap, which inspectors are to list by its role.
type Endpoint interface {
	Describer
	// Role returns "server", "connection", "node", "cluster" or "machine".
	Role() string
}

// Operator is an [Endpoint] with which inspectors can do something, if their users
// are allowed to. Its methods are called on the kernel's goroutine.
type Operator interface {
	Endpoint
	// Operations returns the names of what can be done now, such as "drain".
	Operations() []string
	// Operate does, or begins, one of these.
	Operate(operation string) error
}

// Queued is an event in the queue, or a pending timer.
type Queued struct {
	Mark   Mark // zero if it was queued while the kernel was not observed
	Kind   Kind
	Name   string
	From   uint64        // the number of the session that queued it
	To     uint64        // the number of the session that it is for
	Caller string        // the event whose handler has queued it
	Site   string        // file and line; only with Trace.Events or Trace.Refcount
	Age    time.Duration // since it was queued; of a timer negative: until it is due
	Slot   uint64        // where it is in the queue; 0 for timers
	Timer  uint64        // the timer's ID, else 0
	Args   []any
}

// HandleInfo is a watched handle.
type HandleInfo struct {
	Slot     int
	Name     string
	FD       int // -1 for none, and in a replay
	Watchers []Watcher
}

// Watcher is a session's interest in a handle.
type Watcher struct {
	Session uint64
	Mode    string
	Event   string
	Paused  bool
	Wheel   []Field // what the wheel shows of itself, if one watches
}
