package readwrite

import "github.com/gopoe/poe/kernel"

// HandleFailure is called by the kernel when the system cannot watch a handle
// any more, because epoll_ctl failed for example. The wheel reports the error
// with the name of the system call as the operation, and stops using that
// direction.
func (w *Wheel) HandleFailure(m kernel.Mode, err error) {
	if w.base.Closed() {
		return
	}
	if m == kernel.Read {
		w.stopInput()
	} else {
		w.stopOutput()
	}
	failed := kernel.SyscallError("watch", err)
	w.emitError(failed.Op, failed.Err)
}
