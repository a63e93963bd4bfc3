package ikc

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Subscribe asks other kernels whether they have published sessions, or, if a
// specifier names an event, that event. Each session that was found is
// represented by a session of this kernel. Its alias is the specifier without
// the event, "poe://kernel/session", and also the alias of the other session if
// that is not in use. With the kernel "*" it represents the session of the
// first kernel to accept. When all have answered, or Config.CallTimeout has
// passed, the event done is posted to the active session, with a []string of
// the accepted specifiers and extra; if done is empty, no event is posted. POE:
// subscribe.
func (r *Responder) Subscribe(specifiers []string, done string, extra ...any) error {
	return r.subscribeFor(r.k.ActiveSession(), specifiers, done, extra)
}

func (r *Responder) subscribeFor(who kernel.ID, specifiers []string, done string, extra []any) error {
	for _, text := range specifiers {
		s, err := ParseSpecifier(text)
		if err == nil && (s.Session == "" || s.Kernel == "" || r.own[s.Kernel]) {
			err = fmt.Errorf("%w: it needs another kernel, and a session", ErrSpecifier)
		}
		if err != nil {
			return callError("Subscribe", text, err)
		}
	}
	if done == "" {
		r.subscribe(specifiers, func([]string) {})
		return nil
	}
	if _, err := r.k.RefcountIncrement(who, callTag); err != nil {
		return callError("Subscribe", specifiers, err)
	}
	r.subscribe(specifiers, func(accepted []string) {
		r.notify(who, done, append([]any{accepted}, extra...)...)
		if who.Alive() {
			// It was incremented above.
			_, _ = r.k.RefcountDecrement(who, callTag)
		}
	})
	return nil
}

// subscription is a request for several sessions that waits for receipts.
type subscription struct {
	r        *Responder
	waiting  int
	accepted []string
	done     func(accepted []string)
}

// subscribe asks for sessions; the specifiers are known to be good.
func (r *Responder) subscribe(specifiers []string, done func(accepted []string)) {
	s := &subscription{r: r, done: done, waiting: 1}
	for _, text := range specifiers {
		s.ask(text)
	}
	s.arrived()
}

// ask asks the kernels that a specifier stands for.
func (s *subscription) ask(text string) {
	spec, _ := ParseSpecifier(text)
	r := s.r
	question := &message{
		to:     Specifier{Kernel: spec.Kernel, Session: Alias, State: "do_you_have"},
		params: []any{spec.record(), r.self},
	}
	_, err := r.send(question, func(ch *channel, m *message) (func(), error) {
		s.waiting++
		event, err := r.expect(ch, m, r.config.CallTimeout, func(value any, err error) {
			s.receipt(ch, text, spec, value, err)
		})
		return func() { s.waiting--; r.forget(event) }, err
	})
	if err != nil {
		r.problem(ErrorLocal, "*", callError("Subscribe", text, err))
	}
}

// receipt is the answer of one kernel.
func (s *subscription) receipt(ch *channel, text string, spec Specifier, value any, err error) {
	defer s.arrived()
	if err == nil {
		if list, ok := value.([]any); !ok || len(list) == 0 {
			err = fmt.Errorf("%w: %s", ErrRefused, errorText([]any{value}))
		}
	}
	if err == nil {
		err = s.r.adopt(ch, spec)
	}
	if err != nil {
		s.r.problem(ErrorRemote, ch.subject(), callError("Subscribe", text, err))
		return
	}
	if !slices.Contains(s.accepted, text) {
		s.accepted = append(s.accepted, text)
	}
}

func (s *subscription) arrived() {
	if s.waiting--; s.waiting == 0 {
		s.done(s.accepted)
	}
}

// adopt makes the session that stands for one on another kernel.
func (r *Responder) adopt(ch *channel, spec Specifier) error {
	spec.State, spec.Arg = "", ""
	alias := spec.String()
	if p := r.proxies[alias]; p != nil && p.id.Alive() {
		return nil
	}
	if ch.ended {
		return ErrGone
	}
	spec.State = proxyState
	p, err := r.newProxy(&proxy{ch: ch, to: spec, aliases: []string{alias, spec.Session}})
	if err != nil {
		return err
	}
	r.proxies[alias] = p
	spec.State = ""
	r.inform(ch.id, Notice{Op: OpSubscribe, Real: true, Session: spec})
	return nil
}

// Unsubscribe ends subscriptions: the sessions that represent the others stop.
// Specifiers that are not subscribed to are ignored. POE: unsubscribe.
func (r *Responder) Unsubscribe(specifiers ...string) {
	for _, text := range specifiers {
		if spec, err := ParseSpecifier(text); err == nil {
			spec.State, spec.Arg = "", ""
			r.dropSubscription(spec.String())
		}
	}
}

func (r *Responder) dropSubscription(alias string) {
	p := r.proxies[alias]
	if p == nil {
		return
	}
	delete(r.proxies, alias)
	p.drop()
	r.inform(p.ch.id, Notice{Op: OpUnsubscribe, Real: true, Session: Specifier{Kernel: p.to.Kernel, Session: p.to.Session}})
}

// dropSubscriptions ends those of a connection.
func (r *Responder) dropSubscriptions(ch *channel) {
	for _, alias := range slices.Sorted(maps.Keys(r.proxies)) {
		if r.proxies[alias].ch == ch {
			r.dropSubscription(alias)
		}
	}
}

// haveWe answers the question of another kernel that wants to subscribe.
func (r *Responder) haveWe(ch *channel, m *message, args []any) error {
	question, ok := any(nil), false
	if len(args) > 0 {
		question = args[0]
		if list, isList := question.([]any); isList && len(list) > 0 {
			question = list[0]
		}
		ok = true
	}
	spec, err := specifierOf(question)
	if !ok || err != nil || spec.Session == "" {
		return fmt.Errorf("%w: do_you_have: %w", ErrMessage, ErrSpecifier)
	}
	events := r.published[spec.Session]
	if events == nil || spec.State != "" && !events[spec.State] {
		return r.answer(ch, m, "", "Refused subscription "+cut(spec.String()))
	}
	if spec.Kernel == "" {
		spec.Kernel = r.self
	}
	return r.answer(ch, m, "", []any{spec.record(), r.self})
}
