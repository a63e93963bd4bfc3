//go:build unix

package readline

import (
	"os"

	"golang.org/x/sys/unix"
)

// keepBlocking returns a function that gives a stream its present mode back.
// Others have the stream, too, the shell for one.
func keepBlocking(f *os.File) (restore func()) {
	blocking, fd := false, -1
	raw, err := f.SyscallConn()
	if err != nil {
		return func() {}
	}
	err = raw.Control(func(n uintptr) {
		fd = int(n)
		flags, err := unix.FcntlInt(n, unix.F_GETFL, 0)
		blocking = err == nil && flags&unix.O_NONBLOCK == 0
	})
	if err != nil || !blocking {
		return func() {}
	}
	// Trouble would mean that the stream is gone, and its mode with it.
	return func() { _ = unix.SetNonblock(fd, false) }
}
