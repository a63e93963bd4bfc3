package kernel

import (
	"github.com/gopoe/poe/kernel/internal/poll"

	"github.com/gopoe/poe/internal/recordfile"
)

// flag records that a source may be ready, so that the next turn asks it.
func (k *Kernel) flag(h *Handle) {
	if !h.flagged {
		h.flagged = true
		k.flagged = append(k.flagged, h)
	}
}

// sourceModes returns the wanted modes in which a flagged handle is ready.
func (k *Kernel) sourceModes(h *Handle) modeSet {
	switch {
	case h.always:
		return h.want
	case h.reportOnce && h.reg.Edge:
		return h.want
	case h.reportOnce:
		return h.want &^ h.reg.Armed
	case h.reg.FD >= 0:
		return 0
	}
	if k.tape != nil {
		return h.want & k.tape.sourceModes(h)
	}
	return h.want & h.source.Ready().modes()
}

// sourceReady is what sources call, on any goroutine.
func (k *Kernel) sourceReady(h *Handle) {
	k.inbox.put(message{more: &more{kind: recordfile.ArrivalReady, handle: h}})
}

// pollSources asks the sources that may be ready, and drops those that are not
// ready in any mode that is wanted. It is called a second time in one turn only
// after the first call has found nothing, so no handle is reported twice.
func (k *Kernel) pollSources() {
	if len(k.flagged) == 0 {
		return
	}
	kept := k.flagged[:0]
	for _, h := range k.flagged {
		var ready modeSet
		if h.reg.Token >= 0 {
			ready = k.sourceModes(h)
		}
		if ready == 0 {
			h.flagged = false
			continue
		}
		kept = append(kept, h)
		k.reported = append(k.reported, poll.Ready{Token: h.reg.Token, Gen: h.reg.Gen, Modes: ready})
	}
	clear(k.flagged[len(kept):])
	k.flagged = kept
}
