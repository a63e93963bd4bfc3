package kernel

import (
	"fmt"

	"github.com/gopoe/poe/kernel/internal/poll"
)

// modeSet is a set of modes, as the poller reports them.
type modeSet = poll.Modes

// allModes are those that a handle can be watched in; a report may have more bits.
const allModes = modeSet(1<<modes - 1)

// readyHandle is a handle that is ready in some modes which are wanted.
type readyHandle struct {
	handle *Handle
	modes  modeSet
}

// needLoop opens the poller that a handle needs; without a handle any poller
// will do, and one that only sleeps costs no descriptor.
func (k *Kernel) needLoop(h *Handle) error {
	if k.tape != nil {
		return k.tape.needPoller(h)
	}
	return k.openLoop(h)
}

func (k *Kernel) openLoop(h *Handle) error {
	onlySleeps := h == nil || h.reg.FD < 0
	if _, sleeps := k.loop.(*poll.Timer); k.loop != nil && (!sleeps || onlySleeps) {
		return nil
	}
	if onlySleeps && (k.loopName == "" || k.loopName == "portable") {
		k.loop = poll.NewTimer(&k.inbox)
		return nil
	}
	l, err := poll.Open(&k.inbox, k.loopName)
	if err != nil {
		return fmt.Errorf("kernel: opening the loop: %w", err)
	}
	k.loop = l
	return nil
}
