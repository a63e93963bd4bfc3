package observe

import "time"

// View lists what a kernel holds. Its methods belong to the kernel's goroutine
// and look at no more than they are asked for, so that even a kernel with very
// many sessions is not held up.
type View interface {
	// Name returns the kernel's name.
	Name() string
	// Counts returns how much of everything there is. It takes the same time
	// for every kernel.
	Counts() Counts
	// Sessions lists up to max sessions in the order of the tree, parents before
	// children, from the one that follows session after, which is 0 for the
	// first page. more is false at the end. If session after has stopped
	// meanwhile, ok is false.
	Sessions(after uint64, max int) (page []SessionInfo, more, ok bool)
	// Children lists up to max children of a session, of the kernel for 0, that
	// follow its child after, 0 for the first page.
	Children(of, after uint64, max int) (page []SessionInfo, more, ok bool)
	// Session describes one session; ok is false if there is none.
	Session(number uint64) (s SessionDetail, ok bool)
	// Describe returns what the heap of a session shows of itself, or the session if
	// it has no heap; nil if that is no [Describer] or there is no such session.
	Describe(number uint64) []Field
	// Queue lists up to max queued events in their order, after the first skip.
	Queue(skip, max int) []Queued
	// Timers lists up to max pending timers in the order in which they are due.
	Timers(max int) []Queued
	// Handles lists up to max watched handles whose slots in the kernel's table
	// are not below from, and the first slot of the next page, which is 0 at
	// the end. It may return fewer before the end.
	Handles(from, max int) (page []HandleInfo, next int)
	// FireTimer makes a timer due now, CancelTimer removes it. They report
	// whether it was pending.
	FireTimer(id uint64) bool
	CancelTimer(id uint64) bool
	// Outside runs f as between two events: outside of any session. It is for
	// what is to be done while an Observer's Begin waits.
	Outside(f func())
}

// Counts says how much there is of what a kernel holds, now and so far.
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
	Depth    int    // 1 for the kernel's children
	Aliases  []string
	Type     string
	Role     string // of its heap, or of itself without one, if that is an [Endpoint]
	Children int
	Refs     int // reasons to live that the kernel counts
	Timers   int
	Watchers int // of handles
	To, From int // queued events to it, and from it to others
	Data     any // what the observer that was attached first has stored, see [Session]
}

// SessionDetail is all that a kernel knows of a session.
type SessionDetail struct {
	SessionInfo
	Handlers []string // in order of their names
	Reasons  []Reason // what keeps it alive, the first of many
	Owned    []Owned  // wheels and jobs, the first of many
	Pending  []Queued // its timers, the first of many, in no order
	Created  string   // file and line; only with Trace.Refcount
	Heap     any      // nil for a session without one
	// Truncated says that a list was longer than what is shown of it.
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

// Describer is what a wheel or component implements that shows more of itself
// than its name. Describe is called on the kernel's goroutine, while any handler
// may be running, and changes nothing. Fields named "pending" and "undecoded" are
// bytes of output and of input that wait.
type Describer interface{ Describe() []Field }

// Endpoint is what the heap of a session implements, or a session without a heap,
// that is to be found by what it is for.
type Endpoint interface {
	Describer
	// Role returns "server", "connection", "node" or "cluster".
	Role() string
}

// Queued is an event in the queue, or a pending timer.
type Queued struct {
	Mark   Mark // zero if it was queued while the kernel was not observed
	Kind   Kind
	Name   string
	From   uint64
	To     uint64
	Caller string        // the event whose handler has queued it
	Site   string        // file and line; only with Trace.Events or Trace.Refcount
	Age    time.Duration // since it was queued; of a timer negative: until it is due
	Timer  uint64        // the timer's ID, else 0
	Args   []any
}

// HandleInfo is a watched handle.
type HandleInfo struct {
	Slot     int
	Name     string
	FD       int // -1 for none
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
