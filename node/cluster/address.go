package cluster

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Alias makes a destination for Kernel.Post of the session that has an alias,
// on whichever node of the cluster it is when something is posted: one that
// claimed it, or a virtual session. It may be made on any goroutine, before the
// alias belongs to anybody, and kept. The error of a post is ErrNobody, or one
// of node.Node.To's. On this node itself a post is one of the kernel's; to
// another it arrives at most once, and what turns out later is reported to
// node.Config.Lost.
func (c *Cluster) Alias(alias string) kernel.Dest { return kernel.Via(&clusterDest{c, alias}) }

// clusterDest is the kernel's side of an alias.
type clusterDest struct {
	c     *Cluster
	alias string
}

// Post is called by the kernel.
func (d *clusterDest) Post(_ kernel.ID, event string, args []any) error {
	to, err := d.c.find(d.alias)
	if err == nil {
		err = d.c.k.Post(to, event, args...)
	}
	if err != nil {
		return callError("Post", d.alias, err)
	}
	return nil
}

// find looks an alias up.
func (c *Cluster) find(alias string) (kernel.Dest, error) {
	if c.ended {
		return nil, ErrLeft
	}
	if n := c.names[alias]; n != nil && n.dest != nil {
		return n.dest, nil
	}
	at := c.place(alias)
	switch at {
	case "":
		return nil, ErrNobody
	case c.n.Name():
		if err := c.activate(alias); err != nil {
			return nil, err
		}
	}
	return c.destOn(at, alias), nil
}

// Call asks the session that has an alias, as node.Node.Call does: the answer
// comes to the active session as the event reply, with the answer, an error or
// nil, and extra as its arguments. On this node, too, only published events can
// be called.
func (c *Cluster) Call(alias, event string, args []any, reply string, extra ...any) error {
	to, err := c.address(alias)
	if err == nil {
		err = c.n.Call(to, event, args, reply, extra...)
	}
	if err != nil {
		return callError("Call", alias, err)
	}
	return nil
}

// CallTimeout is Call with a time to wait.
func (c *Cluster) CallTimeout(timeout time.Duration, alias, event string, args []any, reply string, extra ...any) error {
	to, err := c.address(alias)
	if err == nil {
		err = c.n.CallTimeout(timeout, to, event, args, reply, extra...)
	}
	if err != nil {
		return callError("Call", alias, err)
	}
	return nil
}

func (c *Cluster) address(alias string) (node.Address, error) {
	to := node.Address{Node: c.Owner(alias).Node, Alias: alias}
	switch {
	case c.ended:
		return to, ErrLeft
	case to.Node == "":
		return to, ErrNobody
	}
	return to, nil
}
