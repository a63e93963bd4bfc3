package node

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/remote"
)

// probeFor is how long a node that is down is asked for after it was last
// wanted. Nodes that are watched are asked for all the time.
const probeFor = 30 * time.Second

// heartbeat asks the nodes in use for signs of life, on a goroutine of its own,
// so that a busy kernel does not look like a dead one.
func (n *Node) heartbeat() {
	defer n.heartbeats.Done()
	tick := time.NewTicker(n.config.Heartbeat)
	defer tick.Stop()
	for {
		select {
		case <-n.closing:
			return
		case <-tick.C:
			for _, l := range n.allLinks() {
				if silent := n.beat(l); silent {
					n.disconnect(l)
				}
			}
		}
	}
}

// disconnect ends the connections to a node. The library may have missed that
// they have ended.
func (n *Node) disconnect(l *link) {
	n.conns.drop(l.address)
	for _, target := range []string{l.control.Address, l.data.Address} {
		n.system.EventStream.Publish(&remote.EndpointTerminatedEvent{Address: target})
	}
}

// beat looks after one link, and reports whether the node has been silent for
// too long.
func (n *Node) beat(l *link) (silent bool) {
	watched := n.nodeWatched(l.name)
	l.mu.Lock()
	defer l.mu.Unlock()
	now, limit := time.Now(), n.config.DeadAfter
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
		}
	}
	return false
}
