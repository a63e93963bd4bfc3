package node

import (
	"github.com/gopoe/poe/kernel"
)

// Address names a session on some node by its alias there.
type Address struct {
	Node  string
	Alias string
}

// String returns the address as POE::Component::IKC writes it.
func (a Address) String() string { return "poe://" + a.Node + "/" + a.Alias }

// To returns a destination for Kernel.Post: a session on another node. A post
// there is not acknowledged; its error is what is known at once: ErrNoNode,
// ErrBusy, ErrTooLarge, ErrBadValue, ErrUnreachable, ErrClosed. That the
// session does not exist or is not exposed is reported later, to Config.Lost.
// The address may be on this node itself. Any goroutine may call it; the
// destination may be kept, and the node may be added later.
func (n *Node) To(a Address) kernel.Dest { return kernel.Via(&remoteDest{n, a}) }

// remoteDest is the kernel's side of an address.
type remoteDest struct {
	n *Node
	Address
}

// Post is called by the kernel.
func (r *remoteDest) Post(from kernel.ID, event string, args []any) error {
	if err := r.n.post(r.Address, from, event, args); err != nil {
		return callError("Post", r.Address, err)
	}
	return nil
}

// post sends an event to a session on another node, or on this one.
func (n *Node) post(to Address, from kernel.ID, event string, args []any) error {
	f := &frame{verb: verbPost, to: to.Alias, event: event, from: n.publicAlias(from)}
	l, _, err := n.send(to, f, args)
	if err == nil && l == nil {
		n.handLocal(f)
	}
	return err
}

// send sends a frame with arguments to a node, and returns its link. To this node
// itself, whose link is nil, it sends nothing.
func (n *Node) send(to Address, f *frame, args []any) (l *link, generation uint64, err error) {
	switch {
	case n.isClosing():
		return nil, 0, ErrClosed
	case to.Alias == "" || len(to.Alias) > maxName || f.verb != verbWatch && f.event == "" || len(f.event) > maxName:
		return nil, 0, kernel.ErrInvalid
	}
	var wrong error
	if f.verb != verbWatch {
		f.payload, wrong = n.encode(args)
	}
	if to.Node == n.config.Name {
		return nil, 0, wrong
	}
	s, err := n.sendBy(f, func() (*link, error) {
		l, err := n.link(to.Node)
		if err == nil {
			err = wrong
		}
		return l, err
	}, bounded)
	return n.agent.resolve(s.To), s.Generation, err
}

// encode writes values, if they are not too long.
func (n *Node) encode(values []any) ([]byte, error) {
	data, err := n.config.Codec.Encode(values)
	if err != nil {
		return nil, err
	}
	if len(data) > n.config.MaxMessage {
		return nil, ErrTooLarge
	}
	if len(data)*maxExpansion > n.config.MaxDecoded {
		if _, err := n.decodedSize(data); err != nil {
			return nil, err
		}
	}
	return data, nil
}

// publicAlias is the alias under which a session may be answered from outside:
// the first of its own that is exposed.
func (n *Node) publicAlias(id kernel.ID) string {
	p := *n.exposed.Load()
	if len(p) == 0 || !id.Alive() || id == n.agent.id {
		return ""
	}
	aliases, err := n.agent.k.AliasList(id)
	if err != nil {
		return ""
	}
	for _, alias := range aliases {
		if p.of(alias) != nil {
			return alias
		}
	}
	return ""
}
