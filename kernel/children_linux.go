package kernel

import "golang.org/x/sys/unix"

// isChild reports whether a process is a child that can still be waited for.
func isChild(pid int) error {
	for {
		var info unix.Siginfo
		switch err := unix.Waitid(unix.P_PID, pid, &info, unix.WEXITED|unix.WNOHANG|unix.WNOWAIT, nil); err {
		case unix.EINTR:
			continue
		case unix.ECHILD:
			return errNoChild
		default:
			return err
		}
	}
}
