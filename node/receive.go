package node

// incoming is a frame on its way to the kernel, with its values decoded.
type incoming struct {
	link  *link
	frame *frame
	size  int // of the values in memory
	args  []any
	err   error // why it must not be carried out

	from     linkRef // in place of link, until attach
	replayed bool    // attach is to be called
}

// receive acts on a frame, or hands it to the kernel. It runs on the goroutine
// of the frame's connection: what can be decided there costs the kernel no
// time. It waits while the kernel has more of the peer's frames than it allows.
func (n *Node) receive(l *link, f *frame, conn inbound) {
	l.mu.Lock()
	if l.state == linkRemoved {
		l.mu.Unlock()
		return
	}
	authentic := f.proof == l.key
	ok := l.admit(f)
	if ok && l.proves(f) {
		l.rise()
	}
	switch {
	case !ok, n.isClosing() && f.verb.numbered() && f.verb != verbBye:
		l.mu.Unlock()
	case f.verb.numbered() && f.verb != verbBye:
		l.wake()
		l.mu.Unlock()
		conn.prove(l)
		n.handRemote(l, f)
		return
	default:
		writable := l.handleControl(f)
		l.mu.Unlock()
		if writable {
			n.notify(eventWritable, l.ref())
		}
	}
	if authentic {
		conn.prove(l)
		if !f.verb.inBand() {
			conn.carryControl()
		}
	}
}

// handRemote queues another node's frame, once there is memory for it.
func (n *Node) handRemote(l *link, f *frame) {
	in := &incoming{link: l, frame: f}
	in.size, in.err = n.decodedSize(f.payload)
	if in.err == nil {
		in.err = n.checkExposed(f)
	}
	if in.err != nil {
		in.size = len(f.payload)
	}
	l.mu.Lock()
	l.reserve(in.size)
	l.mu.Unlock()
	n.decode(in)
	n.notify(eventFrame, in)
}

// handleControl acts on the frames that the kernel has nothing to do with. It reports
// whether those who wait for a free window are to be notified. l.mu is held.
func (l *link) handleControl(f *frame) bool {
	switch f.verb {
	case verbPing:
		l.transmit(l.pong(f))
		l.wake()
	case verbPong:
		l.notePong(f)
	case verbAck:
		return l.acknowledged(f)
	case verbBye:
		l.came++
		l.done++
		l.ack()
		l.fall(errShutDown)
		l.retire()
	}
	return false
}

// wake uses a link again that was idle or down, since the other node uses it.
// Its first data may overtake its sign of life. l.mu is held.
func (l *link) wake() {
	if l.state != linkUp && l.state != linkTrying {
		l.enter(linkTrying)
		l.ping()
	}
}

// handLocal queues a frame of this node's own for its session.
func (n *Node) handLocal(f *frame) {
	in := &incoming{frame: f, err: n.checkExposed(f)}
	n.decode(in)
	n.notify(eventFrame, in)
}

// checkExposed reports why what a frame asks for must not be carried out, or
// the error that it brings.
func (n *Node) checkExposed(f *frame) error {
	switch f.verb {
	case verbPost, verbCall:
		return n.exposed.Load().allows(f.to, f.event)
	case verbWatch:
		return n.exposed.Load().knows(f.to)
	case verbReply, verbGone, verbRefused:
		return remoteError(f.code, f.text)
	}
	return nil
}

// decode decodes a frame's values, if it has any.
func (n *Node) decode(in *incoming) {
	switch in.frame.verb {
	case verbPost, verbCall, verbReply:
		if in.err == nil {
			in.args, in.err = n.config.Codec.Decode(in.frame.payload)
		}
	}
}
