//go:build linux

package perl

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/sys/unix"
)

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

// SockaddrIn packs a port and an address, or in list context takes them apart. Perl:
// sockaddr_in.
func SockaddrIn(w Want, args ...any) []any {
	switch {
	case w == List && len(args) == 1:
		return UnpackSockaddrIn(Str(args[0]))
	case w == List:
		Die("usage:   (port,iaddr) = sockaddr_in(sin_sv)")
	case len(args) != 2:
		Die("usage:   sin_sv = sockaddr_in(port,iaddr))")
	}
	return L(PackSockaddrIn(args[0], Str(args[1])))
}

// SockaddrUn packs a path, or in list context takes it out. Perl: sockaddr_un.
func SockaddrUn(w Want, args ...any) []any {
	switch {
	case w == List && len(args) == 1:
		return L(UnpackSockaddrUn(Str(args[0])))
	case w == List:
		Die("usage:   (filename) = sockaddr_un(sun_sv)")
	case len(args) != 1:
		Die("usage:   sun_sv = sockaddr_un(filename)")
	}
	return L(PackSockaddrUn(Str(args[0])))
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
