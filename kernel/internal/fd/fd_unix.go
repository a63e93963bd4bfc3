//go:build unix

package fd

import (
	"io"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// FD is a non-blocking descriptor of the system. It belongs to one goroutine.
type FD struct {
	fd       int32
	family   uint8 // of the socket, once sockaddr has asked
	accepted bool  // a connection that Accept has made
	socket   bool
	listens  protocol // what it accepts
	more     *more    // nil for most
}

// more is what few descriptors have.
type more struct {
	file  *os.File // owns the descriptor
	batch *Batch   // nil before the first one
}

// New makes the descriptor fd non-blocking and takes ownership of it. If file
// is not nil it owns the descriptor and is closed instead.
func New(fd int, file *os.File) (FD, error) {
	if err := unix.SetNonblock(fd, true); err != nil {
		return FD{fd: -1}, err
	}
	_, notSocket := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TYPE)
	d := FD{fd: int32(fd), socket: notSocket == nil}
	if file != nil {
		d.more = &more{file: file}
	}
	return d, nil
}

// Int returns the descriptor's number, -1 after Close.
func (d *FD) Int() int { return int(d.fd) }

// Read reads once. It returns EAGAIN if there is nothing to read, and io.EOF at
// the end of the stream.
func (d *FD) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := readOnce(d.Int(), p, d.socket)
	switch {
	case err != nil:
		return 0, err
	case n == 0:
		return 0, io.EOF
	}
	return n, nil
}

// Write writes once, with EAGAIN if that was not all of p.
func (d *FD) Write(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := writeOnce(d.Int(), p, d.socket)
	switch {
	case err != nil:
		return 0, err
	case n < len(p):
		return n, syscall.EAGAIN
	}
	return n, nil
}

// Writev writes several buffers, with one system call where there is one.
func (d *FD) Writev(bufs [][]byte) (int, error) {
	if len(bufs) == 1 {
		return d.Write(bufs[0])
	}
	return writev(d.Int(), bufs)
}

// Close closes the descriptor.
func (d *FD) Close() error {
	if d.more != nil && d.more.file != nil {
		return d.more.file.Close()
	}
	fd := d.Int()
	d.fd = -1
	if d.accepted {
		return closeConn(fd)
	}
	return unix.Close(fd) // lets other goroutines run: a terminal waits for its output
}

// Accept accepts the next connection, which is non-blocking from the start, and
// returns the peer's address. It returns EAGAIN if there is none.
func (d *FD) Accept() (FD, net.Addr, error) {
	for {
		fd, from, err := acceptNonblocking(d.Int())
		switch err {
		case nil:
			return FD{fd: int32(fd), accepted: true, socket: true}, from, nil
		case unix.EINTR, unix.ECONNABORTED:
		default:
			return FD{fd: -1}, nil, err
		}
	}
}

// CloseRead ends the reading half of a socket.
func (d *FD) CloseRead() error { return unix.Shutdown(d.Int(), unix.SHUT_RD) }

// CloseWrite ends the writing half of a socket.
func (d *FD) CloseWrite() error { return unix.Shutdown(d.Int(), unix.SHUT_WR) }

// protocol is what a listening socket accepts, once that was asked.
type protocol uint8

const (
	notAsked protocol = iota
	isTCP
	isOther
)

// AcceptsTCP reports whether a listening socket accepts connections of TCP,
// from which a read returns all that is there.
func (d *FD) AcceptsTCP() bool {
	if d.listens == notAsked {
		if d.listens = isOther; speaksTCP(d.Int()) {
			d.listens = isTCP
		}
	}
	return d.listens == isTCP
}

// Pipe makes a pipe, whose ends are closed in child processes.
func Pipe() (read, write int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	var fds [2]int
	if err := unix.Pipe(fds[:]); err != nil {
		return -1, -1, err
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	return fds[0], fds[1], nil
}

// SocketPair makes two sockets that are connected with each other, and closed
// in child processes.
func SocketPair() (a, b int, err error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		return -1, -1, err
	}
	unix.CloseOnExec(fds[0])
	unix.CloseOnExec(fds[1])
	return fds[0], fds[1], nil
}
