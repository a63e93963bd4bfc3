package node

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/remote"
)

// probeFor is how long a node that is down is asked for after somebody wanted
// it. Nodes that are watched are asked for all the time.
const probeFor = 30 * time.Second

// heartbeat asks the nodes in use for signs of life, on a goroutine of its own, so
// that a busy kernel does not look like a dead one.
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
					n.conns.drop(l.address)
					// The library may have missed the end of its connection.
					n.system.EventStream.Publish(&remote.EndpointTerminatedEvent{Address: l.address})
				}
			}
		}
	}
}

// beat looks after one link, and tells whether the node has been silent for too
// long.
func (n *Node) beat(l *link) (silent bool) {
	watched := n.nodeWatched(l.name)
	l.mu.Lock()
	defer l.mu.Unlock()
	now, quiet := time.Now(), n.config.DeadAfter
	switch l.state {
	case linkIdle:
		if watched {
			l.enter(linkTrying)
			l.ping()
		}
	case linkTrying, linkUp:
		last := l.since
		if l.lastHeard.After(last) {
			last = l.lastHeard
		}
		if now.Sub(last) > quiet {
			l.fall(fmt.Errorf("%w: silent for %v", ErrUnreachable, quiet))
			return true
		}
		l.ping()
	case linkDown:
		if watched || now.Sub(l.used) < probeFor {
			l.ping()
		} else if !l.peer.Load() && now.Sub(l.since) > probeFor {
			n.forget(l)
		}
	}
	return false
}
