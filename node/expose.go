package node

import (
	"maps"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// AnyEvent, in Expose, stands for all events but those whose names begin with
// an underscore.
const AnyEvent = "*"

// exposures are what may be reached from outside: alias, then event. A
// value is never changed, so that every goroutine may look.
type exposures map[string]map[string]bool

// Expose allows other nodes to reach some events of the session that has an
// alias, now or later. Nothing else can be reached. Further calls add events.
// The error is kernel.ErrInvalid without an event, for an empty name or one
// that is too long, and for an event whose name begins with an underscore, as
// POE's own do. An alias that ends in a slash matches all aliases that begin
// with it and have no further slash. Any goroutine may call it.
// POE::Component::IKC: publish.
func (n *Node) Expose(alias string, events ...string) error {
	if alias == "" || len(alias) > maxName || len(events) == 0 {
		return callError("Expose", alias, kernel.ErrInvalid)
	}
	for _, event := range events {
		if event == "" || len(event) > maxName || strings.HasPrefix(event, "_") {
			return callError("Expose", event, kernel.ErrInvalid)
		}
	}
	n.changeExposures(func(p exposures) {
		known := maps.Clone(p[alias])
		if known == nil {
			known = map[string]bool{}
		}
		for _, event := range events {
			known[event] = true
		}
		p[alias] = known
	})
	return nil
}

// Unexpose reverts Expose for some events of an alias, or for all if none is
// named. Events that have arrived before are still delivered. Any goroutine may
// call it.
func (n *Node) Unexpose(alias string, events ...string) {
	n.changeExposures(func(p exposures) {
		known := maps.Clone(p[alias])
		for _, event := range events {
			delete(known, event)
		}
		if p[alias] = known; len(events) == 0 || len(known) == 0 {
			delete(p, alias)
		}
	})
}

func (n *Node) changeExposures(change func(exposures)) {
	for {
		old := n.exposed.Load()
		fresh := maps.Clone(*old)
		change(fresh)
		if n.exposed.CompareAndSwap(old, &fresh) {
			return
		}
	}
}

// of finds the events of an alias, or of the prefix that stands for it.
func (p *exposures) of(alias string) map[string]bool {
	slash := strings.LastIndexByte(alias, '/')
	if slash == len(alias)-1 {
		return nil // a prefix is no alias
	}
	if events := (*p)[alias]; events != nil || slash < 0 {
		return events
	}
	return (*p)[alias[:slash+1]]
}

// allows reports whether an event may be reached.
func (p *exposures) allows(alias, event string) error {
	events := p.of(alias)
	if events[event] || events[AnyEvent] && !strings.HasPrefix(event, "_") && event != "" {
		return nil
	}
	return ErrNotExposed
}

// knows reports whether anything of an alias may be reached.
func (p *exposures) knows(alias string) error {
	if p.of(alias) != nil {
		return nil
	}
	return ErrNotExposed
}
