package cluster

import (
	"errors"
	"slices"
	"strings"

	"github.com/gopoe/poe/node"
	"github.com/gopoe/poe/recording"
)

// Member is a node of the cluster. It is up when it is linked and this node
// knows its aliases, kinds and topics.
type Member struct {
	Name    string
	Address string // where other nodes reach it
	Up      bool
	Err     error // why it is not up; nil if it is
}

// Members returns the nodes that are up, including this one, sorted by name.
func (c *Cluster) Members() []Member {
	if c.ended {
		return nil
	}
	list := []Member{{Name: c.n.Name(), Address: c.n.Addr(), Up: true}}
	for _, p := range c.peers {
		if p.member {
			list = append(list, Member{Name: p.name, Address: p.address, Up: true})
		}
	}
	slices.SortFunc(list, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	return list
}

// WatchMembers notifies the active session of each other node that joins or
// leaves the cluster, and of the present members. The event's arguments are a
// Member and extra. A watch keeps no session alive and ends with its session.
// The error is ErrLeft, kernel.ErrNoActiveSession or kernel.ErrInvalid.
func (c *Cluster) WatchMembers(event string, extra ...any) error {
	who, err := c.subscriber(event, extra)
	if err != nil {
		return callError("WatchMembers", event, err)
	}
	w := &memberWatch{c, who}
	if _, err := c.k.Host().Own(w, "members of "+c.config.Name); err != nil {
		return callError("WatchMembers", event, err)
	}
	c.viewers = append(c.viewers, w)
	for _, m := range c.Members() {
		if m.Name != c.n.Name() {
			c.inside(func() { who.notify(c.k, []any{m}) })
		}
	}
	return nil
}

// memberWatch ends with its session.
type memberWatch struct {
	c   *Cluster
	who subscriber
}

// Close is called by the kernel.
func (w *memberWatch) Close() error {
	w.c.viewers = slices.DeleteFunc(slices.Clone(w.c.viewers), func(v *memberWatch) bool { return v == w })
	return nil
}

func (c *Cluster) notifyMembers(p *peer, err error) {
	m := Member{Name: p.name, Address: p.address, Up: err == nil, Err: err}
	c.inside(func() {
		for _, w := range c.viewers {
			w.who.notify(c.k, []any{m})
		}
	})
}

// addPeer links this node to another one, and watches the link.
func (c *Cluster) addPeer(name, address string) *peer {
	p := c.peers[name]
	if p == nil {
		p = &peer{
			name: name, most: maxUpdate, entries: map[key]entry{}, beaten: map[string]bool{},
			dest: c.n.To(node.Address{Node: name, Alias: c.alias}),
		}
		c.peers[name] = p
		c.inside(func() { c.watch(p, address) })
		return p
	}
	if address != "" && address != p.address {
		if p.added && !p.up {
			c.add(p, address)
		}
		p.address = address
	}
	return p
}

// watch makes the node known, if it is not, and watches it.
func (c *Cluster) watch(p *peer, address string) {
	p.address = address
	err := c.n.WatchNode(p.name, eventNode)
	if errors.Is(err, node.ErrNoNode) {
		c.add(p, address)
		err = c.n.WatchNode(p.name, eventNode)
	}
	if err != nil {
		c.log.Warn("cluster: watching a node", "node", p.name, "error", err)
	}
}

func (c *Cluster) add(p *peer, address string) {
	p.added = true
	if err := c.n.AddPeer(p.name, address); err != nil {
		c.log.Warn("cluster: a node's address", "node", p.name, "error", err)
	}
}

// removePeer forgets a node.
func (c *Cluster) removePeer(p *peer, why error) {
	p.up = false
	c.peerDown(p, why)
	delete(c.peers, p.name)
	c.inside(func() { c.n.UnwatchNode(p.name) })
	if p.added {
		c.n.RemovePeer(p.name)
	}
}

// nodeChanged processes a change of a link's state.
func (c *Cluster) nodeChanged(s node.NodeState) {
	p := c.peers[s.Node]
	switch {
	case p == nil:
	case s.Up:
		p.up = true
		c.send(p)
	default:
		p.up = false
		c.peerDown(p, s.Err)
	}
}

// peerDown takes everything back that is known of a node.
func (c *Cluster) peerDown(p *peer, why error) {
	was := p.member
	p.round++
	p.sending, p.acked, p.boot, p.have, p.stage, p.member, p.missed = false, 0, 0, 0, nil, false, 0
	for _, k := range sortedEntries(p.entries) {
		c.forgetEntry(p, k)
	}
	clear(p.beaten)
	c.applyRulings(p, nil)
	c.ringChanged()
	if was {
		c.notifyMembers(p, why)
	}
}

// candidate is a node that a finder names.
type candidate struct{ Name, Address string }

func init() { recording.Register(candidate{}) }

// topology takes the finder's list of nodes.
func (c *Cluster) topology(list []candidate) {
	wanted := map[string]bool{}
	for _, m := range list {
		if m.Name != c.n.Name() {
			wanted[m.Name] = true
			c.addPeer(m.Name, m.Address)
		}
	}
	for _, p := range c.sortedPeers() {
		if !wanted[p.name] {
			c.removePeer(p, errors.Join(ErrLeft, node.ErrUnreachable))
		}
	}
}
