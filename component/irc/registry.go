package irc

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// registry knows which session wants which events, in the order in which they
// have registered.
type registry struct {
	c        *Client
	sessions []*registration
}

// registration is one session with its events.
type registration struct {
	id     kernel.ID
	events map[string]bool // "all" among them
}

// registryTag is the reference count that keeps registered sessions alive.
const registryTag = "irc registered"

func (r *registry) find(id kernel.ID) int {
	return slices.IndexFunc(r.sessions, func(s *registration) bool { return s.id == id })
}

// add registers a session for events, and tells it so.
func (r *registry) add(id kernel.ID, events ...string) {
	i := r.find(id)
	if i < 0 {
		if id != r.c.id {
			if _, err := r.c.k.RefcountIncrement(id, registryTag); err != nil {
				r.c.warn("a session that is not there cannot register", "session", id, "error", err)
				return
			}
		}
		i = len(r.sessions)
		r.sessions = append(r.sessions, &registration{id: id, events: map[string]bool{}})
	}
	for _, event := range events {
		r.sessions[i].events[eventName(event)] = true
	}
	_ = r.c.k.Post(id, "irc_registered", r.c)
}

// remove forgets events of a session, and with the last of them the session.
func (r *registry) remove(id kernel.ID, events ...string) {
	i := r.find(id)
	for _, event := range events {
		if i < 0 || !r.sessions[i].events[eventName(event)] {
			r.c.warn("the session has not registered for the event", "session", id, "event", event)
			continue
		}
		delete(r.sessions[i].events, eventName(event))
	}
	if i >= 0 && len(r.sessions[i].events) == 0 {
		r.drop(i)
	}
}

func (r *registry) drop(i int) {
	id := r.sessions[i].id
	r.sessions = slices.Delete(slices.Clone(r.sessions), i, i+1)
	if id != r.c.id {
		_, _ = r.c.k.RefcountDecrement(id, registryTag)
	}
}

// clear forgets all sessions.
func (r *registry) clear() {
	for len(r.sessions) > 0 {
		r.drop(len(r.sessions) - 1)
	}
}

// wanting lists the sessions that want an event, the client's own first. Sessions
// that were stopped by force are forgotten.
func (r *registry) wanting(event string) []kernel.ID {
	var ids []kernel.ID
	for i := len(r.sessions) - 1; i >= 0; i-- {
		if !r.sessions[i].id.Alive() {
			r.drop(i)
		}
	}
	for _, s := range r.sessions {
		if s.events["all"] || s.events[event] {
			ids = append(ids, s.id)
		}
	}
	return ids
}

// eventName is the name of an event without its prefix, in lower case.
func eventName(event string) string {
	return strings.TrimPrefix(strings.ToLower(event), "irc_")
}

func (c *Client) register(e kernel.Event) { c.registry.add(e.Sender, eventsOf(e)...) }

func (c *Client) unregister(e kernel.Event) { c.registry.remove(e.Sender, eventsOf(e)...) }

// eventsOf lists the events that are named in the arguments; none is all.
func eventsOf(e kernel.Event) []string {
	events := texts(e.Args)
	if len(events) == 0 {
		events = []string{"all"}
	}
	return events
}

// registerSignal registers the session that the signal POCOIRC_REGISTER names.
func (c *Client) registerSignal(e kernel.Event) {
	var id kernel.ID
	var err error
	switch who := e.Arg(1).(type) {
	case kernel.ID:
		id = who
	case kernel.Dest:
		id, err = c.k.Host().Resolve(who)
	case string:
		id, err = c.k.Host().Resolve(kernel.Alias(who))
	default:
		err = kernel.ErrInvalid
	}
	if err != nil {
		c.warn("the signal names no session", "signal", "POCOIRC_REGISTER", "error", err)
		return
	}
	events := texts(e.Args[2:])
	if len(events) == 0 {
		events = []string{"all"}
	}
	c.registry.add(id, events...)
}
