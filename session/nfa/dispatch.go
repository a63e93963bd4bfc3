package nfa

import (
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Attach is called by the kernel.
func (m *Machine) Attach(id kernel.ID) { m.id = id }

// Dispatch is called by the kernel for every event.
func (m *Machine) Dispatch(e kernel.Event) bool {
	m.trace(e)
	switch {
	case e.Name == "_start", e.Name == "_stop":
		return true
	case m.transition(e):
		return true
	}
	m.handle(e)
	return true
}

// SingleResult is called by the kernel. The handlers of a machine have a single
// result: one that gives several values to Return returns the last. The machine's
// own events have none.
func (m *Machine) SingleResult(event string) bool {
	switch event {
	case "_start", "_stop", eventGoto, eventPush, eventPop:
		return false
	}
	return true
}

// WeakCallbacks marks a machine as one whose callbacks do not keep it alive, as
// in POE.
func (m *Machine) WeakCallbacks() {}

// trace reports an event, or one of those that make up a transition, before it
// is acted on.
func (m *Machine) trace(e kernel.Event) {
	if m.options != nil {
		m.options.Trace(e, "state", m.current)
	}
}

// handle runs the handler for an event in the current state.
func (m *Machine) handle(e kernel.Event) {
	m.entered = true // as in POE: after any event, even the first transition is queued
	switch {
	case m.states.has(m.current, e.Name):
	case m.internal[e.Name] != nil:
		m.internal[e.Name](e)
		return
	case m.states.has(m.current, "_default"):
		if m.options != nil {
			m.options.TraceDefault(e, "state", m.current)
		}
		e.Name, e.Args = "_default", []any{e.Name, append([]any{}, e.Args...)}
	default:
		panic(&Error{Machine: m.id, State: m.current, Event: e.Name, Err: ErrNoHandler})
	}
	m.states.run(m.runstate, Event{Event: e, Machine: m, State: m.current})
}

// SetHandler adds, replaces or (with nil) removes a handler for all states; a
// state's own handler for the event takes precedence. Programs call
// Kernel.State.
func (m *Machine) SetHandler(event string, h kernel.Handler) {
	if h == nil {
		delete(m.internal, event)
		return
	}
	if m.options.On("debug") && m.internal[event] != nil {
		m.id.Kernel().Host().Logger().Warn("redefining a handler", "event", event, "machine", m.id)
	}
	if m.internal == nil {
		m.internal = map[string]kernel.Handler{}
	}
	m.internal[event] = h
}

// Handlers lists the events that have a handler in the current state or in all
// states, sorted.
func (m *Machine) Handlers() []string {
	names := append(m.states.names(m.current), slices.Collect(maps.Keys(m.internal))...)
	slices.Sort(names)
	return slices.Compact(names)
}
