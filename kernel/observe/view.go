package observe

import "time"

// View lists what a kernel holds. Its methods belong to the kernel's goroutine.
// The work of a call is bounded by the number of entries that it lists or
// skips, so that a kernel with very many sessions is not delayed.
type View interface {
	// Name returns the kernel's name.
	Name() string
	// Counts returns the kernel's counts. It takes constant time.
	Counts() Counts
	// Sessions lists up to max sessions in the order of the tree, parents before
	// children, from the one that follows session after, which is 0 for the
	// first page. more is false at the end. If session after has stopped
	// meanwhile, ok is false.
	Sessions(after uint64, max int) (page []SessionInfo, more, ok bool)
	// Children lists up to max children of a session, of the kernel for 0, that
	// follow its child after, 0 for the first page.
	Children(of, after uint64, max int) (page []SessionInfo, more, ok bool)
	// Session describes one session; ok is false if there is no such session.
	Session(number uint64) (s SessionDetail, ok bool)
	// Describe returns what the heap of a session shows of itself, or the session
	// if it has no heap; nil if that is not a [Describer] or there is no such
	// session.
	Describe(number uint64) []Field
	// Queue lists the events in max slots of the queue, in their order, after
	// the first skip slots. Slots of events that were removed are empty, so
	// that the list may be shorter before the end.
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
	Depth    int    // 1 for the kernel's children
	Aliases  []string
	Type     string
	Role     string // of its heap, or of itself without one, if that is an [Endpoint]
	Children int    // counted up to 1000
	Refs     int    // reasons to live that the kernel counts
	Timers   int
	Watchers int // of handles, counted up to 1000
	To, From int // queued events to it, and from it to others
	Data     any // what the observer that was attached first has stored, see [Session]
}

// SessionDetail is everything that a kernel knows about a session.
type SessionDetail struct {
	SessionInfo
	Handlers []string // in order of their names
	Reasons  []Reason // what keeps it alive, at most 200
	Owned    []Owned  // wheels and jobs, at most 200
	Pending  []Queued // its timers, at most 200, in no order
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
	// Role returns "server", "connection", "node" or "cluster".
	Role() string
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
