package cluster

// A network can be split along one edge: two nodes do not see each other, and a
// third sees both. If both have claimed an alias, only the third knows. So every
// node notifies those whose claims it sees beaten by a node other than itself. They
// believe it until it takes that back, or until they see that node themselves.

// rule notes which nodes have to be notified about the owner of an alias.
func (c *Cluster) rule(alias string, n *name) {
	for _, cl := range n.claims {
		if p := c.peers[cl.node]; p != nil && p.entries[key{classAlias, alias}].Name != "" && len(p.beaten) < maxRulings {
			p.beaten[alias] = true
		}
	}
	for _, p := range c.peers {
		if !p.beaten[alias] {
			continue
		}
		settled := n.owner.node == p.name && n.owner.epoch == n.epoch
		if settled || n.owner.node == "" || n.owner.node == c.n.Name() {
			delete(p.beaten, alias)
		}
		p.unruled = true
		c.changed()
	}
}

// rulings are what a node is sent.
func (c *Cluster) rulings(p *peer) []ruling {
	var list []ruling
	for _, alias := range sortedKeys(p.beaten) {
		n := c.names[alias]
		if n == nil {
			continue
		}
		r := ruling{alias, n.owner.node, n.owner.epoch, n.owner.since}
		if r.Node == p.name {
			r.Epoch = n.epoch
		}
		list = append(list, r)
	}
	return list
}

// applyRulings applies what a node has sent in place of what it sent before.
func (c *Cluster) applyRulings(p *peer, list []ruling) {
	former := p.rulings
	p.rulings = map[string]claim{}
	for _, r := range list {
		cl := claim{r.Node, r.Epoch, r.Since}
		if r.Node == c.n.Name() {
			c.raise(r.Alias, r.Epoch)
		}
		if r.Node == c.n.Name() || c.seesNode(r.Node) {
			continue
		}
		p.rulings[r.Alias] = cl
		if former[r.Alias] != cl {
			c.claimed(r.Alias, cl)
		}
	}
	for _, alias := range sortedKeys(former) {
		cl := former[alias]
		if p.rulings[alias].node != cl.node && !c.seesNode(cl.node) {
			c.unclaimed(alias, cl.node)
		}
	}
}

// raise lifts the epoch of a claim of this node's above one that another node has
// seen before it.
func (c *Cluster) raise(alias string, seen uint64) {
	n := c.names[alias]
	if c.mine[alias] == nil || n == nil || n.owner.node != c.n.Name() || n.owner.epoch >= seen || seen >= maxEpoch {
		return
	}
	c.enter(alias, claim{c.n.Name(), seen + 1, n.owner.since})
}

// seesNode reports whether a node is seen, so that only its own word counts.
func (c *Cluster) seesNode(node string) bool {
	p := c.peers[node]
	return p != nil && p.member
}
