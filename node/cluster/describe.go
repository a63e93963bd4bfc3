package cluster

import (
	"cmp"
	"slices"

	"github.com/gopoe/poe/kernel/observe"
)

// maxDescribed bounds how many members and aliases are shown.
const maxDescribed = 200

// Role implements observe.Endpoint.
func (s *clusterSession) Role() string { return "cluster" }

// Describe shows the cluster to inspectors, as this node sees it.
func (s *clusterSession) Describe() []observe.Field {
	c := s.c
	return []observe.Field{
		{Name: "name", Value: c.config.Name},
		{Name: "node", Value: c.n.Name()},
		{Name: "left", Value: c.ended},
		{Name: "claimed here", Value: len(c.mine)},
		{Name: "virtual sessions here", Value: len(c.active)},
		{Name: "topics here", Value: len(c.topics)},
		{Name: "member count", Value: len(c.peers) + 1},
		{Name: "members", Value: c.describeMembers()},
		{Name: "alias count", Value: len(c.names)},
		{Name: "aliases", Value: c.describeNames()},
	}
}

// describeMembers has a row for each node. One of which the link is up and the book
// is not known yet is no member; behind is how many changes of this node's book it
// has not confirmed, rulings how many claims of nodes it reports that this one does not see.
func (c *Cluster) describeMembers() [][]observe.Field {
	rows := [][]observe.Field{{
		{Name: "node", Value: c.n.Name()}, {Name: "address", Value: c.n.Addr()}, {Name: "link", Value: "this node"}, {Name: "member", Value: !c.ended},
	}}
	for _, p := range c.peers {
		if len(rows) == maxDescribed {
			break
		}
		link := "down"
		if p.up {
			link = "up"
		}
		rows = append(rows, []observe.Field{
			{Name: "node", Value: p.name},
			{Name: "address", Value: p.address},
			{Name: "link", Value: link},
			{Name: "member", Value: p.member},
			{Name: "entries", Value: len(p.entries)},
			{Name: "behind", Value: c.journal.version - min(p.acked, c.journal.version)},
			{Name: "rulings", Value: len(p.rulings)},
		})
	}
	slices.SortFunc(rows, byFirst)
	return rows
}

// describeNames has a row for each alias that has an owner or had one.
func (c *Cluster) describeNames() [][]observe.Field {
	rows := [][]observe.Field{}
	for alias, n := range c.names {
		if len(rows) == maxDescribed {
			break
		}
		rows = append(rows, []observe.Field{
			{Name: "alias", Value: alias},
			{Name: "owner", Value: n.owner.node},
			{Name: "epoch", Value: n.epoch},
			{Name: "claims", Value: len(n.claims)},
			{Name: "watchers", Value: len(n.watchers)},
			{Name: "here", Value: c.mine[alias] != nil},
		})
	}
	slices.SortFunc(rows, byFirst)
	return rows
}

func byFirst(a, b []observe.Field) int {
	return cmp.Compare(a[0].Value.(string), b[0].Value.(string))
}
