package service

import (
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Registry is the sessions that have registered with a component, in order, each with
// a value. A session is kept alive while it is registered.
type Registry[T any] struct {
	service *Service
	list    []registered[T] // replaced, not changed: it may be ranged over meanwhile
}

type registered[T any] struct {
	id    kernel.ID
	value T
}

// NewRegistry returns the empty registry of a component.
func NewRegistry[T any](s *Service) *Registry[T] { return &Registry[T]{service: s} }

// Add registers a session; its earlier registration ends. One that has stopped
// meanwhile is not registered.
func (r *Registry[T]) Add(id kernel.ID, value T) {
	r.Remove(id)
	if r.service.Keep(id) == nil {
		r.list = append(slices.Clone(r.list), registered[T]{id, value})
	}
}

// Remove ends the registration of a session, if it has one.
func (r *Registry[T]) Remove(id kernel.ID) {
	i := slices.IndexFunc(r.list, func(s registered[T]) bool { return s.id == id })
	if i >= 0 {
		r.list = slices.Delete(slices.Clone(r.list), i, i+1)
		r.service.Release(id)
	}
}

// Clear ends all registrations.
func (r *Registry[T]) Clear() {
	for _, s := range r.list {
		r.Remove(s.id)
	}
}

// Post posts an event to all sessions, whose name is made of the value; those for
// which it is empty get none. A session that has stopped by force is removed.
func (r *Registry[T]) Post(name func(value T) string, args ...any) {
	for _, s := range r.list {
		if event := name(s.value); event != "" && r.service.Kernel.Post(s.id, event, args...) != nil {
			r.Remove(s.id)
		}
	}
}
