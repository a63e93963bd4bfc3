package node

// transport moves frames between nodes: the library over gRPC, a Network's
// handles, or in a replay nothing.
type transport interface {
	// listen opens the node's socket and returns the address at which other nodes
	// reach it.
	listen() (address string, err error)
	// transmit sends a frame on one of the two connections to a node, and does not
	// wait. The link's mutex is held.
	transmit(l *link, control bool, f *frame)
	// disconnect ends the connections to a node, whether they work or not.
	disconnect(l *link)
	// memberID is how this node's connections begin. It is sent to the addresses of
	// the nodes that this one talks to, and nowhere else.
	memberID() string
	// refuse accepts no frames any more; close ends everything, once nothing is
	// transmitted any more.
	refuse()
	close()
}

// inbound is a connection of which frames come.
type inbound interface {
	// prove notes that it belongs to a peer.
	prove(l *link)
	// carryControl notes that it is the one for signs of life.
	carryControl()
}

func (n *Node) newTransport() transport {
	switch {
	case n.replaying():
		return replayed{n}
	case n.network != nil:
		return newHandleTransport(n)
	}
	return newLibrary(n)
}

// takeFrame takes one frame of a connection. Its error is that of authorize, which
// is asked whether the connection may bring frames of a node.
func (n *Node) takeFrame(data []byte, conn inbound, authorize func(node string) error) error {
	f := &frame{}
	if err := f.parse(data); err != nil || len(f.payload) > n.config.MaxMessage {
		n.warn("node: dropping a malformed frame", "bytes", len(data))
		return nil
	}
	if err := authorize(f.node); err != nil {
		return err
	}
	l := n.linkFor(f.node, f.address)
	if l == nil {
		n.warn("node: dropping a frame of a node that is not a peer", "node", f.node, "address", f.address)
		return nil
	}
	n.receive(l, f, conn)
	return nil
}
