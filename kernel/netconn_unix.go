//go:build unix

package kernel

import (
	"errors"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// descriptorConn makes a connection of the handle's descriptor, by a copy of
// it, so that whatever owned the descriptor can be closed.
func (h *Handle) descriptorConn() (net.Conn, error) {
	h.reg.Exclusive = false
	fd, err := unix.FcntlInt(uintptr(h.reg.FD), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), h.name()) // non-blocking, so the runtime watches it
	conn, err := net.FileConn(f)
	if errors.Is(err, unix.ENOTSOCK) {
		conn, err = fileConn{f}, nil
	} else {
		f.Close() // it was copied once more
	}
	if err == nil {
		err = h.Close()
	}
	return conn, err
}

// fileConn is a file that is no socket, as a connection: a terminal, or one
// end of a pipe.
type fileConn struct{ *os.File }

// LocalAddr returns the file's name as an address.
func (c fileConn) LocalAddr() net.Addr { return nameAddr(c.Name()) }

// RemoteAddr returns the same.
func (c fileConn) RemoteAddr() net.Addr { return nameAddr(c.Name()) }
