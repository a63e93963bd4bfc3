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
	l, err := n.prepare(to, f, args)
	if err != nil {
		return err
	}
	if l == nil {
		n.handLocal(f)
		return nil
	}
	_, err = l.send(f, bounded)
	return err
}

// prepare fills in a frame with arguments and finds the link that it takes; nil
// is this node itself.
func (n *Node) prepare(to Address, f *frame, args []any) (*link, error) {
	switch {
	case n.isClosing():
		return nil, ErrClosed
	case to.Alias == "" || len(to.Alias) > maxName || f.verb != verbWatch && f.event == "" || len(f.event) > maxName:
		return nil, kernel.ErrInvalid
	}
	var l *link
	var err error
	if to.Node != n.config.Name {
		if l, err = n.link(to.Node); err != nil {
			return nil, err
		}
	}
	if f.verb == verbWatch {
		return l, nil
	}
	f.payload, err = n.encode(args)
	return l, err
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
