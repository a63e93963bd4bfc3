// Package subscriptions has what sessions have subscribed to at a message broker.
package subscriptions

import (
	"slices"
	"strconv"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/filter/stomp"
	"github.com/gopoe/poe/kernel"
)

// Entry is one subscription. It keeps its session alive.
type Entry[T any] struct {
	Value       T
	By          kernel.ID
	ID          string // on the wire
	Destination string
	Frame       *stomp.Frame // SUBSCRIBE
}

// Set has the subscriptions of a component, in order.
type Set[T any] struct {
	service *service.Service
	list    []*Entry[T]
	serial  uint64
}

// New returns the empty set of a component.
func New[T any](s *service.Service) *Set[T] { return &Set[T]{service: s} }

// Add adds a subscription, with further headers for its frame. It replaces that of the
// session to the same destination, which is nil if there is none.
func (s *Set[T]) Add(by kernel.ID, destination, ack string, headers []stomp.Header, value T) (added, replaced *Entry[T], err error) {
	s.serial++
	id := strconv.FormatUint(s.serial, 10)
	f := stomp.NewFrame("SUBSCRIBE", "id", id, "destination", destination, "ack", ack)
	f.Headers = append(f.Headers, headers...)
	if err := f.Check(); err != nil {
		return nil, nil, err
	}
	if err := s.service.Keep(by); err != nil {
		return nil, nil, err
	}
	replaced = s.Remove(by, destination)
	added = &Entry[T]{value, by, id, destination, f}
	s.list = append(s.list, added)
	return added, replaced, nil
}

// Remove removes the subscription of a session to a destination, and returns it, or nil
// if there is none.
func (s *Set[T]) Remove(by kernel.ID, destination string) *Entry[T] {
	i := slices.IndexFunc(s.list, func(e *Entry[T]) bool { return e.By == by && e.Destination == destination })
	if i < 0 {
		return nil
	}
	e := s.list[i]
	s.list = slices.Delete(s.list, i, i+1)
	s.service.Release(by)
	return e
}

// Of returns the subscription of a message. A broker of version 1.0 may give the
// destination alone. It is nil if the subscription has ended meanwhile.
func (s *Set[T]) Of(message *stomp.Frame) *Entry[T] {
	id, hasID := message.Header("subscription")
	destination, _ := message.Header("destination")
	for _, e := range s.list {
		if hasID && e.ID == id || !hasID && e.Destination == destination {
			return e
		}
	}
	return nil
}

// All returns the subscriptions.
func (s *Set[T]) All() []*Entry[T] { return s.list }

// Clear removes all subscriptions.
func (s *Set[T]) Clear() {
	for _, e := range s.list {
		s.service.Release(e.By)
	}
	s.list = nil
}
