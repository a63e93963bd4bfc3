package poe

import (
	"io"
	"os"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Kernel dispatches events to sessions; see [kernel.Kernel]. POE: POE::Kernel,
// $_[KERNEL].
type Kernel = kernel.Kernel

// Options configure a kernel; the zero value is valid. See [kernel.Options].
type Options = kernel.Options

// New makes a kernel; see [kernel.New].
func New(options ...Options) *Kernel { return kernel.New(options...) }

// Event is the argument of every handler; see [kernel.Event]. POE: @_.
type Event = kernel.Event

// Handler handles one event; see [kernel.Handler].
type Handler = kernel.Handler

// Dest is the destination of an event: an [ID], an [Alias], or one that another
// package has made. See [kernel.Dest].
type Dest = kernel.Dest

// ID names a session, also after it has stopped; see [kernel.ID].
type ID = kernel.ID

// Alias names a session by one of its aliases; see [kernel.Alias].
type Alias = kernel.Alias

// AlarmID names one pending timer; see [kernel.AlarmID].
type AlarmID = kernel.AlarmID

// WheelID names a wheel; see [kernel.WheelID].
type WheelID = kernel.WheelID

// WaitStatus is how a child process ended; see [kernel.WaitStatus]. POE: $?.
type WaitStatus = kernel.WaitStatus

// Handle is something that can be watched, read and written; see
// [kernel.Handle].
type Handle = kernel.Handle

// OpError is a failed operation with its errno; see [kernel.OpError].
type OpError = kernel.OpError

// Postback posts an event to the session that made it; see [kernel.Postback].
type Postback = kernel.Postback

// Callback calls a handler of the session that made it; see [kernel.Callback].
type Callback = kernel.Callback

// Session is a session that Create, Inline or NewSession made; see [session.Session].
type Session = session.Session

// Funcs is a table of handlers that are functions or method values; see
// [session.Funcs]. POE: inline_states.
type Funcs = session.Funcs

// States is a table of handlers that have a heap of type H as their receiver,
// shared by all sessions of a kind; see [session.States].
type States[H any] = session.States[H]

// SessionConfig is the long form of Create; see [session.Config].
type SessionConfig[H any] = session.Config[H]

// Create makes a session of a heap and a table of handlers and runs its _start
// with args; see [session.Create]. POE: POE::Session->create.
func Create[H any](k *Kernel, heap *H, states States[H], args ...any) (*Session, error) {
	return session.Create(k, heap, states, args...)
}

// Inline makes a session of functions and runs its _start with args; see
// [session.Inline]. POE: POE::Session->create(inline_states => ...).
func Inline(k *Kernel, funcs Funcs, args ...any) (*Session, error) {
	return session.Inline(k, funcs, args...)
}

// NewSession makes a session as its configuration says; see [session.New].
func NewSession[H any](k *Kernel, c SessionConfig[H]) (*Session, error) { return session.New(k, c) }

// Recorded calls f, and in a replay returns what f had returned in the recorded
// run; see [kernel.Recorded].
func Recorded[T any](k *Kernel, name string, f func() (T, error)) (T, error) {
	return kernel.Recorded(k, name, f)
}

// Heap returns the heap of the event's session; see [session.Heap]. POE:
// $_[HEAP].
func Heap[H any](e Event) *H { return session.Heap[H](e) }

// HeapOf returns the heap of a session; see [session.HeapOf]. POE:
// $session->get_heap.
func HeapOf[H any](id ID) *H { return session.HeapOf[H](id) }

// Bind makes a handler of a method of an object which is not the session's
// heap; see [session.Bind]. POE: object_states.
func Bind[O any](object *O, method func(*O, Event)) Handler { return session.Bind(object, method) }

// Methods makes a table of handlers out of the methods OnStart, OnGotLine ... of
// *H; see [session.Methods].
func Methods[H any]() (States[H], error) { return session.Methods[H]() }

// Replace stores a new wheel, or anything else that can be closed, in *where and
// closes the old one, as Perl does when a variable is overwritten:
// $_[HEAP]{wheel} = POE::Wheel::...->new. It returns the error of that Close. If
// *where is nil, there is no old one.
func Replace[T interface {
	comparable
	io.Closer
}](where *T, with T) error {
	old := *where
	*where = with
	var none T
	if old == none || old == with {
		return nil
	}
	return old.Close()
}

// File makes a handle of a file, pipe or terminal, which the handle owns; see
// [kernel.File]. POE: a file handle.
func File(f *os.File) (*Handle, error) { return kernel.File(f) }
