//go:build unix

package kernel

import (
	"os"

	"golang.org/x/sys/unix"
)

// childSignal indicates that a child process has ended.
const childSignal = unix.SIGCHLD

// number finds the system's signal of that name, if sessions may catch it. CHLD
// is different: what they see of it is what SigChild has noticed.
func number(name string) (os.Signal, bool) {
	n := unix.SignalNum("SIG" + name)
	return n, n != 0 && n != unix.SIGKILL && n != unix.SIGSTOP && n != unix.SIGCHLD
}

// waitFor returns the status of a process, if it has ended. If something else
// has waited for the process, it counts as ended with status -1.
func waitFor(pid int) (WaitStatus, bool) {
	var status unix.WaitStatus
	for {
		got, err := unix.Wait4(pid, &status, unix.WNOHANG, nil)
		switch {
		case err == unix.EINTR:
			continue
		case err != nil:
			return -1, true
		}
		return WaitStatus(status), got == pid && (status.Exited() || status.Signaled())
	}
}
