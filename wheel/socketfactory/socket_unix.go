//go:build unix

package socketfactory

import (
	"errors"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
)

func (e endpoint) family() int {
	switch {
	case e.path != "" || !e.addr.IsValid():
		return unix.AF_UNIX
	case e.addr.Addr().Is4():
		return unix.AF_INET
	}
	return unix.AF_INET6
}

func (e endpoint) sockaddr() unix.Sockaddr {
	switch e.family() {
	case unix.AF_UNIX:
		return &unix.SockaddrUnix{Name: e.path}
	case unix.AF_INET:
		return &unix.SockaddrInet4{Port: int(e.addr.Port()), Addr: e.addr.Addr().As4()}
	}
	sa := &unix.SockaddrInet6{Port: int(e.addr.Port()), Addr: e.addr.Addr().As16()}
	if zone := e.addr.Addr().Zone(); zone != "" {
		if ifi, err := net.InterfaceByName(zone); err == nil {
			sa.ZoneId = uint32(ifi.Index)
		}
	}
	return sa
}

func (c *Config) network(e endpoint) string {
	switch family := e.family(); {
	case family == unix.AF_UNIX && c.Type == Datagram:
		return "unixgram"
	case family == unix.AF_UNIX:
		return "unix"
	case c.Type == Datagram && family == unix.AF_INET:
		return "udp4"
	case c.Type == Datagram:
		return "udp6"
	case family == unix.AF_INET:
		return "tcp4"
	}
	return "tcp6"
}

// systemSocket makes a non-blocking socket that listens at an endpoint, or one
// that is being connected to it. With an error it says which operation failed.
func systemSocket(c *Config, e endpoint, local bool) (h *kernel.Handle, op string, err error) {
	fd, err := newSocket(e.family(), c.Type)
	if err != nil {
		return nil, "socket", err
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	if op, err = c.setOptions(fd, e); err != nil {
		return nil, op, err
	}
	if c.Options.Control != nil {
		if err = c.Options.Control(c.network(e), e.String(), uintptr(fd)); err != nil {
			return nil, "control", err
		}
	}
	if local {
		op, err = c.bindTo(fd, e)
	} else {
		op, err = c.connectTo(fd, e)
	}
	if err != nil {
		return nil, op, err
	}
	if h, err = kernel.FD(fd); err != nil {
		return nil, "fcntl", err
	}
	return h, "", nil
}

func newSocket(family int, t Type) (int, error) {
	kind := unix.SOCK_STREAM
	if t == Datagram {
		kind = unix.SOCK_DGRAM
	}
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	fd, err := unix.Socket(family, kind, 0)
	if err != nil {
		return -1, err
	}
	unix.CloseOnExec(fd)
	if err := unix.SetNonblock(fd, true); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (c *Config) bindTo(fd int, e endpoint) (op string, err error) {
	if err := unix.Bind(fd, e.sockaddr()); err != nil {
		return "bind", err
	}
	if c.Type == Datagram {
		return "", nil
	}
	if err := unix.Listen(fd, c.ListenQueue); err != nil {
		return "listen", err
	}
	return "", nil
}

func (c *Config) connectTo(fd int, e endpoint) (op string, err error) {
	if err := c.bindLocal(fd, e); err != nil {
		return "bind", err
	}
	switch err := unix.Connect(fd, e.sockaddr()); err {
	case nil, unix.EINPROGRESS, unix.EINTR:
		return "", nil
	default:
		return "connect", err
	}
}

// bindLocal binds the local end of a connection, if it is to have an address.
func (c *Config) bindLocal(fd int, to endpoint) error {
	if to.family() == unix.AF_UNIX {
		if c.BindAddress == "" {
			return nil
		}
		return unix.Bind(fd, endpoint{path: c.BindAddress}.sockaddr())
	}
	local, err := c.localAddr(to)
	if err != nil || !local.IsValid() {
		return err
	}
	return unix.Bind(fd, endpoint{addr: local}.sockaddr())
}

// setOptions sets what Options and Reuse say.
func (c *Config) setOptions(fd int, e endpoint) (op string, err error) {
	o := &c.Options
	set := func(level, option, value int) {
		if err == nil {
			err = unix.SetsockoptInt(fd, level, option, value)
		}
	}
	if c.Reuse {
		set(unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if o.ReusePort {
		set(unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
	}
	if o.ReadBuffer > 0 {
		set(unix.SOL_SOCKET, unix.SO_RCVBUF, o.ReadBuffer)
	}
	if o.WriteBuffer > 0 {
		set(unix.SOL_SOCKET, unix.SO_SNDBUF, o.WriteBuffer)
	}
	if e.family() == unix.AF_INET6 && o.V6Only {
		set(unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1)
	}
	if c.Type == Stream && e.family() != unix.AF_UNIX {
		if !o.Delay {
			set(unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
		}
		if o.KeepAlive > 0 {
			set(unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
			if keepIdle != 0 {
				set(unix.IPPROTO_TCP, keepIdle, int(max(1, o.KeepAlive/time.Second)))
			}
		}
	}
	return "setsockopt", err
}

// connected returns the handle of a connection that has been made, or why it has
// not been.
func connected(h *kernel.Handle) (*kernel.Handle, error) {
	errno, err := unix.GetsockoptInt(h.Fd(), unix.SOL_SOCKET, unix.SO_ERROR)
	switch {
	case err != nil:
		return nil, err
	case errno != 0:
		return nil, syscall.Errno(errno)
	}
	if _, err := unix.Getpeername(h.Fd()); errors.Is(err, unix.ENOTCONN) {
		return nil, err
	}
	return h, nil
}
