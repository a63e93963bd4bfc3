package fd

import (
	"encoding/binary"
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// acceptNonblocking is accept4 as a raw system call, like those of raw_linux.go.
func acceptNonblocking(fd int) (int, net.Addr, error) {
	var from unix.RawSockaddrAny
	size := uint32(unix.SizeofSockaddrAny)
	n, _, errno := syscall.RawSyscall6(unix.SYS_ACCEPT4, uintptr(fd), uintptr(unsafe.Pointer(&from)),
		uintptr(unsafe.Pointer(&size)), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0, 0)
	if errno != 0 {
		return -1, nil, errno
	}
	return int(n), acceptedFrom(int(n), &from), nil
}

// acceptedFrom reads the address that accept4 has left. Other families than
// those of the internet are asked for once more.
func acceptedFrom(fd int, from *unix.RawSockaddrAny) net.Addr {
	switch from.Addr.Family {
	case unix.AF_INET:
		raw := (*unix.RawSockaddrInet4)(unsafe.Pointer(from))
		return tcpAddr(raw.Addr[:], networkOrder(raw.Port))
	case unix.AF_INET6:
		raw := (*unix.RawSockaddrInet6)(unsafe.Pointer(from))
		if raw.Scope_id == 0 {
			return tcpAddr(raw.Addr[:], networkOrder(raw.Port))
		}
		return netAddr(&unix.SockaddrInet6{Port: networkOrder(raw.Port), ZoneId: raw.Scope_id, Addr: raw.Addr}, unix.SOCK_STREAM)
	}
	if sa, err := unix.Getpeername(fd); err == nil {
		return netAddr(sa, unix.SOCK_STREAM)
	}
	return &net.UnixAddr{Net: "unix"} // a peer that has gone has no name any more
}

// tcpAddr makes an address of a copy of ip, in one piece of memory.
func tcpAddr(ip []byte, port int) *net.TCPAddr {
	a := &struct {
		net.TCPAddr
		ip [net.IPv6len]byte
	}{TCPAddr: net.TCPAddr{Port: port}}
	a.IP = a.ip[:copy(a.ip[:], ip):len(ip)]
	return &a.TCPAddr
}

// networkOrder reads a number that the system holds in the network's order.
func networkOrder(n uint16) int {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], n)
	return int(binary.BigEndian.Uint16(b[:]))
}

// speaksTCP reports whether a socket is one of TCP, over one path or several.
func speaksTCP(fd int) bool {
	protocol, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_PROTOCOL)
	return err == nil && (protocol == unix.IPPROTO_TCP || protocol == unix.IPPROTO_MPTCP)
}
