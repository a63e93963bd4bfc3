package cluster

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/node"
)

// Alias returns a destination for Kernel.Post: the session that has an alias,
// on whichever node of the cluster it is when an event is posted. That is the
// session which claimed it, or a virtual one. Any goroutine may call it; the
// destination may be kept, and the alias may be claimed later. The error of a
// post is ErrNobody, ErrLeft, or one of node.Node.To's. On this node itself it
// is a post of the kernel; to another node an event arrives at most once, and
// later failures are reported to node.Config.Lost.
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

// Call calls the session that has an alias, as node.Node.Call does: the active
// session is sent the event reply, whose arguments are the answer, an error or
// nil, and extra. Only exposed events can be called, on this node too. Call's
// own error is known at once, ErrNobody, ErrLeft or as node.Node.Call's; then
// no answer comes.
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

// CallTimeout is Call with a timeout in place of node.Config.CallTimeout. One
// that is not positive is kernel.ErrInvalid.
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
