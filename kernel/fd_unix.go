//go:build unix

package kernel

import (
	"fmt"
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel/internal/rawio"
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
	_, notSocket := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	return newDescriptor(descriptor{fd: fd, socket: notSocket == nil}, name), nil
}

// newDescriptor makes the handle of a descriptor, both in one piece of memory.
func newDescriptor(d descriptor, name string) *Handle {
	both := &struct {
		Handle
		descriptor
	}{Handle{fd: d.fd, name: name, token: -1}, d}
	both.source = &both.descriptor
	return &both.Handle
}

// descriptor is a non-blocking descriptor of the system.
type descriptor struct {
	fd       int
	family   int32 // of the socket, once sockaddr has asked
	accepted bool  // a connection that Accept has made
	socket   bool
	listens  protocol // what it accepts
	file     *os.File // owns the descriptor, if there is one
	batch    *batch   // nil before the first one
}

// Read reads once.
func (d *descriptor) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := rawio.Read(d.fd, p, d.socket)
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// Write writes once.
func (d *descriptor) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := rawio.Write(d.fd, p, d.socket)
	switch {
	case err != nil:
		return 0, err
	case n < len(p):
		return n, ErrWouldBlock
	}
	return n, nil
}

// Writev writes several buffers, with one system call where there is one.
func (d *descriptor) Writev(bufs [][]byte) (int, error) {
	if len(bufs) == 1 {
		return d.Write(bufs[0])
	}
	return rawio.Writev(d.fd, bufs)
}

// Close closes the descriptor.
func (d *descriptor) Close() error {
	if d.file != nil {
		return d.file.Close()
	}
	fd := d.fd
	d.fd = -1
	closeFD := unix.Close // which lets other goroutines run: a terminal waits for its output
	if d.accepted {
		closeFD = rawio.Close
	}
	if err := closeFD(fd); err != nil {
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
		h := newDescriptor(descriptor{fd: fd, accepted: true, socket: true}, "connection")
		h.exclusive, h.tcp = true, d.listensForTCP()
		return h, netAddr(from, unix.SOCK_STREAM), nil
	}
}

// CloseRead ends the reading half.
func (d *descriptor) CloseRead() error { return unix.Shutdown(d.fd, unix.SHUT_RD) }

// CloseWrite ends the writing half.
func (d *descriptor) CloseWrite() error { return unix.Shutdown(d.fd, unix.SHUT_WR) }

// protocol is whether a listening socket is one of TCP, once that was asked.
type protocol uint8

const (
	notAsked protocol = iota
	isTCP
	isOther
)

// listensForTCP reports whether what a listening socket accepts are streams of
// bytes, of which a read takes all that is there.
func (d *descriptor) listensForTCP() bool {
	if d.listens == notAsked {
		if d.listens = isOther; speaksTCP(d.fd) {
			d.listens = isTCP
		}
	}
	return d.listens == isTCP
}
