package kernel

import (
	"errors"
	"os"
)

// FailureHandler is implemented by a [ReadyHandler] that wants to know when
// the system refuses to go on watching its handle: epoll_ctl fails when a
// paused watcher is resumed, for want of memory for example. Without it the
// kernel logs a warning, and the handler is not called again.
//
// HandleFailure runs as an event of the session that watches, never within the
// call that resumed the watcher. err is an *OpError which names the system
// call. The watcher still exists; the handler normally closes the handle or
// resumes the watcher later.
type FailureHandler interface {
	HandleFailure(m Mode, err error)
}

// watchFailed reports to the watchers of a handle that the system does not
// watch it any longer.
func (k *Kernel) watchFailed(h *Handle, err error) {
	failure := SyscallError("watch", err)
	told := false
	for m := Read; m < modes; m++ {
		for w := h.watchers[m]; w != nil; w = w.next {
			if f, ok := w.ready.(FailureHandler); ok && h.want&m.bit() != 0 {
				told = true
				k.enqueueFailure(w, f, failure)
			}
		}
	}
	if !told {
		k.warn("cannot watch a handle any more", "handle", h, "error", err)
	}
}

func (k *Kernel) enqueueFailure(w *watcher, f FailureHandler, err error) {
	k.enqueue(w.session, w.session, w.event, nil, kindFunc)
	it := k.fifo.at(k.fifo.tail - 1)
	if it.extra == nil {
		it.extra = &extra{}
	}
	it.extra.handler = func(Event) {
		if w.handle != nil { // not removed meanwhile
			f.HandleFailure(w.mode, err)
		}
	}
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
