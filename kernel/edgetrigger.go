package kernel

// A select reports what is ready every time that it is asked, and so does epoll,
// which has to look at every connection once more for it: at one that was just
// read as well, to find that nothing is left. Connections of TCP are therefore
// watched for changes, if for nothing but reading. That is made to look like the
// other: whatever was reported and may still be ready is armed anew, which makes
// the system look, before the next wait. It need not be when a read has got less
// than it had room for.

// sticky marks readiness that a short read does not end: the end of the stream,
// trouble, and urgent data, at which a read stops short.
const sticky modeSet = 1 << 7

// dispatchEdge is dispatchReady for a handle whose changes are reported.
func (k *Kernel) dispatchEdge(h *Handle, was modeSet) {
	token, gen := h.token, k.handles.gen(h.token)
	h.drained = false
	k.dispatchReady(h, Read)
	if !h.drained || was&sticky != 0 {
		k.rearm = append(k.rearm, readiness{token: token, gen: gen})
	}
}

// rearmEdges makes the system look again at handles that may still be ready.
func (k *Kernel) rearmEdges() {
	for _, r := range k.rearm {
		h := k.handles.find(r.token, r.gen)
		switch {
		case h == nil || !h.edge:
		case h.want&Read.bit() == 0: // paused
			h.disarm()
		default:
			if err := k.loop.update(h, h.armed); err != nil {
				k.watchFailed(h, err)
			}
		}
	}
	k.rearm = k.rearm[:0]
}
