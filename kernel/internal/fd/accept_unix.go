//go:build unix && !linux

package fd

import (
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

func acceptNonblocking(fd int) (int, net.Addr, error) {
	syscall.ForkLock.RLock()
	n, from, err := unix.Accept(fd)
	if err == nil {
		unix.CloseOnExec(n)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return -1, nil, err
	}
	if err := unix.SetNonblock(n, true); err != nil {
		unix.Close(n)
		return -1, nil, err
	}
	return n, netAddr(from, unix.SOCK_STREAM), nil
}

// speaksTCP returns false: no poller of these systems distinguishes TCP.
func speaksTCP(int) bool { return false }
