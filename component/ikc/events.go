package ikc

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// states are what programs may post to the session IKC, as in Perl: each is
// the method of the same name, for the sender. Other kernels cannot reach them.
var states = session.States[Responder]{
	"_start":         (*Responder).start,
	"_stop":          func(r *Responder, _ kernel.Event) { r.Shutdown() },
	"_child":         func(*Responder, kernel.Event) {},
	"post":           (*Responder).gotPost,
	"call":           (*Responder).gotCall,
	"publish":        (*Responder).gotPublish,
	"retract":        (*Responder).gotRetract,
	"published":      func(r *Responder, e kernel.Event) { e.Return(r.Published()) },
	"subscribe":      (*Responder).gotSubscribe,
	"unsubscribe":    (*Responder).gotUnsubscribe,
	"monitor":        (*Responder).gotMonitor,
	"register_local": (*Responder).gotRegisterLocal,
	"unregister":     func(r *Responder, e kernel.Event) { r.report(r.Unregister(textArg(e, 0))) },
	"default":        func(r *Responder, e kernel.Event) { r.report(r.Default(textArg(e, 0))) },
	"ping":           func(_ *Responder, e kernel.Event) { e.Return("PONG") },
	"shutdown":       func(r *Responder, _ kernel.Event) { r.Shutdown() },
}

// report reports an error of a method whose caller does not get it.
func (r *Responder) report(err error) {
	if err != nil {
		r.problem(ErrorLocal, "*", err)
	}
}

func textArg(e kernel.Event, i int) string {
	text, _ := kernel.ArgOK[string](e, i)
	return text
}

// listArg is an argument that is a text or a list of them.
func listArg(e kernel.Event, i int) []string {
	switch v := e.Arg(i).(type) {
	case string:
		return []string{v}
	case []string:
		return v
	}
	return nil
}

// gotPost takes a specifier and the event's argument, and returns to how many
// kernels it was sent.
func (r *Responder) gotPost(e kernel.Event) {
	sent, err := r.post(e.Sender, textArg(e, 0), e.Arg(1))
	r.report(err)
	e.Return(sent)
}

// gotCall takes a specifier, the event's argument, and the specifier of the
// event here that gets the answer and an error, "poe:event" or
// "poe:/session/event".
func (r *Responder) gotCall(e kernel.Event) {
	who := e.Sender
	rsvp, err := ParseSpecifier(textArg(e, 2))
	if err == nil && rsvp.Session != "" {
		who, err = r.k.Host().Resolve(kernel.Alias(rsvp.Session))
	}
	sent := 0
	if err == nil {
		sent, err = r.call(who, r.config.CallTimeout, textArg(e, 0), e.Arg(1), rsvp.State, nil)
	}
	r.report(err)
	e.Return(sent)
}

// gotPublish takes an alias and a list of events.
func (r *Responder) gotPublish(e kernel.Event) {
	r.report(r.Publish(textArg(e, 0), listArg(e, 1)...))
}

// gotRetract takes an alias, and a list of events if those are not all.
func (r *Responder) gotRetract(e kernel.Event) { r.Retract(textArg(e, 0), listArg(e, 1)...) }

// gotSubscribe takes a list of specifiers and the event that reports the end.
func (r *Responder) gotSubscribe(e kernel.Event) {
	r.report(r.subscribeFor(e.Sender, listArg(e, 0), textArg(e, 1), nil))
}

func (r *Responder) gotUnsubscribe(e kernel.Event) { r.Unsubscribe(listArg(e, 0)...) }

// gotMonitor takes the name of a kernel and a Watch, or none to end it.
func (r *Responder) gotMonitor(e kernel.Event) {
	w, _ := kernel.ArgOK[Watch](e, 1)
	r.report(r.monitor(e.Sender, textArg(e, 0), w))
}

func (r *Responder) gotRegisterLocal(e kernel.Event) { r.report(r.RegisterLocal(listArg(e, 0)...)) }
