package kernel

// TCP connections that are watched only for reading are registered
// edge-triggered: a level-triggered epoll would look at each of them once more
// after every read, to find that nothing is left. To the rest of the kernel they
// look level-triggered: a handle which may still be readable is re-armed before
// the next poll, and that makes the system look again. A read that returned less
// than it asked for has drained the connection, so the handle is not re-armed.

// sticky marks readiness that a short read does not end: the end of the stream,
// errors, and urgent data, at which a read stops short.
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
