package node

import (
	"fmt"
	"slices"
	"strings"
)

// AddPeer adds a peer, at a host:port. If the name is known with another
// address, that link is closed first, as RemovePeer does. The error is that of
// a bad name or address. Any goroutine may call it.
func (n *Node) AddPeer(name, address string) error {
	if err := checkPeer(name, address); err != nil {
		return callError("AddPeer", name, err)
	}
	if n.replaying() {
		return nil
	}
	for {
		n.linksMu.Lock()
		old := n.links[name]
		if old == nil {
			n.links[name] = n.newLink(name, address, true)
		}
		n.linksMu.Unlock()
		switch {
		case old == nil:
			return nil
		case old.address == address:
			old.peer.Store(true)
			return nil
		}
		n.remove(old, fmt.Errorf("%w: its address has changed", ErrUnreachable))
	}
}

// RemovePeer removes a peer of AddPeer or Config.Peers: events in transit are
// lost, and what it sends is dropped, unless Config.Strangers is set. It does
// nothing if the node is not known. Any goroutine may call it.
func (n *Node) RemovePeer(name string) {
	n.linksMu.Lock()
	l := n.links[name]
	n.linksMu.Unlock()
	if l != nil {
		n.remove(l, fmt.Errorf("%w: it is no peer any more", ErrUnreachable))
	}
}

// link finds the way to a node.
func (n *Node) link(name string) (*link, error) {
	n.linksMu.RLock()
	defer n.linksMu.RUnlock()
	if l := n.links[name]; l != nil {
		return l, nil
	}
	return nil, ErrNoNode
}

// linkFor finds the link of the node that a frame says it is from. Strangers
// get one if they may. A name that is in use keeps its address; a stranger's
// that is not up can begin anew at another.
func (n *Node) linkFor(name, address string) *link {
	for {
		n.linksMu.Lock()
		l := n.links[name]
		if l == nil && n.mayCome(name, address) {
			l = n.newLink(name, address, false)
			n.links[name] = l
		}
		n.linksMu.Unlock()
		switch {
		case l == nil || l.address == address:
			return l
		case l.peer.Load() || l.isUp() || !n.config.Strangers || checkPeer(name, address) != nil:
			return nil
		}
		n.remove(l, fmt.Errorf("%w: started anew", ErrUnreachable))
	}
}

// isUp reports whether the other node answers.
func (l *link) isUp() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state == linkUp
}

// mayCome reports whether a node that is not known may have a link; linksMu is
// held.
func (n *Node) mayCome(name, address string) bool {
	return n.config.Strangers && name != n.config.Name && len(n.links) < maxLinks && checkPeer(name, address) == nil
}

// maxLinks is how many nodes a node deals with, strangers among them.
const maxLinks = 4096

// allLinks returns the links by name.
func (n *Node) allLinks() []*link {
	n.linksMu.RLock()
	defer n.linksMu.RUnlock()
	all := make([]*link, 0, len(n.links))
	for _, l := range n.links {
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b *link) int { return strings.Compare(a.name, b.name) })
	return all
}

// forget drops a stranger's link; l.mu is held.
func (n *Node) forget(l *link) {
	l.enter(linkRemoved)
	n.unlist(l)
}

// remove ends a link, which never comes up again.
func (n *Node) remove(l *link, err error) {
	l.mu.Lock()
	l.fallBy(err, true)
	l.enter(linkRemoved)
	n.unlist(l)
	l.mu.Unlock()
	l.halt()
	n.transport.disconnect(l)
}

// former is what is remembered of a link that was removed: the other node may
// still be in the middle of that epoch, so that a new link must begin with a
// higher one.
type former struct {
	boot    uint64
	retired []uint64
	epoch   uint64
}

// unlist takes a link out of the table; l.mu is held.
func (n *Node) unlist(l *link) {
	n.linksMu.Lock()
	defer n.linksMu.Unlock()
	if n.links[l.name] != l {
		return
	}
	delete(n.links, l.name)
	for name := range n.formers {
		if len(n.formers) < maxLinks {
			break
		}
		delete(n.formers, name)
	}
	n.formers[l.name] = former{l.boot, l.retired, l.epoch}
}

func (n *Node) nodeWatched(name string) bool {
	n.linksMu.RLock()
	defer n.linksMu.RUnlock()
	return n.watched[name] > 0
}
