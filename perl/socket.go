//go:build linux

package perl

import (
	"encoding/binary"
	"syscall"

	"golang.org/x/sys/unix"
)

// Socket creates a socket, stores the handle in *p and reports whether it
// succeeded.
func Socket(p *any, domain, kind, protocol any) bool {
	fd, err := unix.Socket(Int(domain), Int(kind)|unix.SOCK_CLOEXEC, Int(protocol))
	if !succeeded(err) {
		return false
	}
	*p = NewFile(fd, "socket")
	return true
}

// Socketpair creates two connected sockets, stores the handles in *p and *q and
// reports whether it succeeded.
func Socketpair(p, q *any, domain, kind, protocol any) bool {
	fds, err := unix.Socketpair(Int(domain), Int(kind)|unix.SOCK_CLOEXEC, Int(protocol))
	if !succeeded(err) {
		return false
	}
	*p, *q = NewFile(fds[0], "socket"), NewFile(fds[1], "socket")
	return true
}

// Pipe creates a pipe, stores the handle for reading in *p and that for writing
// in *q, and reports whether it succeeded.
func Pipe(p, q *any) bool {
	var fds [2]int
	if !succeeded(unix.Pipe2(fds[:], unix.O_CLOEXEC)) {
		return false
	}
	*p, *q = NewFile(fds[0], "pipe"), NewFile(fds[1], "pipe")
	return true
}

// Bind binds a socket to a packed address and reports whether it succeeded.
func Bind(fh any, address string) bool {
	sa, err := sockaddr(address)
	if err == nil {
		err = unix.Bind(F(fh).Fd(), sa)
	}
	return succeeded(err)
}

// Connect connects a socket to a packed address and reports whether it
// succeeded.
func Connect(fh any, address string) bool {
	sa, err := sockaddr(address)
	if err == nil {
		err = retry(func() error { return unix.Connect(F(fh).Fd(), sa) })
	}
	return succeeded(err)
}

func retry(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}

// Listen makes a socket listen and reports whether it succeeded.
func Listen(fh any, backlog any) bool { return succeeded(unix.Listen(F(fh).Fd(), Int(backlog))) }

// Accept accepts a connection on the listening socket fh, stores its handle in
// *p and returns the packed address of the peer, or false on an error.
func Accept(p *any, fh any) any {
	var fd int
	var sa unix.Sockaddr
	err := retry(func() (err error) {
		fd, sa, err = unix.Accept4(F(fh).Fd(), unix.SOCK_CLOEXEC)
		return err
	})
	if !succeeded(err) {
		return false
	}
	*p = NewFile(fd, "socket")
	if a := packed(sa); a != nil {
		return a
	}
	return "\x01\x00"
}

// Getsockname returns the packed local address of a socket, or nil on an error.
func Getsockname(fh any) any {
	if fh == nil {
		Errno = syscall.EBADF
		return nil
	}
	sa, err := unix.Getsockname(F(fh).Fd())
	if !succeeded(err) {
		return nil
	}
	return packed(sa)
}

// Getpeername returns the packed address of a socket's peer, or nil on an
// error.
func Getpeername(fh any) any {
	sa, err := unix.Getpeername(F(fh).Fd())
	if !succeeded(err) {
		return nil
	}
	return packed(sa)
}

// Shutdown shuts down one or both directions of a socket and reports whether it
// succeeded.
func Shutdown(fh any, how any) bool { return succeeded(unix.Shutdown(F(fh).Fd(), Int(how))) }

// Setsockopt sets a socket option, an integer or packed bytes, and reports
// whether it succeeded.
func Setsockopt(fh any, level, option, value any) bool {
	if s, ok := value.(string); ok && !LooksLikeNumber(s) {
		return succeeded(unix.SetsockoptString(F(fh).Fd(), Int(level), Int(option), s))
	}
	return succeeded(unix.SetsockoptInt(F(fh).Fd(), Int(level), Int(option), Int(value)))
}

// Getsockopt returns an integer socket option as four packed bytes, or nil on
// an error.
func Getsockopt(fh any, level, option any) any {
	n, err := unix.GetsockoptInt(F(fh).Fd(), Int(level), Int(option))
	if !succeeded(err) {
		return nil
	}
	b := make([]byte, 4)
	binary.NativeEndian.PutUint32(b, uint32(n))
	return string(b)
}

// Send sends data on a socket, to a packed address if there is one, and returns
// its length, or nil on an error.
func Send(fh any, data string, flags any, to ...any) any {
	fd := F(fh).Fd()
	var err error
	if len(to) > 0 && to[0] != nil {
		sa, e := sockaddr(Str(to[0]))
		if err = e; err == nil {
			err = unix.Sendto(fd, []byte(data), Int(flags)|unix.MSG_NOSIGNAL, sa)
		}
	} else {
		err = retry(func() error { return unix.Send(fd, []byte(data), Int(flags)|unix.MSG_NOSIGNAL) })
	}
	if !succeeded(err) {
		return nil
	}
	return len(data)
}

// Recv receives up to length bytes, at most 16 MiB, into *p and returns the
// packed address of the sender, which is "" if the socket gives none, or nil on
// an error.
func Recv(fh any, p *any, length int, flags any) any {
	buf := make([]byte, min(max(length, 0), 1<<24))
	n, from, err := unix.Recvfrom(F(fh).Fd(), buf, Int(flags))
	if !succeeded(err) {
		return nil
	}
	*p = string(buf[:n])
	if a := packed(from); a != nil {
		return a
	}
	return ""
}
