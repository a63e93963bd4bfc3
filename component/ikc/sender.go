package ikc

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// proxy is a session that stands for one on another kernel: what is posted to
// it goes there. It is the sender of that one's events, or made by a
// subscription and then has an alias.
// POE::Component::IKC::Proxy, and the Responder's thunks.
type proxy struct {
	r       *Responder
	ch      *channel // nil for this kernel itself
	to      Specifier
	id      kernel.ID
	aliases []string // of a subscription
	held    bool     // a reference keeps it alive
}

// heldTag is the tag of that reference.
const heldTag = "ikc sender"

// newProxy starts one, as a child of the Responder's session.
func (r *Responder) newProxy(p *proxy) (*proxy, error) {
	p.r = r
	var err error
	r.inside(func() { _, err = r.k.Host().Start(p) })
	return p, err
}

// Attach is called by the kernel.
func (p *proxy) Attach(id kernel.ID) { p.id = id }

// SetHandler is called by the kernel; a proxy has no handlers of its own.
func (p *proxy) SetHandler(string, kernel.Handler) {}

// Handlers is called by the kernel.
func (p *proxy) Handlers() []string { return nil }

// Dispatch is called by the kernel. What is not POE's own goes to the other
// kernel.
func (p *proxy) Dispatch(e kernel.Event) bool {
	switch {
	case e.Name == "_start" && p.aliases == nil:
		if _, err := p.r.k.RefcountIncrement(p.id, heldTag); err != nil {
			p.r.k.Host().Logger().Warn("ikc: a sender", "error", err)
		}
		p.held = true
	case e.Name == "_start":
		p.setAliases()
	case strings.HasPrefix(e.Name, "_"):
	default:
		if err := p.forward(e); err != nil {
			p.r.problem(ErrorLocal, p.ch.subjectOrLocal(p.r), callError("Post", p.to, err))
		}
	}
	return true
}

// setAliases takes the aliases that are free.
func (p *proxy) setAliases() {
	p.aliases = slices.DeleteFunc(p.aliases, func(alias string) bool {
		_, taken := p.r.k.AliasResolve(alias)
		return taken || p.r.k.AliasSet(alias) != nil
	})
}

func (p *proxy) forward(e kernel.Event) error {
	from := p.r.from(e.Sender)
	switch p.to.State {
	case proxyState:
		to := p.to
		to.State = e.Name
		return p.r.transmit(p.ch, withArgs(to, e.Args, from))
	case "":
		if p.to.Session == "" {
			return ErrAnonymous
		}
		// A light client: it takes the list of the arguments.
		args := e.Args
		if args == nil {
			args = []any{}
		}
		to := p.to
		to.State = e.Name
		return p.r.transmit(p.ch, &message{to: to, params: args, from: from})
	}
	args := e.Args
	if args == nil {
		args = []any{}
	}
	return p.r.transmit(p.ch, &message{to: p.to, params: []any{e.Name, args}, from: from})
}

// drop lets the session stop.
func (p *proxy) drop() {
	if !p.id.Alive() {
		return
	}
	_ = p.r.k.Host().CallFunc(p.id, "ikc", func(kernel.Event) { // it is alive
		for _, alias := range p.aliases {
			// It may have been taken away.
			_ = p.r.k.AliasRemove(alias)
		}
		if p.held {
			p.held = false
			if _, err := p.r.k.RefcountDecrement(p.id, heldTag); err != nil {
				p.r.k.Host().Logger().Warn("ikc: a sender", "error", err)
			}
		}
	})
}

// senders are the sessions of another kernel that have sent something.
type senders struct {
	known map[Specifier]*proxy
	queue []*proxy // oldest first
}

// sender finds or makes the proxy of a sender; the zero specifier is that of
// all who have published nothing.
func (ch *channel) sender(from Specifier) (kernel.ID, error) {
	s := &ch.senders
	if p := s.known[from]; p != nil && p.id.Alive() {
		return p.id, nil
	}
	if len(s.queue) >= ch.r.config.MaxSenders {
		oldest := s.queue[0]
		s.queue = s.queue[1:]
		delete(s.known, oldest.to)
		oldest.drop()
	}
	p, err := ch.r.newProxy(&proxy{ch: ch, to: from})
	if err != nil {
		return kernel.ID{}, err
	}
	s.known[from] = p
	s.queue = append(s.queue, p)
	return p.id, nil
}

func (s *senders) drop() {
	for _, p := range s.queue {
		p.drop()
	}
	s.known, s.queue = nil, nil
}

// as runs f in the session that stands for the sender of a message.
func (r *Responder) as(ch *channel, from *Specifier, f func() error) (err error) {
	var id kernel.ID
	switch {
	case ch != nil && from != nil && from.Session != "":
		id, err = ch.sender(*from)
	case ch != nil:
		id, err = ch.sender(Specifier{})
	case from != nil:
		if id, err = r.k.Host().Resolve(kernel.Alias(from.Session)); err != nil {
			id, err = r.id, nil
		}
	default:
		id = r.id
	}
	if err != nil {
		return err
	}
	if failed := r.k.Host().CallFunc(id, "ikc", func(kernel.Event) { err = f() }); failed != nil {
		return failed
	}
	return err
}

// SenderOf returns the specifier of the session on another kernel which an
// event's Sender represents, and reports whether it represents one that can be
// answered.
func SenderOf(id kernel.ID) (Specifier, bool) {
	p, ok := id.Session().(*proxy)
	if !ok || p.to.Session == "" {
		return Specifier{}, false
	}
	s := Specifier{Kernel: p.to.Kernel, Session: p.to.Session}
	if p.ch != nil {
		s.Kernel = p.ch.id
	}
	return s, true
}
