package cluster

import (
	"fmt"
	"slices"
	"strings"

	protoactor "github.com/asynkron/protoactor-go/cluster"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Kind configures virtual sessions. Those of the kind "room" have the aliases
// "room/perl", "room/go" and so on. Each is on one of the nodes that have the
// kind, chosen by a hash of its name, so that all nodes choose the same one,
// and is started there when the first event for it comes.
//
// It is stopped when the name hashes to another node, because a node has joined
// or left: the Nth node of a cluster takes over about one session in N. The
// session's state is lost then, and the events in its queue; the next event
// starts a new one without state. While the nodes' views of the members differ,
// for some milliseconds or for the length of a network partition, two sessions
// may have one name. A virtual session must therefore be able to start again at
// any time, with state that it reads from storage or gets by events. Sessions
// that must not lose their state are not virtual; see [Cluster.Claim].
type Kind struct {
	// Start starts the session of a name, "perl" for "room/perl". It is
	// required and runs on the kernel's goroutine. The session is given its
	// alias, which keeps it alive; if it removes the alias and releases
	// everything else it ends, and the next event starts a new one.
	Start func(k *kernel.Kernel, name string) (kernel.ID, error)
	// Events are the exposed events, at least one; node.AnyEvent exposes all.
	Events []string
	// Moved is the event that a session is sent when it has lost its alias
	// because its name hashes to another node now. If empty, it is "shutdown".
	Moved string
	// Max is how many sessions of the kind may be on this node at once; more
	// are refused with node.ErrBusy. 0 is 65536.
	Max int
}

const maxVirtual = 1 << 16

// activation is a virtual session that is here.
type activation struct {
	c     *Cluster
	alias string
	kind  string
	id    kernel.ID
	owned kernel.Owned
}

// offerKinds announces to the others what may run here.
func (c *Cluster) offerKinds() error {
	for _, name := range sortedKeys(c.config.Kinds) {
		kind := c.config.Kinds[name]
		if err := c.n.Expose(name+"/", kind.Events...); err != nil {
			return err
		}
		if err := c.n.StartOnDemand(name+"/", c.activate); err != nil {
			return err
		}
		c.journal.set(entry{Class: classKind, Name: name})
	}
	return nil
}

// withdrawKinds stops the virtual sessions here.
func (c *Cluster) withdrawKinds() {
	for _, name := range sortedKeys(c.config.Kinds) {
		c.n.Unexpose(name + "/")
		if err := c.n.StartOnDemand(name+"/", nil); err != nil {
			c.log.Warn("cluster: kinds", "kind", name, "error", err)
		}
	}
	for _, alias := range sortedKeys(c.active) {
		if a := c.active[alias]; a != nil {
			c.deactivate(a)
		}
	}
}

// activate starts a virtual session, if it belongs here and is not there.
func (c *Cluster) activate(alias string) error {
	if c.active[alias] != nil {
		return nil
	}
	kindName, name, _ := strings.Cut(alias, "/")
	kind, ok := c.config.Kinds[kindName]
	if c.ended || !ok || c.place(alias) != c.n.Name() {
		return node.ErrNoSession
	}
	most := kind.Max
	if most == 0 {
		most = maxVirtual
	}
	here := 0
	if len(c.active) >= most {
		for _, a := range c.active {
			if a.kind == kindName {
				here++
			}
		}
	}
	if here >= most {
		return fmt.Errorf("%w: %d sessions of kind %q", node.ErrBusy, here, kindName)
	}
	err := ErrLeft
	c.inside(func() { err = c.launch(kind, kindName, alias, name) })
	if err != nil {
		c.log.Warn("cluster: starting a virtual session", "alias", alias, "error", err)
	}
	return err
}

// launch makes the session, gives it its alias and ties its end to the table.
func (c *Cluster) launch(kind Kind, kindName, alias, name string) error {
	id, err := kind.Start(c.k, name)
	if err != nil {
		return err
	}
	a := &activation{c: c, alias: alias, kind: kindName, id: id}
	callErr := c.k.Host().CallFunc(id, "cluster", func(kernel.Event) {
		if parent, missing := c.k.Parent(id); missing == nil && parent == c.id {
			err = c.k.DetachMyself()
		}
		if err == nil {
			err = c.k.AliasSet(alias)
		}
		if err == nil {
			a.owned, err = c.k.Host().Own(a, "virtual session "+alias)
		}
	})
	if callErr != nil {
		return callErr
	}
	if err == nil {
		c.active[alias] = a
	}
	return err
}

// Close is called by the kernel when the session has stopped.
func (a *activation) Close() error {
	delete(a.c.active, a.alias)
	return nil
}

// deactivate releases a session that does not belong here any more.
func (c *Cluster) deactivate(a *activation) {
	delete(c.active, a.alias)
	a.owned.Release()
	moved := c.config.Kinds[a.kind].Moved
	if moved == "" {
		moved = "shutdown"
	}
	c.inside(func() { subscriber{id: a.id, event: moved}.notify(c.k, nil) })
	err := c.k.Host().CallFunc(a.id, "cluster", func(kernel.Event) {
		if owner, ok := c.k.AliasResolve(a.alias); ok && owner == a.id {
			if err := c.k.AliasRemove(a.alias); err != nil {
				c.log.Warn("cluster: moving", "alias", a.alias, "error", err)
			}
		}
	})
	if err != nil {
		c.log.Debug("cluster: moving", "alias", a.alias, "error", err)
	}
}

// rebalance releases the sessions that belong to other nodes now.
func (c *Cluster) rebalance() {
	for _, alias := range sortedKeys(c.active) {
		if a := c.active[alias]; a != nil && c.place(alias) != c.n.Name() {
			c.deactivate(a)
		}
	}
}

// ring maps names to nodes. The library does the hashing.
type ring struct{ hash *protoactor.Rendezvous }

// ringChanged notes that kinds or members have changed. What follows from it
// is done when all is known.
func (c *Cluster) ringChanged() {
	c.ring = nil
	c.changed()
}

// place finds the node on which a virtual session belongs; empty if there is
// none.
func (c *Cluster) place(alias string) string {
	kind, name, ok := strings.Cut(alias, "/")
	if !ok || kind == "" || name == "" || len(alias) > maxName {
		return ""
	}
	return c.choose(kind, name)
}

// Choose returns the name of the member that a key hashes to, which may be this
// node; it is empty after the node has left. Nodes that see the same members
// choose the same one without communicating, so that exactly one of them acts:
// for instance, claims an alias whose owner has gone.
func (c *Cluster) Choose(key string) string {
	if c.ended {
		return ""
	}
	return c.choose(anyKind, key)
}

func (c *Cluster) choose(kind, name string) string {
	if c.ring == nil {
		c.ring = c.newRing()
	}
	return strings.TrimSuffix(c.ring.hash.GetByClusterIdentity(&protoactor.ClusterIdentity{Kind: kind, Identity: name}), ringSuffix)
}

// anyKind stands for what all members can do; no kind has that name.
const anyKind = ""

// ringSuffix is the port of all members, which stand in the ring by their names.
const ringSuffix = ":0"

func (c *Cluster) newRing() *ring {
	own := &protoactor.Member{Id: c.n.Name(), Host: c.n.Name(), Kinds: []string{anyKind}}
	own.Kinds = append(own.Kinds, sortedKeys(c.config.Kinds)...)
	list := protoactor.Members{own}
	for _, p := range c.sortedPeers() {
		if !p.member {
			continue
		}
		m := &protoactor.Member{Id: p.name, Host: p.name, Kinds: []string{anyKind}}
		for k := range p.entries {
			if k.class == classKind {
				m.Kinds = append(m.Kinds, k.name)
			}
		}
		slices.Sort(m.Kinds)
		list = append(list, m)
	}
	r := &ring{protoactor.NewRendezvous()}
	r.hash.UpdateMembers(list)
	return r
}
