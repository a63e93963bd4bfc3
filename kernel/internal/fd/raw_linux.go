package fd

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// readOnce reads once into p, which must not be empty. socket says that fd is one. It
// returns EAGAIN if there is nothing to read.
func readOnce(fd int, p []byte, socket bool) (int, error) {
	call := uintptr(syscall.SYS_READ)
	if socket {
		call = unix.SYS_RECVFROM
	}
	for {
		n, _, errno := syscall.RawSyscall6(call, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), syscall.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
			continue
		}
		return 0, errno
	}
}

// writeOnce writes p, which must not be empty, as far as there is space.
func writeOnce(fd int, p []byte, socket bool) (int, error) {
	call := uintptr(syscall.SYS_WRITE)
	if socket {
		call = unix.SYS_SENDTO
	}
	for {
		n, _, errno := syscall.RawSyscall6(call, uintptr(fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)), syscall.MSG_DONTWAIT, 0, 0)
		switch errno {
		case 0:
			return int(n), nil
		case syscall.EINTR:
			continue
		}
		return 0, errno
	}
}

// closeConn closes a connection that was accepted. That never waits
// either, unless the program has asked for it by SO_LINGER, which would stop the
// kernel's goroutine anyway.
func closeConn(fd int) error {
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// maxGathered is how many buffers one system call writes.
const maxGathered = 64

// writev writes the first maxGathered buffers. That it was not all of them
// is syscall.EAGAIN, as if there were no space.
func writev(fd int, bufs [][]byte) (int, error) {
	var vecs [maxGathered]unix.Iovec
	n, total := 0, 0
	for _, b := range bufs {
		total += len(b)
		if len(b) > 0 && n < len(vecs) {
			vecs[n].Base = &b[0]
			vecs[n].SetLen(len(b))
			n++
		}
	}
	for n > 0 {
		wrote, _, errno := syscall.RawSyscall(syscall.SYS_WRITEV, uintptr(fd), uintptr(unsafe.Pointer(&vecs[0])), uintptr(n))
		switch {
		case errno == syscall.EINTR:
			continue
		case errno != 0:
			return 0, errno
		case int(wrote) < total:
			return int(wrote), syscall.EAGAIN
		}
		break
	}
	return total, nil
}
