package kernel

import (
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Descriptors are read and written with raw system calls, which spare the
// scheduler's bookkeeping. That is safe because the descriptors never block.
// Sockets have calls of their own, which go past the system's layer of files:
// that saves a twentieth of what a short message costs. The others take no
// notice of the arguments that only these have. A socket that is gone raises
// SIGPIPE, as in POE; unless a session watches for it that has no effect.

func readFD(fd int, p []byte, socket bool) (int, error) {
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

func writeFD(fd int, p []byte, socket bool) (int, error) {
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

// closeConnection closes a connection that was accepted. That never waits
// either, unless the program has asked for it by SO_LINGER, which would stop the
// kernel's goroutine anyway.
func closeConnection(fd int) error {
	if _, _, errno := syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(fd), 0, 0); errno != 0 {
		return errno
	}
	return nil
}

// maxGathered is how many buffers one system call writes.
const maxGathered = 64

// writevFD writes the first maxGathered buffers. That it was not all of them
// is ErrWouldBlock, as if there were no room.
func writevFD(fd int, bufs [][]byte) (int, error) {
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
			return int(wrote), ErrWouldBlock
		}
		break
	}
	return total, nil
}
