// Package pubsub passes events from publishers to subscribers:
// POE::Component::PubSub in Go.
//
//	pubsub.New(k, "pub")
//
//	e.Post(poe.Alias("pub"), "publish", "news")            // in the publisher
//	e.Post(poe.Alias("pub"), "subscribe", "news", "heard") // in a subscriber
//	e.Post(poe.Alias("pub"), "news", "it rains")           // heard gets "it rains"
//
// The component is a session with these events. An event that fails changes
// nothing and logs a warning; a call of the event also returns the error.
//
//   - "publish": a name, and optionally [Output] (the default: the publisher
//     alone fires the event, all subscribers get it) or [Input] with the
//     publisher's own event (anyone fires it, the publisher gets it);
//   - "rescind": a name that the sender has published;
//   - "subscribe": a name, which need not be published yet, and the subscriber's
//     event; a second subscription replaces the first;
//   - "cancel": a name to which the sender has subscribed;
//   - "listing": an event of the sender's, which gets a list of [Publication];
//     a call returns it;
//   - "destroy" or "shutdown": removes all publications, subscriptions and the
//     alias;
//   - any other: the published event of that name, with its arguments.
//
// A subscription keeps its subscriber alive, a publication its publisher.
// Events arrive with the component as their sender, as in POE. The publications
// and subscriptions of a session that is stopped by force are removed.
package pubsub

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/component/internal/service"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// DefaultAlias is the alias of a component without one, as in POE.
const DefaultAlias = "PUBLISH_SUBSCRIBE"

// Type is the direction of a published event.
type Type string

// The types: the publisher fires an Output event, and any session an Input
// event. POE: PUBLISH_OUTPUT, PUBLISH_INPUT.
const (
	Output Type = "output"
	Input  Type = "input"
)

// Publication is one entry of a listing.
type Publication struct {
	Event string
	Type  Type
}

// Errors that a call of one of the events returns.
var (
	ErrPublished     = errors.New("pubsub: the event is published already")
	ErrNotPublished  = errors.New("pubsub: the event is not published")
	ErrNotYours      = errors.New("pubsub: the event belongs to another session")
	ErrNotSubscribed = errors.New("pubsub: the session has not subscribed to the event")
	ErrShutdown      = errors.New("pubsub: the component has shut down")
	ErrArguments     = errors.New("pubsub: the arguments are not those of the event")
)

// PubSub is the component, which is used by its events. Its methods belong to
// the kernel's goroutine.
type PubSub struct {
	k       *kernel.Kernel
	service service.Service
	events  map[string]*publication
	over    bool
}

// publication is what is known of one event, published or only subscribed to.
type publication struct {
	published   bool
	kind        Type
	publisher   kernel.ID
	input       string // the publisher's event
	subscribers []subscription
}

type subscription struct {
	id    kernel.ID
	event string
}

var states = session.States[PubSub]{
	"_start":    func(p *PubSub, e kernel.Event) { p.service.Start(e, "publications", p.forget, nil) },
	"_stop":     func(*PubSub, kernel.Event) {},
	"_child":    func(*PubSub, kernel.Event) {},
	"_parent":   func(*PubSub, kernel.Event) {},
	"publish":   reports((*PubSub).publish),
	"rescind":   reports((*PubSub).rescind),
	"subscribe": reports((*PubSub).subscribe),
	"cancel":    reports((*PubSub).cancel),
	"listing":   reports((*PubSub).listing),
	"destroy":   func(p *PubSub, _ kernel.Event) { p.Shutdown() },
	"shutdown":  func(p *PubSub, _ kernel.Event) { p.Shutdown() },
	"_default":  reports((*PubSub).fire),
}

// reports makes a handler of a method that can fail.
func reports(f func(*PubSub, kernel.Event) error) func(*PubSub, kernel.Event) {
	return func(p *PubSub, e kernel.Event) {
		err := ErrShutdown
		if !p.over {
			err = f(p, e)
		}
		p.service.Report(e, err)
	}
}

// New creates the component, as a child of the active session, with an alias.
// If empty, it is DefaultAlias. The error is that of the alias.
func New(k *kernel.Kernel, alias string) (*PubSub, error) {
	if alias == "" {
		alias = DefaultAlias
	}
	p := &PubSub{k: k, service: service.New(k, "pubsub", alias), events: map[string]*publication{}}
	if err := service.Create(k, p, states); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *PubSub) event(name string) *publication {
	if p.events[name] == nil {
		p.events[name] = &publication{}
	}
	return p.events[name]
}

func (p *PubSub) publish(e kernel.Event) error {
	name, ok := kernel.ArgOK[string](e, 0)
	kind, input := Output, ""
	if len(e.Args) > 1 {
		kind, _ = kernel.ArgOK[Type](e, 1)
		input, _ = kernel.ArgOK[string](e, 2)
	}
	p.prune(name)
	switch {
	case !ok || name == "" || reserved(name), kind != Output && kind != Input, (kind == Input) != (input != ""):
		return ErrArguments
	case p.events[name] != nil && p.events[name].published:
		return fmt.Errorf("%w: %s", ErrPublished, name)
	}
	if err := p.service.Keep(e.Sender); err != nil {
		return err
	}
	pub := p.event(name)
	pub.published, pub.kind, pub.publisher, pub.input = true, kind, e.Sender, input
	return nil
}

// reserved reports whether a name is an event of the component's own.
func reserved(name string) bool {
	switch name {
	case "publish", "rescind", "subscribe", "cancel", "listing", "destroy", "shutdown":
		return true
	}
	return strings.HasPrefix(name, "_")
}

// published finds an event that a session has published.
func (p *PubSub) published(name string, by kernel.ID) (*publication, error) {
	pub := p.events[name]
	switch {
	case pub == nil || !pub.published:
		return nil, fmt.Errorf("%w: %s", ErrNotPublished, name)
	case pub.publisher != by:
		return nil, fmt.Errorf("%w: %s", ErrNotYours, name)
	}
	return pub, nil
}

func (p *PubSub) rescind(e kernel.Event) error {
	name, _ := kernel.ArgOK[string](e, 0)
	pub, err := p.published(name, e.Sender)
	if err != nil {
		return err
	}
	if len(pub.subscribers) > 0 {
		p.k.Host().Logger().Warn("pubsub: the event still has subscribers", "event", name, "subscribers", len(pub.subscribers))
	}
	p.unpublish(name, pub)
	return nil
}

func (p *PubSub) unpublish(name string, pub *publication) {
	p.service.Release(pub.publisher)
	pub.published, pub.publisher = false, kernel.ID{}
	p.tidy(name, pub)
}

// prune forgets those who have been stopped by force.
func (p *PubSub) prune(name string) {
	pub := p.events[name]
	if pub == nil {
		return
	}
	pub.subscribers = slices.DeleteFunc(slices.Clone(pub.subscribers), func(s subscription) bool { return !s.id.Alive() })
	if pub.published && !pub.publisher.Alive() {
		pub.published, pub.publisher = false, kernel.ID{}
	}
	p.tidy(name, pub)
}

// tidy forgets an event that no session publishes or has subscribed to.
func (p *PubSub) tidy(name string, pub *publication) {
	if !pub.published && len(pub.subscribers) == 0 {
		delete(p.events, name)
	}
}

func (p *PubSub) subscribe(e kernel.Event) error {
	name, ok := kernel.ArgOK[string](e, 0)
	event, hasEvent := kernel.ArgOK[string](e, 1)
	p.prune(name)
	switch {
	case !ok || name == "" || !hasEvent || event == "":
		return ErrArguments
	case p.events[name] != nil && p.events[name].published && p.events[name].kind == Input:
		return fmt.Errorf("%w: %s is an input", ErrNotPublished, name)
	}
	pub := p.event(name)
	if i := pub.find(e.Sender); i >= 0 {
		pub.subscribers[i].event = event
		return nil
	}
	if err := p.service.Keep(e.Sender); err != nil {
		p.tidy(name, pub)
		return err
	}
	pub.subscribers = append(pub.subscribers, subscription{e.Sender, event})
	return nil
}

func (pub *publication) find(id kernel.ID) int {
	return slices.IndexFunc(pub.subscribers, func(s subscription) bool { return s.id == id })
}

func (p *PubSub) cancel(e kernel.Event) error {
	name, _ := kernel.ArgOK[string](e, 0)
	pub := p.events[name]
	if pub == nil || pub.find(e.Sender) < 0 {
		return fmt.Errorf("%w: %s", ErrNotSubscribed, name)
	}
	p.service.Release(e.Sender)
	i := pub.find(e.Sender)
	pub.subscribers = slices.Delete(slices.Clone(pub.subscribers), i, i+1)
	p.tidy(name, pub)
	return nil
}

func (p *PubSub) listing(e kernel.Event) error {
	list := p.Listing()
	if event, ok := kernel.ArgOK[string](e, 0); ok && event != "" {
		_ = e.Post(e.Sender, event, list)
	}
	e.Return(list)
	return nil
}

// Listing returns the published events, sorted by name.
func (p *PubSub) Listing() []Publication {
	list := []Publication{}
	for name, pub := range p.events {
		if pub.published && pub.publisher.Alive() {
			list = append(list, Publication{name, pub.kind})
		}
	}
	slices.SortFunc(list, func(a, b Publication) int { return strings.Compare(a.Event, b.Event) })
	return list
}

// fire passes a published event on.
func (p *PubSub) fire(e kernel.Event) error {
	name, args := kernel.Arg[string](e, 0), kernel.Arg[[]any](e, 1)
	p.prune(name)
	pub := p.events[name]
	switch {
	case pub == nil || !pub.published:
		return fmt.Errorf("%w: %s", ErrNotPublished, name)
	case pub.kind == Input:
		return e.Post(pub.publisher, pub.input, args...)
	case pub.publisher != e.Sender:
		return fmt.Errorf("%w: %s", ErrNotYours, name)
	}
	for _, s := range pub.subscribers {
		_ = e.Post(s.id, s.event, args...)
	}
	return nil
}

// Shutdown removes all publications, subscriptions and the alias, which ends
// the component. POE: the event "destroy".
func (p *PubSub) Shutdown() {
	if p.over {
		return
	}
	p.forget()
	p.service.RemoveAlias()
}

func (p *PubSub) forget() {
	p.over = true
	for name, pub := range p.events {
		for _, s := range pub.subscribers {
			p.service.Release(s.id)
		}
		if pub.published {
			p.service.Release(pub.publisher)
		}
		delete(p.events, name)
	}
}
