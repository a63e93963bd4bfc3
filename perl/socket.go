//go:build linux

package perl

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Constants holds constants of Socket, Errno, POSIX, Fcntl and HTTP::Status by name.
var Constants = map[string]any{
	"AF_INET": unix.AF_INET, "AF_UNIX": unix.AF_UNIX, "AF_INET6": unix.AF_INET6, "AF_UNSPEC": unix.AF_UNSPEC,
	"PF_INET": unix.AF_INET, "PF_UNIX": unix.AF_UNIX, "PF_INET6": unix.AF_INET6, "PF_UNSPEC": unix.AF_UNSPEC,
	"SOCK_STREAM": unix.SOCK_STREAM, "SOCK_DGRAM": unix.SOCK_DGRAM, "SOCK_RAW": unix.SOCK_RAW, "SOCK_NONBLOCK": unix.SOCK_NONBLOCK,
	"SOL_SOCKET": unix.SOL_SOCKET, "SO_REUSEADDR": unix.SO_REUSEADDR, "SO_REUSEPORT": unix.SO_REUSEPORT, "SO_KEEPALIVE": unix.SO_KEEPALIVE,
	"SO_BROADCAST": unix.SO_BROADCAST, "SO_ERROR": unix.SO_ERROR, "SO_SNDBUF": unix.SO_SNDBUF, "SO_RCVBUF": unix.SO_RCVBUF, "SO_LINGER": unix.SO_LINGER,
	"SO_TYPE": unix.SO_TYPE, "SO_RCVTIMEO": unix.SO_RCVTIMEO, "SO_SNDTIMEO": unix.SO_SNDTIMEO,
	"TCP_NODELAY": unix.TCP_NODELAY, "IPPROTO_TCP": unix.IPPROTO_TCP, "IPPROTO_UDP": unix.IPPROTO_UDP, "IPPROTO_IP": unix.IPPROTO_IP, "IPPROTO_IPV6": unix.IPPROTO_IPV6,
	"IPV6_V6ONLY": unix.IPV6_V6ONLY, "SOMAXCONN": unix.SOMAXCONN, "MSG_PEEK": unix.MSG_PEEK, "MSG_DONTWAIT": unix.MSG_DONTWAIT, "MSG_OOB": unix.MSG_OOB, "MSG_NOSIGNAL": unix.MSG_NOSIGNAL,
	"SHUT_RD": 0, "SHUT_WR": 1, "SHUT_RDWR": 2,
	"INADDR_ANY": "\x00\x00\x00\x00", "INADDR_LOOPBACK": "\x7f\x00\x00\x01", "INADDR_NONE": "\xff\xff\xff\xff", "INADDR_BROADCAST": "\xff\xff\xff\xff",
	"IN6ADDR_ANY": strings.Repeat("\x00", 16), "IN6ADDR_LOOPBACK": strings.Repeat("\x00", 15) + "\x01",
	"CRLF": "\r\n", "LF": "\n", "CR": "\r", "$CRLF": "\r\n",
	"O_RDONLY": unix.O_RDONLY, "O_WRONLY": unix.O_WRONLY, "O_RDWR": unix.O_RDWR, "O_CREAT": unix.O_CREAT, "O_EXCL": unix.O_EXCL, "O_TRUNC": unix.O_TRUNC,
	"O_APPEND": unix.O_APPEND, "O_NONBLOCK": unix.O_NONBLOCK, "F_GETFL": unix.F_GETFL, "F_SETFL": unix.F_SETFL, "F_GETFD": unix.F_GETFD, "F_SETFD": unix.F_SETFD,
	"FD_CLOEXEC": unix.FD_CLOEXEC, "LOCK_SH": unix.LOCK_SH, "LOCK_EX": unix.LOCK_EX, "LOCK_NB": unix.LOCK_NB, "LOCK_UN": unix.LOCK_UN,
	"SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2, "WNOHANG": unix.WNOHANG, "WUNTRACED": unix.WUNTRACED,
	"EXIT_SUCCESS": 0, "EXIT_FAILURE": 1, "INT_MAX": 1<<31 - 1, "INT_MIN": -1 << 31, "UINT_MAX": 1<<32 - 1, "LONG_MAX": 1<<63 - 1, "DBL_MAX": 1.7976931348623157e308,
	"FLT_EPSILON": 1.1920928955078125e-07, "DBL_EPSILON": 2.220446049250313e-16, "PIPE_BUF": 4096, "BUFSIZ": 8192, "_SC_OPEN_MAX": 4, "_SC_PAGESIZE": 30,
	"LC_ALL": 6, "LC_CTYPE": 0, "LC_TIME": 2, "LC_NUMERIC": 1, "ECHO": 8, "ICANON": 2, "TCSANOW": 0, "VMIN": 6, "VTIME": 5,
}

func init() {
	for _, e := range []syscall.Errno{
		unix.EPERM, unix.ENOENT, unix.ESRCH, unix.EINTR, unix.EIO, unix.E2BIG, unix.EBADF, unix.ECHILD, unix.EAGAIN, unix.ENOMEM, unix.EACCES, unix.EEXIST,
		unix.ENOTDIR, unix.EISDIR, unix.EINVAL, unix.EMFILE, unix.ENFILE, unix.ENOSPC, unix.ESPIPE, unix.EPIPE, unix.EDOM, unix.ERANGE, unix.ENOSYS, unix.ENOTEMPTY,
		unix.EADDRINUSE, unix.EADDRNOTAVAIL, unix.ECONNREFUSED, unix.ECONNRESET, unix.ECONNABORTED, unix.ENOTCONN, unix.EISCONN, unix.ETIMEDOUT, unix.EINPROGRESS,
		unix.EALREADY, unix.EHOSTUNREACH, unix.ENETUNREACH, unix.ENOTSOCK, unix.EDESTADDRREQ, unix.EMSGSIZE, unix.EPROTO, unix.EOPNOTSUPP, unix.ESHUTDOWN, unix.ENOBUFS, unix.ENOTTY, unix.EBUSY,
		unix.ENODEV, unix.ENXIO, unix.EROFS, unix.EMLINK, unix.EFAULT, unix.ENOEXEC, unix.EXDEV, unix.EDEADLK, unix.ELOOP, unix.ENAMETOOLONG, unix.ENOTSUP, unix.EAFNOSUPPORT,
	} {
		Constants[unix.ErrnoName(e)] = int(e)
	}
	Constants["EWOULDBLOCK"] = int(unix.EWOULDBLOCK)
	for n := 1; n < 65; n++ {
		if name := unix.SignalName(syscall.Signal(n)); name != "" {
			Constants[name] = n
		}
	}
}

// Constant returns the constant of that name. It dies if there is none. See
// Constants.
func Constant(name string) any {
	v, ok := Constants[name]
	if !ok {
		Die("Your vendor has not defined the constant %s", name)
	}
	return v
}

// PackSockaddrIn returns the packed socket address of an IPv4 address, itself
// packed, and a port.
func PackSockaddrIn(port any, ip string) string {
	b := make([]byte, 16)
	binary.NativeEndian.PutUint16(b, unix.AF_INET)
	binary.BigEndian.PutUint16(b[2:], uint16(Int(port)))
	copy(b[4:8], ip)
	return string(b)
}

// UnpackSockaddrIn returns the port and the packed address in a packed IPv4
// socket address. It dies if s is not one.
func UnpackSockaddrIn(s string) []any {
	if len(s) < 16 || binary.NativeEndian.Uint16([]byte(s)) != unix.AF_INET {
		Die("Bad arg length for Socket::unpack_sockaddr_in, length is %d, should be 16", len(s))
	}
	return []any{int(binary.BigEndian.Uint16([]byte(s)[2:])), s[4:8]}
}

// PackSockaddrIn6 returns the packed socket address of an IPv6 address, itself
// packed, and a port.
func PackSockaddrIn6(port any, ip string) string {
	b := make([]byte, 28)
	binary.NativeEndian.PutUint16(b, unix.AF_INET6)
	binary.BigEndian.PutUint16(b[2:], uint16(Int(port)))
	copy(b[8:24], ip)
	return string(b)
}

// UnpackSockaddrIn6 returns the port and the packed address in a packed IPv6
// socket address, and 0 for scope ID and flow label. It dies if s is too short.
func UnpackSockaddrIn6(s string) []any {
	if len(s) < 28 {
		Die("Bad arg length for Socket::unpack_sockaddr_in6, length is %d, should be 28", len(s))
	}
	return []any{int(binary.BigEndian.Uint16([]byte(s)[2:])), s[8:24], 0, 0}
}

// PackSockaddrUn returns the packed socket address of a Unix socket.
func PackSockaddrUn(path string) string {
	b := make([]byte, 110)
	binary.NativeEndian.PutUint16(b, unix.AF_UNIX)
	copy(b[2:], path)
	return string(b)
}

// UnpackSockaddrUn returns the path in a packed Unix socket address.
func UnpackSockaddrUn(s string) string {
	if len(s) < 2 {
		return ""
	}
	path, _, _ := strings.Cut(s[2:], "\x00")
	return path
}

// SockaddrFamily returns the address family of a packed socket address. It dies
// if s is too short.
func SockaddrFamily(s string) int {
	if len(s) < 2 {
		Die("Bad arg length for Socket::sockaddr_family, length is %d, should be at least 2", len(s))
	}
	return int(binary.NativeEndian.Uint16([]byte(s)))
}

// InetAton returns the packed IPv4 address of a host, or nil if it is unknown.
// It may wait for name resolution.
func InetAton(host string) any {
	if a, err := netip.ParseAddr(host); err == nil && a.Is4() {
		b := a.As4()
		return string(b[:])
	}
	ips, err := net.LookupIP(host)
	if err != nil {
		return nil
	}
	for _, ip := range ips {
		if b := ip.To4(); b != nil {
			return string(b)
		}
	}
	return nil
}

// InetNtoa returns the text of a packed IPv4 address. It dies if s is not four
// bytes long.
func InetNtoa(s string) string {
	if len(s) != 4 {
		Die("Bad arg length for Socket::inet_ntoa, length is %d, should be 4", len(s))
	}
	return fmt.Sprintf("%d.%d.%d.%d", s[0], s[1], s[2], s[3])
}

// InetPton returns the packed form of a textual address of either family, or
// nil on an error.
func InetPton(family any, host string) any {
	a, err := netip.ParseAddr(host)
	if err != nil || a.Is4() != (Int(family) == unix.AF_INET) {
		return nil
	}
	return string(a.AsSlice())
}

// InetNtop returns the text of a packed address of either family. It dies if
// the length of s is wrong.
func InetNtop(family any, s string) any {
	a, ok := netip.AddrFromSlice([]byte(s))
	if !ok {
		Die("Bad address length for Socket::inet_ntop on %s", Str(family))
	}
	return a.String()
}

// PackAddr returns the packed form of a *net.TCPAddr, *net.UDPAddr or
// *net.UnixAddr, and nil for any other address.
func PackAddr(a net.Addr) any {
	switch a := a.(type) {
	case *net.TCPAddr:
		return packAddrPort(a.AddrPort())
	case *net.UDPAddr:
		return packAddrPort(a.AddrPort())
	case *net.UnixAddr:
		return PackSockaddrUn(a.Name)
	}
	return nil
}

func packAddrPort(a netip.AddrPort) string {
	ip := a.Addr().Unmap()
	if ip.Is4() {
		return PackSockaddrIn(int(a.Port()), string(ip.AsSlice()))
	}
	return PackSockaddrIn6(int(a.Port()), string(ip.AsSlice()))
}

// PackAddrIP returns the packed IP address and the port of a Go network
// address.
func PackAddrIP(a net.Addr) (ip any, port any) {
	var ap netip.AddrPort
	switch a := a.(type) {
	case *net.TCPAddr:
		ap = a.AddrPort()
	case *net.UDPAddr:
		ap = a.AddrPort()
	case *net.UnixAddr:
		return a.Name, nil
	default:
		return nil, nil
	}
	return string(ap.Addr().Unmap().AsSlice()), int(ap.Port())
}

func sockaddr(packed string) (unix.Sockaddr, error) {
	if len(packed) < 2 {
		return nil, unix.EINVAL
	}
	b := []byte(packed)
	switch binary.NativeEndian.Uint16(b) {
	case unix.AF_INET:
		if len(b) < 8 {
			return nil, unix.EINVAL
		}
		return &unix.SockaddrInet4{Port: int(binary.BigEndian.Uint16(b[2:])), Addr: [4]byte(b[4:8])}, nil
	case unix.AF_INET6:
		if len(b) < 24 {
			return nil, unix.EINVAL
		}
		return &unix.SockaddrInet6{Port: int(binary.BigEndian.Uint16(b[2:])), Addr: [16]byte(b[8:24])}, nil
	case unix.AF_UNIX:
		return &unix.SockaddrUnix{Name: UnpackSockaddrUn(packed)}, nil
	}
	return nil, unix.EAFNOSUPPORT
}

func packed(sa unix.Sockaddr) any {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return PackSockaddrIn(sa.Port, string(sa.Addr[:]))
	case *unix.SockaddrInet6:
		return PackSockaddrIn6(sa.Port, string(sa.Addr[:]))
	case *unix.SockaddrUnix:
		return PackSockaddrUn(sa.Name)
	}
	return nil
}

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

// Vec returns element i of s, where elements are bits wide. Perl: vec.
func Vec(s string, i, bits int) int {
	if bits >= 8 {
		n, at := 0, i*bits/8
		for j := range bits / 8 {
			n <<= 8
			if at+j < len(s) {
				n |= int(s[at+j])
			}
		}
		return n
	}
	at := i * bits
	if at/8 >= len(s) {
		return 0
	}
	return int(s[at/8]>>(at%8)) & (1<<bits - 1)
}

// SetVec returns s with element i set to v, where elements are bits wide. Perl:
// vec as an lvalue.
func SetVec(s string, i, bits, v int) string {
	b := []byte(s)
	need := (i*bits + bits + 7) / 8
	for len(b) < need {
		b = append(b, 0)
	}
	if bits >= 8 {
		for j := bits/8 - 1; j >= 0; j-- {
			b[i*bits/8+j] = byte(v)
			v >>= 8
		}
		return string(b)
	}
	at := i * bits
	mask := byte(1<<bits-1) << (at % 8)
	b[at/8] = b[at/8]&^mask | byte(v)<<(at%8)&mask
	return string(b)
}

// Select waits until descriptors are ready or timeout seconds have passed. The
// descriptors are given as bit strings, in which Select leaves those that are
// ready. It returns their number, or -1 on an error. A nil timeout waits
// forever; a nil pointer is an empty set. Perl: select with four arguments.
func Select(r, w, e *any, timeout any) int {
	var fds []unix.PollFd
	add := func(p *any, events int16) {
		if p == nil || *p == nil {
			return
		}
		s := Str(*p)
		for i := range len(s) * 8 {
			if Vec(s, i, 1) == 1 {
				fds = append(fds, unix.PollFd{Fd: int32(i), Events: events})
			}
		}
	}
	add(r, unix.POLLIN)
	add(w, unix.POLLOUT)
	add(e, unix.POLLPRI)
	ms := -1
	if timeout != nil {
		ms = int(Num(timeout) * 1000)
		if Num(timeout) > 0 && ms == 0 {
			ms = 1
		}
	}
	_, err := poll(fds, ms)
	if err == unix.EINTR && sigQueue != nil {
		Errno = unix.EINTR
		return -1
	}
	if err == unix.EINTR {
		err = nil
	}
	if !succeeded(err) {
		return -1
	}
	n := 0
	collect := func(p *any, events int16) {
		if p == nil || *p == nil {
			return
		}
		out := strings.Repeat("\x00", len(Str(*p)))
		for _, fd := range fds {
			if fd.Events == events && fd.Revents != 0 {
				out = SetVec(out, int(fd.Fd), 1, 1)
				n++
			}
		}
		*p = out
	}
	collect(r, unix.POLLIN)
	collect(w, unix.POLLOUT)
	collect(e, unix.POLLPRI)
	return n
}

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
