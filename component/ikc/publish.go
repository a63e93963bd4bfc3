package ikc

import (
	"maps"
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// Publish lets other kernels post some events to whichever session has the
// alias. The session need not exist yet. Further calls add events. The names of
// POE's own events, which begin with an underscore, cannot be published, and
// neither can the session IKC, of which ping, do_you_have and remote_error can
// always be reached. The error wraps kernel.ErrInvalid. POE: publish.
func (r *Responder) Publish(alias string, events ...string) error {
	if !(Specifier{Session: alias}).valid() || alias == "" || alias == Alias || len(events) == 0 {
		return callError("Publish", alias, kernel.ErrInvalid)
	}
	for _, event := range events {
		if !(Specifier{State: event}).valid() || event == "" || event == proxyState || strings.HasPrefix(event, "_") {
			return callError("Publish", event, kernel.ErrInvalid)
		}
	}
	known := r.published[alias]
	if known == nil {
		known = map[string]bool{}
		r.published[alias] = known
	}
	for _, event := range events {
		known[event] = true
	}
	return nil
}

// Retract makes published events unreachable again, all events of an alias if
// none is named. What is not published is ignored. POE: retract.
func (r *Responder) Retract(alias string, events ...string) {
	known := r.published[alias]
	for _, event := range events {
		delete(known, event)
	}
	if len(events) == 0 || len(known) == 0 {
		delete(r.published, alias)
	}
}

// Published returns what can be reached: a map from each alias to its events,
// sorted. POE: published.
func (r *Responder) Published() map[string][]string {
	list := map[string][]string{}
	for alias, events := range r.published {
		list[alias] = slices.Sorted(maps.Keys(events))
	}
	return list
}

// publicAlias is an alias of a session under which it can be reached, if there
// is one.
func (r *Responder) publicAlias(id kernel.ID) string {
	if len(r.published) == 0 || !id.Alive() || id == r.id {
		return ""
	}
	aliases, err := r.k.AliasList(id)
	if err != nil {
		return ""
	}
	for _, alias := range aliases {
		if r.published[alias] != nil {
			return alias
		}
	}
	return ""
}

// from is what a message says of its sender.
func (r *Responder) from(id kernel.ID) *Specifier {
	if alias := r.publicAlias(id); alias != "" {
		return &Specifier{Kernel: r.self, Session: alias, State: proxyState}
	}
	return nil
}
