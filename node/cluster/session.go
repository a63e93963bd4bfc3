package cluster

import "github.com/gopoe/poe/kernel"

// clusterSession is the cluster's session on its node.
type clusterSession struct{ c *Cluster }

// Attach is called by the kernel.
func (s *clusterSession) Attach(id kernel.ID) { s.c.id = id }

// SetHandler is called by the kernel; the session has no other handlers.
func (*clusterSession) SetHandler(string, kernel.Handler) {}

// Handlers is called by the kernel.
func (*clusterSession) Handlers() []string {
	return []string{eventUpdate, eventNews, eventBye, eventAnswer, eventNode, eventTopology, eventTick, eventFlush, eventLeave}
}

// Dispatch is called by the kernel, for the cluster's session.
func (s *clusterSession) Dispatch(e kernel.Event) bool {
	c := s.c
	switch e.Name {
	case "_start":
		c.keepAlive()
	case "_stop", eventLeave:
		c.leave(ErrLeft)
	case eventUpdate, eventNews, eventBye:
		if !c.ended {
			c.dispatchRemote(e)
		}
	default:
		if !c.ended {
			c.dispatchOwn(e)
		}
	}
	return true
}
