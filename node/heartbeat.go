package node

import (
	"fmt"
	"time"
)

// probeFor is how long a node that is down is asked for after it was last
// wanted. Nodes that are watched are asked for all the time.
const probeFor = 30 * time.Second

// startHeartbeat begins to ask the nodes in use for signs of life: on a goroutine of
// its own, so that a busy kernel does not look like a dead one.
func (n *Node) startHeartbeat() {
	switch {
	case n.replaying():
	case n.network != nil:
		n.beatOnKernel()
	default:
		n.heartbeats.Go(n.heartbeat)
	}
}

func (n *Node) heartbeat() {
	tick := time.NewTicker(n.config.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-n.closing:
			return
		case <-tick.C:
			n.beatAll()
		}
	}
}

// beatAll looks after all links.
func (n *Node) beatAll() {
	for _, l := range n.allLinks() {
		if ended := n.beat(l); ended {
			n.transport.disconnect(l)
		}
	}
}

// beat looks after one link, and reports whether its connections are to be ended:
// the node has been silent for too long, or is forgotten.
func (n *Node) beat(l *link) (ended bool) {
	watched := n.nodeWatched(l.name)
	l.mu.Lock()
	defer l.mu.Unlock()
	now, limit := n.now(), n.config.DeadAfter
	switch l.state {
	case linkIdle:
		if watched {
			l.enter(linkTrying)
			l.ping()
		}
	case linkTrying, linkUp:
		if now.Sub(l.lastSign()) > limit {
			l.fall(fmt.Errorf("%w: silent for %v", ErrUnreachable, limit))
			return true
		}
		if l.stuck(now) {
			l.fall(fmt.Errorf("%w: data does not get through", ErrUnreachable))
			return true
		}
		l.ping()
		if l.seq > l.acked {
			l.transmit(&frame{verb: verbFence, done: l.seq})
		}
	case linkDown:
		if watched || now.Sub(l.used) < probeFor {
			l.ping()
		} else if !l.peer.Load() && now.Sub(l.since) > probeFor {
			n.forget(l)
			return true
		}
	}
	return false
}
