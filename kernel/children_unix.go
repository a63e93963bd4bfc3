//go:build unix && !linux

package kernel

import "golang.org/x/sys/unix"

// isChild reports whether a process exists. Whether it is a child shows
// only when it is waited for.
func isChild(pid int) error {
	if err := unix.Kill(pid, 0); err == unix.ESRCH {
		return errNoChild
	}
	return nil
}
