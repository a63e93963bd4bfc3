//go:build unix && !linux

package fd

import "golang.org/x/sys/unix"

// readOnce reads once into p, which must not be empty. It returns EAGAIN if there is
// nothing to read.
func readOnce(fd int, p []byte, _ bool) (int, error) {
	for {
		n, err := unix.Read(fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// writeOnce writes p, which must not be empty, as far as there is space.
func writeOnce(fd int, p []byte, _ bool) (int, error) {
	for {
		n, err := unix.Write(fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

// closeConn closes a connection.
func closeConn(fd int) error { return unix.Close(fd) }

// writev writes one buffer after the other: not every system that we know
// gives Go a writev.
func writev(fd int, bufs [][]byte) (int, error) {
	total := 0
	for _, b := range bufs {
		if len(b) == 0 {
			continue
		}
		n, err := writeOnce(fd, b, false)
		total += n
		switch {
		case err != nil && total > 0:
			return total, unix.EAGAIN // the next write meets the error
		case err != nil:
			return 0, err
		case n < len(b):
			return total, unix.EAGAIN
		}
	}
	return total, nil
}
