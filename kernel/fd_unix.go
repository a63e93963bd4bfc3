//go:build unix

package kernel

import (
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// FD makes a handle of a descriptor, which it makes non-blocking and owns.
func FD(fd int) (*Handle, error) { return fdHandle(fd, fmt.Sprintf("fd %d", fd)) }

// File makes a handle of a file, pipe or terminal, which it owns: the file must
// not be read, written or closed by other means any more.
func File(f *os.File) (*Handle, error) {
	if f == nil {
		return nil, callError("File", nil, ErrInvalid)
	}
	raw, err := f.SyscallConn()
	if err != nil {
		return nil, callError("File", f.Name(), err)
	}
	fd := -1
	if err := raw.Control(func(n uintptr) { fd = int(n) }); err != nil {
		return nil, callError("File", f.Name(), err)
	}
	h, err := fdHandle(fd, f.Name())
	if err != nil {
		return nil, err
	}
	h.source.(*descriptor).file = f
	return h, nil
}

// Pipe makes a pipe and returns its two ends.
func Pipe() (read, write *Handle, err error) {
	var fds [2]int
	if err := pipe(fds[:]); err != nil {
		return nil, nil, &OpError{Op: "pipe", Err: err}
	}
	if read, err = fdHandle(fds[0], "pipe (read)"); err != nil {
		return nil, nil, err
	}
	write, err = fdHandle(fds[1], "pipe (write)")
	return read, write, err
}

// SocketPair makes two sockets that are connected with each other.
func SocketPair() (a, b *Handle, err error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, &OpError{Op: "socketpair", Err: err}
	}
	if a, err = fdHandle(fds[0], "socket pair (first)"); err != nil {
		return nil, nil, err
	}
	b, err = fdHandle(fds[1], "socket pair (second)")
	return a, b, err
}

func pipe(fds []int) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	if err := unix.Pipe(fds); err != nil {
		return err
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	return nil
}

func fdHandle(fd int, name string) (*Handle, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		return nil, callError("FD", name, err)
	}
	d := &descriptor{fd: fd}
	return &Handle{source: d, fd: fd, owner: d, name: name, token: -1}, nil
}

// Fd returns the handle's descriptor, -1 if it stands on something else.
func (h *Handle) Fd() int {
	if h.gone {
		return -1
	}
	return h.fd
}

// descriptor is a non-blocking descriptor of the system.
type descriptor struct {
	fd   int
	file *os.File // owns it, if there is one
}

// Read reads once. The raw system call is safe because it never blocks.
func (d *descriptor) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, uintptr(d.fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
		switch {
		case errno == syscall.EINTR:
			continue
		case errno != 0:
			return 0, errno
		case n == 0:
			return 0, io.EOF
		}
		return int(n), nil
	}
}

// Write writes once.
func (d *descriptor) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_WRITE, uintptr(d.fd), uintptr(unsafe.Pointer(&p[0])), uintptr(len(p)))
		switch {
		case errno == syscall.EINTR:
			continue
		case errno != 0:
			return 0, errno
		case int(n) < len(p):
			return int(n), ErrWouldBlock
		}
		return int(n), nil
	}
}

// Writev writes several buffers with one system call.
func (d *descriptor) Writev(bufs [][]byte) (int, error) {
	if len(bufs) == 1 {
		return d.Write(bufs[0])
	}
	var vecs [64]unix.Iovec
	n, total := 0, 0
	for _, b := range bufs {
		if n == len(vecs) {
			break
		}
		if len(b) > 0 {
			vecs[n].Base = &b[0]
			vecs[n].SetLen(len(b))
			total += len(b)
			n++
		}
	}
	if n == 0 {
		return 0, nil
	}
	for {
		wrote, _, errno := syscall.RawSyscall(unix.SYS_WRITEV, uintptr(d.fd), uintptr(unsafe.Pointer(&vecs[0])), uintptr(n))
		switch {
		case errno == syscall.EINTR:
			continue
		case errno != 0:
			return 0, errno
		case int(wrote) < total:
			return int(wrote), ErrWouldBlock
		}
		return int(wrote), nil
	}
}

// Close closes the descriptor.
func (d *descriptor) Close() error {
	if d.file != nil {
		return d.file.Close()
	}
	fd := d.fd
	d.fd = -1
	if err := unix.Close(fd); err != nil {
		return &OpError{Op: "close", Err: err}
	}
	return nil
}

// Ready is not asked: the loop knows.
func (d *descriptor) Ready() ReadySet { return ReadySet{} }

// Bind is not called: the loop watches descriptors.
func (d *descriptor) Bind(func()) {}

// Accept takes the next connection, non-blocking from the start.
func (d *descriptor) Accept() (*Handle, net.Addr, error) {
	for {
		fd, from, err := acceptNonblocking(d.fd)
		switch err {
		case nil:
		case unix.EINTR, unix.ECONNABORTED:
			continue
		default:
			return nil, nil, err
		}
		c := &descriptor{fd: fd}
		return &Handle{source: c, fd: fd, owner: c, name: "connection", token: -1}, netAddr(from), nil
	}
}

// CloseRead ends the reading half.
func (d *descriptor) CloseRead() error { return unix.Shutdown(d.fd, unix.SHUT_RD) }

// CloseWrite ends the writing half.
func (d *descriptor) CloseWrite() error { return unix.Shutdown(d.fd, unix.SHUT_WR) }

// LocalAddr is getsockname.
func (d *descriptor) LocalAddr() net.Addr {
	sa, err := unix.Getsockname(d.fd)
	if err != nil {
		return nil
	}
	return netAddr(sa)
}

// RemoteAddr is getpeername.
func (d *descriptor) RemoteAddr() net.Addr {
	sa, err := unix.Getpeername(d.fd)
	if err != nil {
		return nil
	}
	return netAddr(sa)
}

// netAddr turns the system's form of an address into Go's.
func netAddr(sa unix.Sockaddr) net.Addr {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return &net.TCPAddr{IP: append(net.IP(nil), sa.Addr[:]...), Port: sa.Port}
	case *unix.SockaddrInet6:
		a := &net.TCPAddr{IP: append(net.IP(nil), sa.Addr[:]...), Port: sa.Port}
		if sa.ZoneId != 0 {
			if ifi, err := net.InterfaceByIndex(int(sa.ZoneId)); err == nil {
				a.Zone = ifi.Name
			}
		}
		return a
	case *unix.SockaddrUnix:
		return &net.UnixAddr{Name: sa.Name, Net: "unix"}
	}
	return nil
}
