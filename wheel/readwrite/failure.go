package readwrite

import "github.com/gopoe/poe/kernel"

// HandleFailure is called by the kernel when the system no longer watches a
// handle, after an epoll_ctl that failed for example. The wheel reports the
// error under the name of the system call and stops using that direction.
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
