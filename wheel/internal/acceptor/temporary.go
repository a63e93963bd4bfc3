package acceptor

import (
	"errors"
	"os"
	"slices"
	"syscall"
)

// permanent are the errors of accept that say that the handle is not, or no
// longer, a listening socket.
var permanent = []syscall.Errno{
	syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK, syscall.EFAULT,
}

// Temporary reports whether accepting may succeed after err: the process or the
// system lacks descriptors or memory, a firewall forbids the connection, the
// peer has gone, or the network reports an error of the connection that was next
// in the queue. Only what is known to be permanent is not temporary: a server
// that gives up for an unknown error serves no connection.
func Temporary(err error) bool {
	var errno syscall.Errno
	if errors.Is(err, os.ErrClosed) || !errors.As(err, &errno) {
		return false
	}
	return !slices.Contains(permanent, errno)
}
