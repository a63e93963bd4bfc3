package kernel

import (
	"errors"
	"os"
	"time"

	"github.com/gopoe/poe/internal/recordfile"
)

// failureHandler is implemented by a [ReadyHandler] that handles the failure to
// watch its handle.
type failureHandler interface {
	HandleFailure(m Mode, err error)
}

// watchFailed reports to the watchers of a handle that the system does not
// watch it any longer.
func (k *Kernel) watchFailed(h *Handle, err error) {
	failure := SyscallError("watch", err)
	plain := false
	for m := Read; m < modes; m++ {
		for w := h.firstIn(m); w != nil; w = w.nextIn(m) {
			if h.want&m.bit() == 0 {
				continue
			}
			if f, ok := w.ready.(failureHandler); ok {
				k.enqueueFailure(w, m, f, failure)
			} else {
				plain = true
			}
		}
	}
	if plain {
		k.pollUnwatched(h, failure)
	}
}

// watchRetry is how often, in real time, the system is asked again to watch a
// handle.
const watchRetry = 100 * time.Millisecond

// pollUnwatched stands in for the system, which refuses to watch a handle.
func (k *Kernel) pollUnwatched(h *Handle, err error) {
	h.reportOnce = true
	k.flag(h)
	if h.unwatched {
		return
	}
	h.unwatched = true
	k.warn("the system does not watch a handle, which is polled instead", "handle", h, "error", err)
	k.watchAgainLater(h)
}

func (k *Kernel) watchAgainLater(h *Handle) {
	token, gen := h.reg.Token, h.reg.Gen
	time.AfterFunc(watchRetry, func() {
		k.inbox.put(message{more: &more{kind: recordfile.ArrivalWatch, handle: h, run: func() {
			if k.handles.find(token, gen) == h {
				k.watchAgain(h)
			}
		}}})
	})
}

func (k *Kernel) watchAgain(h *Handle) {
	if h.arm() == nil {
		h.unwatched = false
		return
	}
	h.reportOnce = true
	k.flag(h)
	k.watchAgainLater(h)
}

func (k *Kernel) enqueueFailure(w *watcher, m Mode, f failureHandler, err error) {
	k.enqueue(w.session, w.session, w.in(m).name, nil, kindFunc).setHandler(func(Event) {
		if w.watches(m) { // not removed meanwhile
			f.HandleFailure(m, err)
		}
	})
}

// SyscallError returns err as an [OpError] whose operation is the system call
// that failed if err names one, as an *os.SyscallError or an *OpError does,
// and op otherwise.
func SyscallError(op string, err error) *OpError {
	var failed *OpError
	var call *os.SyscallError
	switch {
	case errors.As(err, &failed):
		return &OpError{Op: failed.Op, Err: failed.Err}
	case errors.As(err, &call):
		return &OpError{Op: call.Syscall, Err: call.Err}
	}
	return &OpError{Op: op, Err: err}
}
