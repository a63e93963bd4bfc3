//go:build unix

package run

import (
	"golang.org/x/sys/unix"
)

// inetPair connects two sockets over the loopback interface, the first to be
// read and the second to be written. Anybody on this machine may connect to the
// port while it listens, so the peer that is accepted must be the intended one.
func inetPair() (fds [2]int, op string, err error) {
	fds = [2]int{-1, -1}
	listener := -1
	defer func() {
		closeSockets(listener)
		if err != nil {
			closeSockets(fds[:]...)
		}
	}()
	if listener, err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); err != nil {
		return fds, "socket", err
	}
	loopback := &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err = unix.Bind(listener, loopback); err != nil {
		return fds, "bind", err
	}
	if err = unix.Listen(listener, 5); err != nil {
		return fds, "listen", err
	}
	at, err := unix.Getsockname(listener)
	if err != nil {
		return fds, "getsockname", err
	}
	if fds[1], err = unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0); err != nil {
		return fds, "socket", err
	}
	if err = connect(fds[1], at); err != nil {
		return fds, "connect", err
	}
	if fds[0], err = acceptFrom(listener, fds[1]); err != nil {
		return fds, "accept", err
	}
	// Output must not wait for more of it.
	err = unix.SetsockoptInt(fds[1], unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
	return fds, "setsockopt", err
}

// connect connects, also if it is interrupted: a connection attempt continues then,
// or has not begun.
func connect(fd int, at unix.Sockaddr) error {
	for {
		switch err := unix.Connect(fd, at); err {
		case unix.EINTR, unix.EALREADY, unix.EINPROGRESS:
			ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLOUT}}
			if _, err := unix.Poll(ready, 10); err != nil && err != unix.EINTR {
				return err
			}
		case unix.EISCONN:
			return nil
		default:
			return err
		}
	}
}

// acceptFrom accepts the connection whose other end is client, and turns
// strangers away.
func acceptFrom(listener, client int) (int, error) {
	want, err := unix.Getsockname(client)
	if err != nil {
		return -1, err
	}
	for {
		fd, from, err := unix.Accept(listener)
		switch {
		case err == unix.EINTR || err == unix.ECONNABORTED:
			continue
		case err != nil:
			return -1, err
		}
		a, ok := from.(*unix.SockaddrInet4)
		if b, same := want.(*unix.SockaddrInet4); ok && same && a.Port == b.Port && a.Addr == b.Addr {
			return fd, nil
		}
		unix.Close(fd)
	}
}

func closeSockets(fds ...int) {
	for _, fd := range fds {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
