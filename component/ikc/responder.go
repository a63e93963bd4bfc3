package ikc

import (
	"fmt"
	"maps"
	"slices"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/component/servertcp"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Alias is the name of the Responder's session, in every kernel.
const Alias = "IKC"

// Responder is IKC in one kernel: it is the heap of a session with the alias
// "IKC". Its methods act on behalf of the active session, to which answers are
// posted. They must be called on the kernel's goroutine. POE:
// POE::Component::IKC::Responder.
type Responder struct {
	k      *kernel.Kernel
	id     kernel.ID
	config Config
	self   string          // this kernel's ID among kernels
	own    map[string]bool // its names, the ID included

	published map[string]map[string]bool // session, then event

	channels map[*channel]struct{} // all connections
	opened   uint64                // how many there have been
	kernels  map[string]*channel   // ready ones by ID
	names    map[string]*channel   // and by their other names
	fallback *channel              // the default kernel

	calls    map[string]*call // by the event that answers
	lastCall uint64
	monitors []*monitor
	proxies  map[string]*proxy // of subscriptions, by alias

	listeners []*servertcp.Listener
	clients   []*clienttcp.Client
	closed    bool
}

// Start starts IKC in a kernel. Without connections it does not keep the kernel
// running. An invalid configuration, or a second Responder in a kernel, is a
// *kernel.ConfigError. POE: spawn.
func Start(k *kernel.Kernel, c Config) (*Responder, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if _, taken := k.AliasResolve(Alias); taken {
		return nil, configError("Name", fmt.Errorf("the kernel has a session %s already", Alias))
	}
	r := &Responder{
		k: k, config: c, self: c.Name + "-" + randomText(k), own: map[string]bool{},
		published: map[string]map[string]bool{}, channels: map[*channel]struct{}{},
		kernels: map[string]*channel{}, names: map[string]*channel{},
		calls: map[string]*call{}, proxies: map[string]*proxy{},
	}
	for _, name := range append([]string{r.self, c.Name}, c.Aliases...) {
		r.own[name] = true
	}
	s, err := session.Create(k, r, states)
	if err != nil {
		return nil, err
	}
	r.id = s.ID()
	return r, nil
}

// of finds the Responder of a kernel.
func of(k *kernel.Kernel) (*Responder, error) {
	if k != nil {
		if id, ok := k.AliasResolve(Alias); ok {
			if s, ok := id.Session().(*session.Session); ok {
				if r, ok := s.Heap().(*Responder); ok {
					return r, nil
				}
			}
		}
	}
	return nil, ErrNotStarted
}

// ID returns this kernel's unique name among kernels. POE: $kernel->ID.
func (r *Responder) ID() string { return r.self }

// inside runs f in the Responder's session.
func (r *Responder) inside(f func()) {
	if err := r.k.Host().CallFunc(r.id, "ikc", func(kernel.Event) { f() }); err != nil {
		r.k.Host().Logger().Warn("ikc: the session has stopped", "error", err)
	}
}

func (r *Responder) start(e kernel.Event) {
	r.id = e.Session
	if err := e.Kernel.AliasSet(Alias); err != nil {
		e.Kernel.Host().Logger().Warn("ikc: the alias is taken", "error", err)
	}
	if parent, err := e.Kernel.Parent(e.Session); err == nil && parent != e.Kernel.ID() {
		if err := e.Kernel.DetachMyself(); err != nil {
			e.Kernel.Host().Logger().Warn("ikc: detaching", "error", err)
		}
	}
}

// Shutdown ends IKC in this kernel: it accepts and makes no more connections,
// closes the open ones when their pending output is written, answers calls with
// ErrShutdown, notifies the monitors and ends the subscriptions. Further calls
// do nothing. POE: shutdown.
func (r *Responder) Shutdown() {
	if r.closed {
		return
	}
	r.closed = true
	r.inform("*", Notice{Op: OpShutdown})
	for _, l := range r.listeners {
		// One that has stopped needs no shutdown.
		_ = r.k.Post(l.ID(), "shutdown")
	}
	for _, c := range r.clients {
		if ch, ok := c.Heap.(*channel); !ok || ch.ended { // a second shutdown would drop what waits
			c.Shutdown()
		}
	}
	for _, ch := range inOrder(r.channels) {
		ch.end()
		ch.over(ErrShutdown)
	}
	r.failCalls(func(*call) bool { return true }, ErrShutdown)
	for _, alias := range slices.Sorted(maps.Keys(r.proxies)) {
		r.proxies[alias].drop()
	}
	r.inside(func() {
		// It may be gone with everything else.
		_ = r.k.AliasRemove(Alias)
	})
}
