package source

import "syscall"

// posix turns the errors that programs look for into the numbers that they
// look for: Windows has its own for sockets.
func posix(errno syscall.Errno) error {
	switch errno {
	case syscall.WSAECONNRESET:
		return syscall.ECONNRESET
	case syscall.WSAECONNABORTED:
		return syscall.ECONNABORTED
	case syscall.ERROR_BROKEN_PIPE:
		return syscall.EPIPE
	case wsaENOTCONN:
		return syscall.ENOTCONN
	case wsaEMFILE:
		return syscall.EMFILE
	}
	return errno
}

// Not in package syscall.
const (
	wsaEMFILE   syscall.Errno = 10024
	wsaENOTCONN syscall.Errno = 10057
)
