package servertcp

import "golang.org/x/sys/unix"

// hungUp reports whether the peer of a descriptor's connection sends no more. It
// does not wait.
func hungUp(fd int) bool {
	if fd < 0 {
		return false
	}
	polled := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLRDHUP}}
	n, err := unix.Poll(polled, 0)
	return err == nil && n > 0
}
