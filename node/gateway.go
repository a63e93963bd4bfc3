package node

import (
	"fmt"

	"github.com/asynkron/protoactor-go/actor"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// gateway is the one process that other nodes send to. It runs on the
// connections' goroutines: what can be decided there does not cost the kernel
// any time.
type gateway struct{ n *Node }

// SendUserMessage takes a frame.
func (g *gateway) SendUserMessage(_ *actor.PID, message any) {
	wrapped, ok := message.(*wrapperspb.BytesValue)
	if !ok {
		return
	}
	var f frame
	if err := f.parse(wrapped.Value); err != nil || len(f.payload) > g.n.config.MaxMessage {
		g.n.log.Warn("dropping a malformed frame", "bytes", len(wrapped.Value))
		return
	}
	if l := g.n.linkFor(f.node, f.address); l != nil {
		g.n.receive(l, &f)
		return
	}
	g.n.log.Warn("dropping a frame of a node that is not a peer", "node", f.node, "address", f.address)
}

// SendSystemMessage does nothing: a gateway is no actor.
func (*gateway) SendSystemMessage(*actor.PID, any) {}

// Stop does nothing.
func (*gateway) Stop(*actor.PID) {}

// incoming is a frame on its way to the kernel, with its values decoded.
type incoming struct {
	link  *link
	frame *frame
	args  []any
	err   error // why it must not be carried out
}

// receive acts on a frame, or hands it to the kernel.
func (n *Node) receive(l *link, f *frame) {
	l.mu.Lock()
	if l.state == linkRemoved {
		l.mu.Unlock()
		return
	}
	ok := l.admit(f)
	if ok && l.proves(f) {
		l.rise()
	}
	switch {
	case !ok, n.isClosing() && f.verb.numbered() && f.verb != verbBye:
		l.mu.Unlock()
	case f.verb.numbered() && f.verb != verbBye:
		l.count(len(f.payload))
		l.mu.Unlock()
		n.hand(l, f)
	default:
		room := l.control(f)
		l.mu.Unlock()
		if room {
			n.tell(eventRoom, l)
		}
	}
}

// control acts on the frames that the kernel has nothing to do with. It tells
// whether there is room for those who wait for it. l.mu is held.
func (l *link) control(f *frame) bool {
	switch f.verb {
	case verbPing:
		l.transmit(&frame{verb: verbPong})
		if l.state != linkUp && l.state != linkTrying {
			l.enter(linkTrying)
			l.ping()
		}
	case verbAck:
		return l.acknowledged(f)
	case verbBye:
		l.came++
		l.done++
		l.ack()
		l.fall(fmt.Errorf("%w: it has shut down", ErrUnreachable))
	}
	return false
}

// hand decodes a frame's values and queues it for the node's session.
func (n *Node) hand(l *link, f *frame) {
	in := &incoming{link: l, frame: f}
	switch f.verb {
	case verbPost, verbCall:
		if in.err = n.exposed.Load().allows(f.to, f.event); in.err == nil {
			in.args, in.err = n.config.Codec.Decode(f.payload)
		}
	case verbWatch:
		in.err = n.exposed.Load().knows(f.to)
	case verbReply:
		if in.err = remoteError(f.code, f.text); in.err == nil {
			in.args, in.err = n.config.Codec.Decode(f.payload)
		}
	case verbGone, verbRefused:
		in.err = remoteError(f.code, f.text)
	}
	n.tell(eventFrame, in)
}
