package conformance

import (
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// raise sends a signal to the calling thread, which has got it when raise
// returns, as Perl's only thread has after kill.
func raise(sig syscall.Signal) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return unix.Tgkill(unix.Getpid(), unix.Gettid(), sig)
}
