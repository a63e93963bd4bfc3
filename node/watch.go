package node

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// subscriber is a session that wants to be notified, by an event of its own.
type subscriber struct {
	id    kernel.ID
	event string
	extra []any
}

// subscriber makes one of the active session.
func (a *agent) subscriber(event string, extra []any) (*subscriber, error) {
	id := a.k.ActiveSession()
	switch {
	case event == "":
		return nil, kernel.ErrInvalid
	case id == a.k.ID():
		return nil, kernel.ErrNoActiveSession
	}
	return &subscriber{id, event, extra}, nil
}

// notify queues the event, from the node's session.
func (s *subscriber) notify(a *agent, args ...any) {
	if !s.id.Alive() {
		return
	}
	post := func() {
		if err := a.k.Post(s.id, s.event, append(args, s.extra...)...); err != nil {
			a.k.Host().Logger().Warn("node: telling", "session", s.id, "error", err)
		}
	}
	if a.id.Alive() {
		a.inside(post)
		return
	}
	post()
}

// watch is the wish of a session here to learn of one on another node.
type watch struct {
	address    Address
	link       *link
	generation uint64
	who        *subscriber
}

// Watch notifies the active session when a session on another node has stopped.
// The event comes once, with the Address, an error and extra as its arguments.
// The error is nil if the session has stopped, ErrNoSession if there was none,
// ErrNotExposed if nothing of it is exposed, ErrUnreachable if its node went
// down, ErrClosed if this one did. It watches the session that has the alias
// now, not the alias. A watch keeps no session alive. Watch's own error is
// known at once, as Call's is; then no event comes.
func (n *Node) Watch(to Address, event string, extra ...any) (WatchID, error) {
	a := n.agent
	who, err := a.subscriber(event, extra)
	if err != nil {
		return 0, callError("Watch", to, err)
	}
	f := &frame{verb: verbWatch, id: a.nextID(), to: to.Alias}
	l, generation, err := n.send(to, f, nil)
	if err != nil {
		return 0, callError("Watch", to, err)
	}
	a.watches[f.id] = &watch{address: to, link: l, generation: generation, who: who}
	if l == nil {
		n.handLocal(f)
	}
	return WatchID(f.id), nil
}

// WatchID identifies a watch of one node, for Unwatch.
type WatchID uint64

// Unwatch ends a watch; its event will not come. It does nothing if the watch is over.
func (n *Node) Unwatch(id WatchID) {
	w := n.agent.watches[uint64(id)]
	if w == nil {
		return
	}
	delete(n.agent.watches, uint64(id))
	f := &frame{verb: verbUnwatch, id: uint64(id)}
	if w.link == nil {
		n.handLocal(f)
		return
	}
	if _, err := n.sendOn(w.link, f, unbounded); err != nil {
		n.log.Debug("a watch ended with its node", "error", err)
	}
}

func (a *agent) handleGone(in *incoming) {
	w := a.watches[in.frame.id]
	if w == nil || w.link != in.link {
		return
	}
	delete(a.watches, in.frame.id)
	w.who.notify(a, w.address, in.err)
}

// served names a watch by another node.
type served struct {
	link *link
	id   uint64
}

// watched is such a watch: something that its session owns, so that it is
// closed when the session has stopped.
type watched struct {
	a     *agent
	key   served
	owned kernel.Owned
}

// maxServed is how many watches by others a node has at most.
const maxServed = 1 << 16

// handleWatch ties a watch to the session that has the alias.
func (a *agent) handleWatch(in *incoming) {
	key, err := served{in.link, in.frame.id}, in.err
	if err == nil && (a.serving[key] != nil || len(a.serving) >= maxServed) {
		err = ErrBusy
	}
	if err == nil {
		err = a.serve(key, in.frame.to)
	}
	if err != nil {
		a.gone(key, err)
	}
}

func (a *agent) serve(key served, alias string) error {
	id, err := a.session(alias)
	if err != nil {
		return err
	}
	w := &watched{a: a, key: key}
	var ownErr error
	if err := a.k.Host().CallFunc(id, "node watch", func(e kernel.Event) { w.owned, ownErr = a.k.Host().Own(w, "node watch") }); err != nil {
		return err
	}
	if ownErr != nil {
		return ownErr
	}
	a.serving[key] = w
	return nil
}

// Close is called by the kernel when the session has stopped.
func (w *watched) Close() error {
	delete(w.a.serving, w.key)
	w.a.gone(w.key, nil)
	return nil
}

func (a *agent) unserve(key served) {
	if w := a.serving[key]; w != nil {
		delete(a.serving, key)
		w.owned.Release()
	}
}

// gone notifies the other node that a watch is over.
func (a *agent) gone(key served, err error) {
	f := &frame{verb: verbGone, id: key.id}
	if err != nil {
		f.code, f.text = codeOf(err), cut(err.Error())
	}
	if key.link == nil {
		a.n.handLocal(f)
		return
	}
	if _, err := a.n.sendOn(key.link, f, unbounded); err != nil {
		a.n.log.Debug("a watch ended with its node", "error", err)
	}
}

// NodeState is the state of another node: up, or why it is down.
type NodeState struct {
	Node string
	Up   bool
	Err  error // ErrUnreachable, with the reason, when it is down
}

// WatchNode notifies the active session each time another node comes up or goes
// down, and of its present state if that is known. The event's arguments are a
// NodeState and extra. A watched node is asked for signs of life even while it
// is not in use. The error is ErrNoNode, ErrClosed, kernel.ErrNoActiveSession
// or kernel.ErrInvalid. A watch keeps no session alive; it ends with its
// session.
func (n *Node) WatchNode(node string, event string, extra ...any) error {
	a := n.agent
	who, err := a.subscriber(event, extra)
	if err == nil && n.isClosing() {
		err = ErrClosed
	}
	if err != nil {
		return callError("WatchNode", node, err)
	}
	var l *link
	_, err = recorded(n, "node: link", func() (_ bool, err error) {
		l, err = n.link(node)
		return err == nil, err
	})
	if err != nil {
		return callError("WatchNode", node, err)
	}
	w := &nodeWatch{a: a, node: node, who: who}
	if w.owned, err = a.k.Host().Own(w, "node watch "+node); err != nil {
		return callError("WatchNode", node, err)
	}
	a.nodes[node] = append(a.nodes[node], w)
	n.linksMu.Lock()
	n.watched[node]++
	n.linksMu.Unlock()
	state, _ := recorded(n, "node: state", func() (linkState, error) { return l.use(), nil })
	switch state {
	case linkUp:
		who.notify(a, NodeState{Node: node, Up: true})
	case linkDown:
		who.notify(a, NodeState{Node: node, Err: ErrUnreachable})
	}
	return nil
}

// UnwatchNode ends the active session's watches of a node; no more of their
// events will be posted. It does nothing if there is none.
func (n *Node) UnwatchNode(node string) {
	a := n.agent
	id := a.k.ActiveSession()
	for _, w := range a.nodes[node] {
		if w.who.id == id {
			w.owned.Release()
			w.end()
		}
	}
}

// nodeWatch ends with its session.
type nodeWatch struct {
	a     *agent
	node  string
	who   *subscriber
	owned kernel.Owned
}

// Close is called by the kernel.
func (w *nodeWatch) Close() error {
	w.end()
	return nil
}

// end forgets the watch. The list is copied: a caller may be iterating over it.
func (w *nodeWatch) end() {
	var rest []*nodeWatch
	for _, other := range w.a.nodes[w.node] {
		if other != w {
			rest = append(rest, other)
		}
	}
	w.a.nodes[w.node] = rest
	w.a.n.linksMu.Lock()
	defer w.a.n.linksMu.Unlock()
	if w.a.n.watched[w.node]--; w.a.n.watched[w.node] <= 0 {
		delete(w.a.n.watched, w.node)
		delete(w.a.nodes, w.node)
	}
}

// fallen is a node that went down.
type fallen struct {
	From       linkRef
	Generation uint64 // the one that ended
	Lost       int
	WasUp      bool // it had answered
	Removed    bool // this side has ended it
	Err        error
}

// unexpected reports whether the node was up, and neither side wanted it to end.
func (f *fallen) unexpected() bool {
	return f.WasUp && !f.Removed && !errors.Is(f.Err, errShutDown)
}

func (a *agent) nodeUp(name string) {
	for _, w := range a.nodes[name] {
		w.who.notify(a, NodeState{Node: name, Up: true})
	}
}

// nodeDown ends everything that waits for a node.
func (a *agent) nodeDown(f *fallen) {
	l, name := a.resolve(f.From), f.From.name
	for _, id := range slices.Sorted(maps.Keys(a.calls)) {
		if c := a.calls[id]; c != nil && c.link == l && c.generation <= f.Generation {
			a.answer(id, nil, f.Err)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(a.watches)) {
		if w := a.watches[id]; w != nil && w.link == l && w.generation <= f.Generation {
			delete(a.watches, id)
			w.who.notify(a, w.address, f.Err)
		}
	}
	for _, key := range a.served() {
		if key.link == l {
			a.unserve(key)
		}
	}
	a.dropProxies(func(at Address) bool { return at.Node == name })
	if f.unexpected() && len(a.nodes[name]) == 0 {
		a.n.warn("node: a node is down", "node", name, "error", f.Err)
	}
	if f.Lost > 0 {
		a.lost(Loss{To: Address{Node: name}, Count: f.Lost, Err: f.Err})
	}
	for _, w := range a.nodes[name] {
		w.who.notify(a, NodeState{Node: name, Err: f.Err})
	}
	a.nodeWritable(name)
}

// served lists the watches by others, in a fixed order.
func (a *agent) served() []served {
	return slices.SortedFunc(maps.Keys(a.serving), func(x, y served) int {
		return cmp.Or(cmp.Compare(x.number(), y.number()), cmp.Compare(x.id, y.id))
	})
}

func (s served) number() uint64 {
	if s.link == nil {
		return 0
	}
	return s.link.num
}

// NotifyWritable sends the active session one event when a node's window has
// space again: at once if it has, else when half of it is free or the node has
// gone down. It is for use after a post returned ErrBusy. The event's arguments
// are the node's name and extra. It keeps the session alive until then. The
// error is ErrNoNode, ErrClosed, kernel.ErrNoActiveSession or
// kernel.ErrInvalid.
func (n *Node) NotifyWritable(node string, event string, extra ...any) error {
	a := n.agent
	who, err := a.subscriber(event, extra)
	if err == nil && n.isClosing() {
		err = ErrClosed
	}
	if err != nil {
		return callError("NotifyWritable", node, err)
	}
	var l *link
	now, err := recorded(n, "node: writable", func() (now bool, err error) {
		if l, err = n.link(node); err == nil {
			now = l.wantWritable()
		}
		return now, err
	})
	if err != nil {
		return callError("NotifyWritable", node, err)
	}
	if _, err := a.k.RefcountIncrement(who.id, writableTag); err != nil {
		return callError("NotifyWritable", node, fmt.Errorf("%w", err))
	}
	a.writers[node] = append(a.writers[node], who)
	if now && l != nil {
		n.notify(eventWritable, l.ref())
	}
	return nil
}

// writableTag is the tag under which those who wait for space stay alive.
const writableTag = "node writable"

// nodeWritable notifies the sessions which wait that there is space.
func (a *agent) nodeWritable(node string) {
	waiting := a.writers[node]
	delete(a.writers, node)
	for _, who := range waiting {
		who.notify(a, node)
		if !who.id.Alive() {
			continue
		}
		if _, err := a.k.RefcountDecrement(who.id, writableTag); err != nil {
			a.k.Host().Logger().Warn("node: notifying that a node is writable", "error", err)
		}
	}
}
