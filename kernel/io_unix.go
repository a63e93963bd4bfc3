//go:build unix && !linux

package kernel

import "golang.org/x/sys/unix"

func readFD(fd int, p []byte, _ bool) (int, error) {
	for {
		n, err := unix.Read(fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func writeFD(fd int, p []byte, _ bool) (int, error) {
	for {
		n, err := unix.Write(fd, p)
		if err != unix.EINTR {
			return max(n, 0), err
		}
	}
}

func closeConnection(fd int) error { return unix.Close(fd) }

// writevFD writes one buffer after the other: not every system that we know
// gives Go a writev.
func writevFD(fd int, bufs [][]byte) (int, error) {
	total := 0
	for _, b := range bufs {
		if len(b) == 0 {
			continue
		}
		n, err := writeFD(fd, b, false)
		total += n
		switch {
		case err != nil && total > 0:
			return total, ErrWouldBlock // the next write meets the error
		case err != nil:
			return 0, err
		case n < len(b):
			return total, ErrWouldBlock
		}
	}
	return total, nil
}
