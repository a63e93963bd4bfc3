//go:build linux

package perl

import (
	"strings"

	"golang.org/x/sys/unix"
)

func (f *File) socketCall(method string, args []any) ([]any, bool) {
	address := func(get func(any) any) (string, []any) {
		a := Str(get(f))
		if len(a) < 16 {
			return a, nil
		}
		return a, UnpackSockaddrIn(a)
	}
	switch method {
	case "sockport", "sockhost", "sockaddr", "sockname", "peerport", "peerhost", "peeraddr", "peername":
		get := Getsockname
		if strings.HasPrefix(method, "peer") {
			get = Getpeername
		}
		name, parts := address(get)
		switch method[4:] {
		case "name":
			return L(name), true
		case "port":
			return L(At(parts, 0)), true
		case "addr":
			return L(At(parts, 1)), true
		}
		if parts == nil {
			return L(nil), true
		}
		return L(InetNtoa(Str(parts[1]))), true
	case "accept":
		var c any
		if a := Accept(&c, f); !True(a) {
			return L(nil), true
		}
		c.(*File).class = f.class
		return L(c), true
	case "connected":
		if Getpeername(f) == nil {
			return L(nil), true
		}
		return L(true), true
	case "shutdown":
		return L(Shutdown(f, args[0])), true
	case "send":
		return L(Send(f, Str(args[0]), At(args, 1), From(args, 2)...)), true
	case "setsockopt":
		return L(Setsockopt(f, args[0], args[1], args[2])), true
	}
	return nil, false
}

// NewInetSocket creates a socket from the arguments of IO::Socket::INET->new.
// It returns nil on an error, which is in $! and $@.
func NewInetSocket(class any, args ...any) any {
	c := NewHash(args...)
	fail := func(err error) any {
		SetOSError(err)
		EvalError = "IO::Socket::INET: " + err.Error()
		return nil
	}
	kind := If(strings.EqualFold(Str(c.Get("Proto")), "udp"), unix.SOCK_DGRAM, unix.SOCK_STREAM)
	if c.Get("Type") != nil {
		kind = Int(c.Get("Type"))
	}
	fd, err := unix.Socket(unix.AF_INET, kind|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fail(err)
	}
	f := NewFile(fd, "socket")
	f.class = "IO::Socket::INET"
	split := func(addr, port string) (string, any) {
		host, p := Str(c.Get(addr)), c.Get(port)
		if h, q, ok := strings.Cut(host, ":"); ok {
			host, p = h, q
		}
		return host, p
	}
	if True(c.Get("ReuseAddr")) || True(c.Get("Reuse")) {
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEADDR, 1)
	}
	if host, port := split("LocalAddr", "LocalPort"); host != "" || port != nil || True(c.Get("Listen")) {
		ip := any("\x00\x00\x00\x00")
		if host != "" {
			ip = InetAton(host)
		}
		if ip == nil || !Bind(f, PackSockaddrIn(port, Str(ip))) {
			f.Close()
			return fail(Errno)
		}
	}
	if True(c.Get("Listen")) {
		if !Listen(f, c.Get("Listen")) {
			return fail(Errno)
		}
	} else if host, port := split("PeerAddr", "PeerPort"); host != "" {
		ip := InetAton(host)
		if ip == nil {
			f.Close()
			return fail(unix.EINVAL)
		}
		if !Connect(f, PackSockaddrIn(port, Str(ip))) {
			e := Errno
			f.Close()
			return fail(e)
		}
	}
	if c.Get("Blocking") != nil && !True(c.Get("Blocking")) {
		_ = unix.SetNonblock(fd, true)
	}
	return f
}

// NewUnixSocket creates a socket from the arguments of IO::Socket::UNIX->new.
// It returns nil on an error, which is in $!.
func NewUnixSocket(class any, args ...any) any {
	c := NewHash(args...)
	kind := unix.SOCK_STREAM
	if v := c.Get("Type"); v != nil {
		kind = Int(v)
	}
	fd, err := unix.Socket(unix.AF_UNIX, kind|unix.SOCK_CLOEXEC, 0)
	if !succeeded(err) {
		return nil
	}
	f := NewFile(fd, "socket")
	f.class = "IO::Socket::UNIX"
	ok := true
	if v := c.Get("Local"); v != nil {
		ok = Bind(f, PackSockaddrUn(Str(v)))
	}
	if v := c.Get("Listen"); ok && True(v) {
		ok = Listen(f, v)
	}
	if v := c.Get("Peer"); ok && v != nil {
		ok = Connect(f, PackSockaddrUn(Str(v)))
	}
	if !ok {
		e := Errno
		f.Close()
		Errno = e
		return nil
	}
	return f
}
