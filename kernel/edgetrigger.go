package kernel

import "github.com/gopoe/poe/kernel/internal/poll"

// TCP connections that are watched only for reading are registered
// edge-triggered: a level-triggered epoll would look at each of them once more
// after every read, to find that nothing is left. To the rest of the kernel they
// look level-triggered: a handle which may still be readable is re-armed before
// the next poll, and that makes the system look again. A read that returned less
// than it asked for has drained the connection, so the handle is not re-armed.

// dispatchEdge is dispatchReady for a handle whose changes are reported.
func (k *Kernel) dispatchEdge(h *Handle, was modeSet) {
	token, gen := h.reg.Token, h.reg.Gen
	h.drained = false
	k.dispatchReady(h, Read)
	if !h.drained || was&poll.Sticky != 0 {
		k.rearm = append(k.rearm, poll.Ready{Token: token, Gen: gen})
	}
}

// rearmEdges makes the system look again at handles that may still be ready.
func (k *Kernel) rearmEdges() {
	for _, r := range k.rearm {
		h := k.handles.find(r.Token, r.Gen)
		switch {
		case h == nil || !h.reg.Edge:
		case h.want&Read.bit() == 0: // paused
			h.disarm()
		default:
			if err := k.loop.Update(&h.reg, h.reg.Armed); err != nil {
				k.loop.Remove(&h.reg) // so that watching it again begins anew
				h.reg.Armed = 0
				k.watchFailed(h, err)
			}
		}
	}
	k.rearm = k.rearm[:0]
}
