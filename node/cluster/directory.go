package cluster

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Owner is the node on which an alias is. Epochs that a node sees of an alias never
// go back. While nodes do not see each other their epochs may differ; when they do
// again, the owner's becomes higher than any that one of them has seen of an owner
// before, and is then the same for all.
type Owner struct {
	Alias string
	Node  string // empty if there is no owner
	Epoch uint64 // how many times it has been claimed, as far as is known
}

// claim is one node's wish to own an alias.
type claim struct {
	node  string
	epoch uint64 // one more than that of the claim before which was known
	since int64  // nanoseconds of the claiming node's clock
}

// beats is the rule for two claims: the one that knew of the other wins; of two
// that knew nothing of each other, the older; at the same moment, the lower
// name. All nodes decide alike.
func (a claim) beats(b claim) bool {
	switch {
	case a.epoch != b.epoch:
		return a.epoch > b.epoch
	case a.since != b.since:
		return a.since < b.since
	}
	return a.node < b.node
}

// name is what is known of an alias.
type name struct {
	claims   []claim // one for each node, mostly one in all
	owner    claim   // the best; no node if there is none
	dest     kernel.Dest
	epoch    uint64 // the highest that has been seen
	watchers []*nameWatch
}

// maxIdle is how many names are remembered that have no owner and no watcher. Their
// epochs let a later owner win over one that comes back.
const maxIdle = 1 << 16

func (c *Cluster) name(alias string) *name {
	n := c.names[alias]
	if n == nil {
		n = &name{}
		c.names[alias] = n
	}
	return n
}

// tidy notes that a name may be idle now, and forgets those that are when there
// are too many.
func (c *Cluster) tidy(n *name) {
	if len(n.claims)+len(n.watchers) > 0 {
		return
	}
	if c.idle++; c.idle <= maxIdle {
		return
	}
	c.idle = 0
	for alias, n := range c.names {
		if len(n.claims)+len(n.watchers) == 0 {
			delete(c.names, alias)
		}
	}
}

// claimed takes a claim into the directory.
func (c *Cluster) claimed(alias string, cl claim) {
	n := c.name(alias)
	n.epoch = max(n.epoch, cl.epoch)
	n.claims = append(slices.DeleteFunc(n.claims, func(old claim) bool { return old.node == cl.node }), cl)
	c.decide(alias, n)
}

// unclaimed takes a node's claim out.
func (c *Cluster) unclaimed(alias, node string) {
	n := c.name(alias)
	n.claims = slices.DeleteFunc(n.claims, func(old claim) bool { return old.node == node })
	c.decide(alias, n)
	c.tidy(n)
}

// decide finds the owner of an alias anew. A claim of this node's that has lost
// is given up.
func (c *Cluster) decide(alias string, n *name) {
	best := claim{}
	for _, cl := range n.claims {
		if best.node == "" || cl.beats(best) {
			best = cl
		}
	}
	changed := best != n.owner
	n.owner = best
	c.rule(alias, n)
	if !changed {
		return
	}
	n.dest = nil
	if best.node != "" {
		n.dest = c.destOn(best.node, alias)
	}
	owner := n.public(alias)
	if h := c.mine[alias]; h != nil && best.node != c.n.Name() {
		c.lose(alias, h, owner)
	}
	c.inside(func() {
		for _, w := range n.watchers {
			w.who.notify(c.k, []any{owner})
		}
	})
}

// public is the part of a name that watchers see.
func (n *name) public(alias string) Owner { return Owner{alias, n.owner.node, n.epoch} }

// destOn is an alias on a node, which may be this one.
func (c *Cluster) destOn(nodeName, alias string) kernel.Dest {
	if nodeName == c.n.Name() {
		return kernel.Alias(alias)
	}
	return c.n.To(node.Address{Node: nodeName, Alias: alias})
}

// holding is an alias that a session here owns.
type holding struct {
	c      *Cluster
	alias  string
	lost   subscriber
	events []string
	owned  kernel.Owned
}

// Claim makes the active session the owner of an alias in the whole cluster:
// its kernel gives it the alias as well, and the node exposes the events. The
// session owns the alias until Release, until it stops, or until another node's
// claim prevails over this one when the nodes connect: a claim made in
// knowledge of this one, after this node was seen to die; else the older of the
// two. Then the session loses the alias in the kernel as well and, unless lost
// is empty, is sent the event lost with the new Owner.
//
// The error is ErrTaken if another node owns the alias, kernel.ErrAliasInUse if
// a session here does, ErrLeft after the node has left,
// kernel.ErrNoActiveSession outside of any session, or kernel.ErrInvalid for a
// bad name. Two nodes that claim at the same time may both succeed; one of them
// loses the alias when they learn of each other.
func (c *Cluster) Claim(alias, lost string, events ...string) error {
	if err := c.mayClaim(alias); err != nil {
		return callError("Claim", alias, err)
	}
	h := &holding{c: c, alias: alias, lost: subscriber{id: c.k.ActiveSession(), event: lost}, events: events}
	if len(events) > 0 {
		if err := c.n.Expose(alias, events...); err != nil {
			return callError("Claim", alias, err)
		}
	}
	err := c.k.AliasSet(alias)
	if err == nil {
		h.owned, err = c.k.Host().Own(h, "alias "+alias+" in the cluster")
	}
	if err != nil {
		h.retract()
		return callError("Claim", alias, err)
	}
	c.mine[alias] = h
	c.enter(alias, claim{c.n.Name(), c.name(alias).epoch + 1, c.k.Now().UnixNano()})
	return nil
}

// enter notes a claim of this node's, and lets the others know.
func (c *Cluster) enter(alias string, cl claim) {
	c.journal.set(entry{Class: classAlias, Name: alias, Epoch: cl.epoch, Since: cl.since})
	c.claimed(alias, cl)
	c.changed()
}

func (c *Cluster) mayClaim(alias string) error {
	switch {
	case c.ended:
		return ErrLeft
	case alias == "" || len(alias) > maxName || strings.HasSuffix(alias, "/"):
		return kernel.ErrInvalid
	case c.k.ActiveSession() == c.k.ID():
		return kernel.ErrNoActiveSession
	case c.mine[alias] != nil:
		return kernel.ErrAliasInUse
	case len(c.mine) >= maxEntries/2:
		return fmt.Errorf("%w: more than %d aliases", kernel.ErrInvalid, maxEntries/2)
	}
	if n := c.names[alias]; n != nil && n.owner.node != "" {
		return ErrTaken
	}
	return nil
}

// Release gives up an alias that the active session owns, in the kernel as
// well. The error is
// kernel.ErrNoAlias if no session here owns it, kernel.ErrNotYours if another
// session does.
func (c *Cluster) Release(alias string) error {
	h := c.mine[alias]
	switch {
	case h == nil:
		return callError("Release", alias, kernel.ErrNoAlias)
	case h.lost.id != c.k.ActiveSession():
		return callError("Release", alias, kernel.ErrNotYours)
	}
	h.owned.Release()
	c.drop(h)
	if err := c.k.AliasRemove(alias); err != nil {
		return callError("Release", alias, err)
	}
	return nil
}

// Close is called by the kernel when the session has stopped.
func (h *holding) Close() error {
	h.c.drop(h)
	return nil
}

// retract takes the events out of reach, of which there may be none.
func (h *holding) retract() {
	if len(h.events) > 0 {
		h.c.n.Unexpose(h.alias, h.events...)
	}
}

// drop takes an alias back from the cluster.
func (c *Cluster) drop(h *holding) {
	delete(c.mine, h.alias)
	h.retract()
	c.journal.remove(key{classAlias, h.alias})
	c.unclaimed(h.alias, c.n.Name())
	c.changed()
}

// lose takes an alias from a session that would have kept it.
func (c *Cluster) lose(alias string, h *holding, to Owner) {
	h.owned.Release()
	if h.lost.event != "" {
		c.inside(func() { h.lost.notify(c.k, []any{to}) })
	}
	c.drop(h)
	err := c.k.Host().CallFunc(h.lost.id, "cluster", func(kernel.Event) {
		if err := c.k.AliasRemove(alias); err != nil {
			c.log.Debug("cluster: an alias that was lost", "alias", alias, "error", err)
		}
	})
	if err != nil {
		c.log.Debug("cluster: an alias that was lost", "alias", alias, "error", err)
	}
}

// Owner returns the node on which an alias is now, as far as this node knows.
// That of a virtual session is the node on which it is, or would be started.
func (c *Cluster) Owner(alias string) Owner {
	o := Owner{Alias: alias}
	if n := c.names[alias]; n != nil {
		o = n.public(alias)
	}
	if o.Node == "" {
		o.Node = c.place(alias)
	}
	return o
}

// WatchAlias notifies the active session of the owner of an alias, now and
// whenever it changes. The event's arguments are an Owner and extra. Virtual
// sessions are not reported. A watch keeps no session alive and ends with its
// session. The error is ErrLeft, kernel.ErrNoActiveSession or
// kernel.ErrInvalid.
func (c *Cluster) WatchAlias(alias, event string, extra ...any) error {
	who, err := c.subscriber(event, extra)
	if err == nil && (alias == "" || len(alias) > maxName) {
		err = kernel.ErrInvalid
	}
	if err != nil {
		return callError("WatchAlias", alias, err)
	}
	w := &nameWatch{c, alias, who}
	if _, err := c.k.Host().Own(w, "watch of "+alias+" in the cluster"); err != nil {
		return callError("WatchAlias", alias, err)
	}
	n := c.name(alias)
	n.watchers = append(n.watchers, w)
	c.inside(func() { who.notify(c.k, []any{n.public(alias)}) })
	return nil
}

// nameWatch ends with its session.
type nameWatch struct {
	c     *Cluster
	alias string
	who   subscriber
}

// Close is called by the kernel.
func (w *nameWatch) Close() error {
	n := w.c.name(w.alias)
	n.watchers = slices.DeleteFunc(slices.Clone(n.watchers), func(v *nameWatch) bool { return v == w })
	w.c.tidy(n)
	return nil
}
