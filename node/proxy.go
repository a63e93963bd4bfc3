package node

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
)

// maxProxies is how many senders on other nodes are remembered. When there are
// more, the oldest is forgotten.
const maxProxies = 4096

// proxy is a session that stands for one on another node: it is the sender of
// that one's events, and what is posted to it goes there. So a handler answers
// Event.Sender without knowing where that is. Its alias is the address. It
// lives until its node is down.
type proxy struct {
	a       *agent
	address Address
	id      kernel.ID
}

// proxy finds or makes the session that stands for an address.
func (a *agent) proxy(address Address) (kernel.ID, error) {
	if p := a.proxies[address]; p != nil && p.id.Alive() {
		return p.id, nil
	}
	if len(a.queue) >= maxProxies {
		a.dropProxy(a.queue[0])
	}
	p := &proxy{a: a, address: address}
	var err error
	a.inside(func() { _, err = a.k.Host().Start(p) })
	if err != nil {
		return kernel.ID{}, err
	}
	a.proxies[address] = p
	a.queue = append(a.queue, p)
	return p.id, nil
}

func (a *agent) dropProxy(p *proxy) {
	delete(a.proxies, p.address)
	a.queue = slices.DeleteFunc(a.queue, func(q *proxy) bool { return p == q })
	if !p.id.Alive() {
		return
	}
	_ = a.k.Host().CallFunc(p.id, "node", func(kernel.Event) { // it is alive
		if err := a.k.AliasRemove(p.address.String()); err != nil {
			a.k.Host().Logger().Warn("node: a proxy", "error", err)
		}
	})
}

func (a *agent) dropProxies(which func(Address) bool) {
	for _, p := range slices.Clone(a.queue) {
		if which(p.address) {
			a.dropProxy(p)
		}
	}
}

// Attach is called by the kernel.
func (p *proxy) Attach(id kernel.ID) { p.id = id }

// SetHandler is called by the kernel; a proxy has no handlers of its own.
func (p *proxy) SetHandler(string, kernel.Handler) {}

// Handlers is called by the kernel.
func (p *proxy) Handlers() []string { return nil }

// Dispatch is called by the kernel. What is not POE's own goes to the other
// node.
func (p *proxy) Dispatch(e kernel.Event) bool {
	switch {
	case e.Name == "_start":
		if err := p.a.k.AliasSet(p.address.String()); err != nil {
			p.a.k.Host().Logger().Warn("node: a proxy", "error", err)
		}
	case strings.HasPrefix(e.Name, "_"):
	default:
		if err := p.a.n.post(p.address, e.Sender, e.Name, e.Args); err != nil {
			p.a.lost(Loss{To: p.address, Event: e.Name, Count: 1, Err: err})
		}
	}
	return true
}

// SenderOf returns the address of the session on another node that an event's
// Sender represents, and reports whether it represents one. A sender without an
// exposed alias has no address: the event's Sender is then the node's own
// session.
func SenderOf(id kernel.ID) (Address, bool) {
	if p, ok := id.Session().(*proxy); ok {
		return p.address, true
	}
	return Address{}, false
}
