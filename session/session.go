// Package session makes sessions: POE::Session in Go.
//
// A session is a heap, a table of handlers, and options. The heap is the
// receiver of its handlers, typed; one table serves all sessions of a kind:
//
//	type counter struct{ n int }
//
//	var counterStates = session.States[counter]{
//		"_start": (*counter).start,
//		"tick":   (*counter).tick,
//	}
//
//	session.Create(k, &counter{}, counterStates)
//
// For sessions that need no type of their own, [Inline] takes closures. [Bind]
// makes a handler of a method of an object that is not the heap: POE's object
// states.
package session

import (
	"errors"
	"maps"
	"slices"

	"github.com/gopoe/poe/internal/override"
	"github.com/gopoe/poe/kernel"
)

// States is a table of handlers for sessions with a heap of type H. It is not
// changed by the sessions that use it and may be shared by any number.
type States[H any] map[string]func(*H, kernel.Event)

// Funcs is a table of handlers without a heap: inline states, whose heap is
// what the closures capture, and the handlers that Bind makes.
type Funcs map[string]kernel.Handler

// Session is one session. Its methods belong to the kernel's goroutine.
type Session struct {
	id      kernel.ID
	heap    any
	table   table
	options Options
}

// Create makes a session and runs its _start, all before it returns; args are
// the arguments of _start. The session is a child of the active one. If heap is
// nil, the handlers get a nil receiver. A table without _start is
// kernel.ErrNoStart, and a warning is logged; a table with the name _signal is
// a *kernel.ConfigError. An exception in _start is not an error: the signal DIE
// follows. POE: POE::Session->create.
func Create[H any](k *kernel.Kernel, heap *H, states States[H], args ...any) (*Session, error) {
	s := &Session{heap: heap, table: states}
	return start(k, s, s, args)
}

// Inline makes a session whose handlers are closures and runs its _start with
// args, as [Create] does, with the same errors. The session has no heap. POE:
// inline_states.
func Inline(k *kernel.Kernel, funcs Funcs, args ...any) (*Session, error) {
	s := &Session{table: funcs}
	return start(k, s, s, args)
}

// Config configures a session for [New].
type Config[H any] struct {
	// Heap is the session's heap. If nil, New allocates a zero H.
	Heap *H
	// States are the handlers that have the heap as their receiver.
	States States[H]
	// Funcs are handlers without the heap as receiver: closures, and those that
	// [Bind] makes. They take precedence over States of the same name.
	Funcs Funcs
	// Args are the arguments of _start.
	Args []any
	// Options are the session's options from the start. The names are in lower
	// case; values are stored without the conversion of [Session.SetOption].
	Options map[string]any
	// Type, if not nil, returns the session to start: a value of the program's
	// own type which embeds s, so that its Dispatch gets every event first. If
	// nil, s itself is started. POE: a subclass of POE::Session.
	Type func(s *Session) kernel.Session
}

// New makes a session as its configuration says, in the same way and with the
// same errors as [Create].
func New[H any](k *kernel.Kernel, c Config[H]) (*Session, error) {
	if c.Heap == nil {
		c.Heap = new(H)
	}
	s := &Session{heap: c.Heap, table: c.table()}
	if len(c.Options) > 0 {
		s.options = maps.Clone(c.Options)
	}
	if c.Type == nil {
		return start(k, s, s, c.Args)
	}
	return start(k, s, c.Type(s), c.Args)
}

func (c *Config[H]) table() table {
	switch {
	case c.States == nil:
		return c.Funcs
	case c.Funcs == nil:
		return c.States
	}
	return layered{c.Funcs, c.States}
}

var errNoSignal = errors.New(`the handler name "_signal" is not used: signals go to the events that Sig names`)

// start starts s, which is as it is or inside of a session of another type.
func start(k *kernel.Kernel, s *Session, as kernel.Session, args []any) (*Session, error) {
	if s.table.has("_signal") {
		return nil, &kernel.ConfigError{Package: "session", Field: "States", Err: errNoSignal}
	}
	if !s.table.has("_start") {
		k.Host().Logger().Warn("discarding session: no _start handler")
		return nil, kernel.ErrNoStart
	}
	if _, err := k.Host().Start(as, args...); err != nil {
		return nil, err
	}
	return s, nil
}

// ID returns the session's ID, which is its address.
func (s *Session) ID() kernel.ID { return s.id }

// Heap returns the heap: a *H, or nil for an inline session. POE:
// $session->get_heap. Where H is known, HeapOf is more convenient.
func (s *Session) Heap() any { return s.heap }

// HeapOf returns the heap of a session that was made with a heap of type H, nil
// for any other session. It also works after the session has stopped. POE:
// $session->get_heap.
func HeapOf[H any](id kernel.ID) *H {
	s, ok := id.Session().(interface{ Heap() any })
	if !ok {
		return nil
	}
	h, _ := s.Heap().(*H)
	return h
}

// Heap returns the heap of the session that an event is for, in handlers that
// do not have it as their receiver. It returns nil if the session has no heap
// of type H. POE: $_[HEAP].
func Heap[H any](e kernel.Event) *H { return HeapOf[H](e.Session) }

// Bind makes a handler of a method of an object that is not the heap.
// POE: object_states, and package_states with an object of no content.
func Bind[O any](object *O, method func(*O, kernel.Event)) kernel.Handler {
	return func(e kernel.Event) { method(object, e) }
}

// Attach is called by the kernel.
func (s *Session) Attach(id kernel.ID) { s.id = id }

// Dispatch is called by the kernel for every event. An event without a handler
// goes to _default, with its name and the list of its arguments as arguments.
func (s *Session) Dispatch(e kernel.Event) bool {
	if s.options != nil {
		s.options.Trace(e)
	}
	if funcs, ok := s.table.(Funcs); ok { // as its dispatch, without a further copy of the event
		if h := funcs[e.Name]; h != nil {
			h(e)
			return true
		}
		return s.dispatchDefault(e)
	}
	return s.table.dispatch(s.heap, e) || s.dispatchDefault(e)
}

// Ignores is called by the kernel, before it sends what few sessions handle. It reports
// whether Dispatch would do nothing with the event.
func (s *Session) Ignores(as kernel.Session, event string) bool {
	self, ok := as.(*Session)
	return ok && self == s && s.options == nil && !s.table.has(event) && !s.table.has("_default")
}

// dispatchDefault deals with an event that has no handler.
func (s *Session) dispatchDefault(e kernel.Event) bool {
	if e.Name == "_start" {
		return false
	}
	if s.table.has("_default") { // looked at first: most have none, and the arguments cost two allocations
		if s.options != nil {
			s.options.TraceDefault(e)
		}
		e.Args = []any{e.Name, append([]any{}, e.Args...)}
		e.Name = "_default"
		s.table.dispatch(s.heap, e)
		return true
	}
	if s.options.On("default") {
		e.Kernel.Host().Logger().Warn("no handler, and none for _default", "event", e.Name, "session", e.Session, "sender", e.Sender)
	}
	return false
}

// SetHandler adds, replaces or (with nil) removes a handler of this session
// alone. Handlers use Kernel.State.
func (s *Session) SetHandler(event string, h kernel.Handler) {
	if h != nil && s.options.On("debug") && s.table.has(event) {
		if k := s.id.Kernel(); k != nil {
			k.Host().Logger().Warn("redefining a handler", "event", event, "session", s.id)
		}
	}
	own, ok := s.table.(*changed)
	if !ok {
		own = &changed{map[string]kernel.Handler{}, s.table}
		s.table = own
	}
	own.set(event, h)
	if s.table.has(override.Event) {
		s.table.dispatch(s.heap, kernel.Event{Kernel: s.id.Kernel(), Session: s.id, Sender: s.id, Name: override.Event, Args: []any{event}})
	}
}

// Handlers lists the events that have a handler, sorted.
func (s *Session) Handlers() []string {
	names := slices.DeleteFunc(s.table.names(), func(name string) bool { return name == override.Event })
	slices.Sort(names)
	return slices.Compact(names)
}
