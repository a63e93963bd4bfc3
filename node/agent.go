package node

import (
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// The events of the node's own session.
const (
	eventFrame    = "frame"    // a frame has come
	eventUp       = "up"       // a node answers
	eventDown     = "down"     // a node does not, any more
	eventWritable = "writable" // half of a window is free
	eventShutdown = "shutdown" // POE's name for it
	eventTimeout  = "timeout"  // of a call
	eventCall     = "call"     // a call's turn has come
)

// agent is the node's own session: what comes from other nodes happens in it.
type agent struct {
	n    *Node
	k    *kernel.Kernel
	id   kernel.ID
	hold *kernel.Hold

	calls   map[uint64]*call
	lastID  uint64
	watches map[uint64]*watch        // of sessions on other nodes, by us
	serving map[served]*watched      // of sessions here, by others
	nodes   map[string][]*nodeWatch  // who is notified of nodes
	writers map[string][]*subscriber // by node: who waits for a free window
	proxies map[Address]*proxy
	queue   []*proxy // oldest first

	starters map[string]Starter // by prefix
	replayed map[uint64]*link   // by number, in a replay
	closing  map[int]func()     // of OnClosing
	lastHook int
}

func newAgent(n *Node, k *kernel.Kernel) *agent {
	return &agent{
		n: n, k: k, calls: map[uint64]*call{}, watches: map[uint64]*watch{}, serving: map[served]*watched{},
		nodes: map[string][]*nodeWatch{}, writers: map[string][]*subscriber{}, proxies: map[Address]*proxy{},
		starters: map[string]Starter{}, replayed: map[uint64]*link{}, closing: map[int]func(){},
	}
}

func (a *agent) start() error {
	_, err := a.k.Host().Start(a)
	return err
}

// Attach is called by the kernel.
func (a *agent) Attach(id kernel.ID) { a.id = id }

// SetHandler is called by the kernel; the session has no other handlers.
func (a *agent) SetHandler(string, kernel.Handler) {}

// Handlers is called by the kernel.
func (a *agent) Handlers() []string {
	return []string{eventFrame, eventUp, eventDown, eventWritable, eventShutdown, eventTimeout, eventCall}
}

// Dispatch is called by the kernel.
func (a *agent) Dispatch(e kernel.Event) bool {
	switch e.Name {
	case "_start":
		a.begin()
	case "_stop":
		a.close(false)
	case eventFrame:
		in := e.Arg(0).(*incoming)
		a.attach(in)
		a.handle(in)
	case eventUp:
		a.nodeUp(e.Arg(0).(linkRef).name)
	case eventDown:
		a.nodeDown(e.Arg(0).(*fallen))
	case eventWritable:
		a.nodeWritable(e.Arg(0).(linkRef).name)
	case eventShutdown:
		a.close(true)
	case eventCall:
		a.carryOut(e.Arg(0).(*incoming))
	case eventTimeout:
		a.timeout(e.Arg(0).(uint64))
	}
	return true
}

// begin makes the session live as long as the node does.
func (a *agent) begin() {
	if parent, err := a.k.Parent(a.id); err == nil && parent != a.k.ID() {
		if err := a.k.DetachMyself(); err != nil {
			a.k.Host().Logger().Warn("node: detaching", "error", err)
		}
	}
	if err := a.k.AliasSet("node " + a.n.config.Name); err != nil {
		a.k.Host().Logger().Warn("node: two nodes of one name in one kernel", "error", err)
	}
	a.hold = a.k.Hold("node " + a.n.config.Name)
}

// abandon takes begin back.
func (a *agent) abandon() {
	a.inside(func() { a.release() })
}

func (a *agent) release() {
	a.hold.Release()
	if err := a.k.AliasRemove("node " + a.n.config.Name); err != nil {
		a.k.Host().Logger().Warn("node: ending", "error", err)
	}
}

// inside runs f in the node's session.
func (a *agent) inside(f func()) {
	if err := a.k.Host().CallFunc(a.id, "node", func(kernel.Event) { f() }); err != nil {
		a.n.log.Warn("the node's session has stopped", "error", err)
	}
}

// close ends the kernel's side. The session stops when nothing keeps it.
func (a *agent) close(alive bool) {
	if a.n.isClosing() {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(a.calls)) {
		a.answer(id, nil, ErrClosed)
	}
	for _, id := range slices.Sorted(maps.Keys(a.watches)) {
		w := a.watches[id]
		delete(a.watches, id)
		w.who.notify(a, w.address, ErrClosed)
	}
	for _, key := range a.served() {
		a.unserve(key)
	}
	for _, id := range slices.Sorted(maps.Keys(a.closing)) {
		if f := a.closing[id]; f != nil {
			f()
		}
	}
	a.n.close(alive)
	if alive {
		a.dropProxies(func(Address) bool { return true })
		a.release()
		return
	}
	a.hold.Release()
}

// handle acts on a frame.
func (a *agent) handle(in *incoming) {
	f := in.frame
	if in.link != nil && !a.n.replaying() {
		defer in.link.taken(in)
	}
	switch f.verb {
	case verbPost:
		a.handlePost(in)
	case verbCall:
		a.k.Yield(eventCall, in) // behind what was posted before
	case verbReply:
		a.handleReply(in)
	case verbWatch:
		a.handleWatch(in)
	case verbUnwatch:
		a.unserve(served{in.link, f.id})
	case verbGone:
		a.handleGone(in)
	case verbRefused:
		a.lost(Loss{To: Address{in.linkName(a), f.to}, Event: f.event, Count: 1, Err: in.err})
	}
}

func (in *incoming) linkName(a *agent) string {
	if in.link == nil {
		return a.n.config.Name
	}
	return in.link.name
}

// handlePost delivers an event, with the proxy of its sender as the sender.
func (a *agent) handlePost(in *incoming) {
	f, err := in.frame, in.err
	if err == nil {
		_, err = a.session(f.to)
	}
	if err != nil {
		a.refuse(in, err)
		return
	}
	a.as(in, func() {
		if err := a.k.Post(kernel.Untrusted(kernel.Alias(f.to)), f.event, in.args...); err != nil {
			a.refuse(in, err)
		}
	})
}

// as runs f in the session that stands for the sender of a frame.
func (a *agent) as(in *incoming, f func()) {
	if in.frame.from == "" {
		f()
		return
	}
	id, err := a.proxy(Address{in.linkName(a), in.frame.from})
	if err == nil {
		err = a.k.Host().CallFunc(id, in.frame.event, func(kernel.Event) { f() })
	}
	if err != nil {
		a.n.log.Warn("no session for a sender", "error", err)
		f()
	}
}

// refuse reports to the sender of a post that it reaches no session.
func (a *agent) refuse(in *incoming, err error) {
	f := in.frame
	if in.link == nil {
		a.lost(Loss{To: Address{a.n.config.Name, f.to}, Event: f.event, Count: 1, Err: err})
		return
	}
	refused := &frame{verb: verbRefused, to: f.to, event: f.event, code: codeOf(err), text: cut(err.Error())}
	if _, err := a.n.sendOn(in.link, refused, bounded); err != nil {
		a.n.warn("node: cannot report a post that reaches no session", "node", in.link.name, "error", err)
	}
}

// lost reports events that did not arrive.
func (a *agent) lost(l Loss) {
	switch {
	case l.Count == 0:
	case a.n.config.Lost == nil:
		a.n.warn("node: events may be lost", "to", l.To, "event", l.Event, "count", l.Count, "error", l.Err)
	default:
		a.n.config.Lost(l)
	}
}
