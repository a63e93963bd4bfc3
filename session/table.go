package session

import (
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// table is where a session finds its handlers.
type table interface {
	// dispatch runs the handler of exactly that name, and reports whether there
	// is one.
	dispatch(heap any, e kernel.Event) bool
	has(event string) bool
	names() []string
}

func (s States[H]) dispatch(heap any, e kernel.Event) bool {
	h := s[e.Name]
	if h == nil {
		return false
	}
	h(heap.(*H), e)
	return true
}

func (s States[H]) has(event string) bool { return s[event] != nil }
func (s States[H]) names() []string       { return slices.Collect(maps.Keys(s)) }

func (f Funcs) dispatch(_ any, e kernel.Event) bool {
	h := f[e.Name]
	if h == nil {
		return false
	}
	h(e)
	return true
}

func (f Funcs) has(event string) bool { return f[event] != nil }
func (f Funcs) names() []string       { return slices.Collect(maps.Keys(f)) }

// layered is Funcs beside States, and before them.
type layered struct {
	funcs Funcs
	below table
}

func (l layered) dispatch(heap any, e kernel.Event) bool {
	return l.funcs.dispatch(heap, e) || l.below.dispatch(heap, e)
}

func (l layered) has(event string) bool { return l.funcs.has(event) || l.below.has(event) }
func (l layered) names() []string       { return append(l.funcs.names(), l.below.names()...) }

// changed is a table after Kernel.State: what a session has of its own is before
// what it was made with.
type changed struct {
	own   map[string]kernel.Handler // nil for removed ones
	below table
}

func (c *changed) dispatch(heap any, e kernel.Event) bool {
	h, ok := c.own[e.Name]
	if !ok {
		return c.below.dispatch(heap, e)
	}
	if h != nil {
		h(e)
	}
	return h != nil
}

func (c *changed) has(event string) bool {
	if h, ok := c.own[event]; ok {
		return h != nil
	}
	return c.below.has(event)
}

func (c *changed) names() []string {
	names := append(slices.Collect(maps.Keys(c.own)), c.below.names()...)
	return slices.DeleteFunc(names, func(name string) bool { return !c.has(name) })
}

// set adds, replaces or (with nil) removes a handler.
func (c *changed) set(event string, h kernel.Handler) {
	if h == nil && !c.below.has(event) {
		delete(c.own, event) // there is none below it to hide
		return
	}
	c.own[event] = h
}
