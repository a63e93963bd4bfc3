//go:build unix

package fd

import (
	"net"
	"net/netip"

	"golang.org/x/sys/unix"
)

// LocalAddr is getsockname.
func (d *FD) LocalAddr() net.Addr {
	sa, err := unix.Getsockname(d.Int())
	if err != nil {
		return nil
	}
	return d.netAddr(sa)
}

// RemoteAddr is getpeername.
func (d *FD) RemoteAddr() net.Addr {
	sa, err := unix.Getpeername(d.Int())
	if err != nil {
		return nil
	}
	return d.netAddr(sa)
}

// netAddr turns the system's form of an address into the type that Go has for
// addresses of such a socket.
func (d *FD) netAddr(sa unix.Sockaddr) net.Addr {
	kind, err := unix.GetsockoptInt(d.Int(), unix.SOL_SOCKET, unix.SO_TYPE)
	if err != nil {
		return nil
	}
	return netAddr(sa, kind)
}

func netAddr(sa unix.Sockaddr, kind int) net.Addr {
	if u, ok := sa.(*unix.SockaddrUnix); ok {
		network := "unix"
		switch kind {
		case unix.SOCK_DGRAM:
			network = "unixgram"
		case unix.SOCK_SEQPACKET:
			network = "unixpacket"
		}
		name := u.Name
		if name == "@" { // how Linux shows that there is none
			name = ""
		}
		return &net.UnixAddr{Name: name, Net: network}
	}
	to, zone, ok := addrPort(sa)
	if !ok {
		return nil
	}
	ip, port := net.IP(to.Addr().AsSlice()), int(to.Port())
	switch kind {
	case unix.SOCK_STREAM:
		return &net.TCPAddr{IP: ip, Port: port, Zone: zone}
	case unix.SOCK_DGRAM:
		return &net.UDPAddr{IP: ip, Port: port, Zone: zone}
	}
	return &net.IPAddr{IP: ip, Zone: zone}
}

// addrPort also returns the zone of the address, by name.
func addrPort(sa unix.Sockaddr) (a netip.AddrPort, zone string, ok bool) {
	switch sa := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(sa.Addr), uint16(sa.Port)), "", true
	case *unix.SockaddrInet6:
		ip := netip.AddrFrom16(sa.Addr)
		if sa.ZoneId != 0 {
			if ifi, err := net.InterfaceByIndex(int(sa.ZoneId)); err == nil {
				zone = ifi.Name
				ip = ip.WithZone(zone)
			}
		}
		return netip.AddrPortFrom(ip, uint16(sa.Port)), zone, true
	}
	return a, "", false
}

// ReadFrom is recvfrom. The sender's address is not valid if it is none of the
// internet, and an IPv4 address is one whatever the socket's family.
func (d *FD) ReadFrom(p []byte) (int, netip.AddrPort, error) {
	for {
		n, sa, err := unix.Recvfrom(d.Int(), p, 0)
		switch err {
		case nil:
		case unix.EINTR:
			continue
		default:
			return 0, netip.AddrPort{}, err
		}
		from, _, _ := addrPort(sa)
		return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), nil
	}
}

// WriteTo is sendto.
func (d *FD) WriteTo(p []byte, to netip.AddrPort) (int, error) {
	sa, err := d.sockaddr(to)
	if err != nil {
		return 0, err
	}
	for {
		switch err := unix.Sendto(d.Int(), p, 0, sa); err {
		case nil:
			return len(p), nil
		case unix.EINTR:
			continue
		default:
			return 0, err
		}
	}
}

// sockaddr turns an address into the system's form for a socket of this
// family.
func (d *FD) sockaddr(to netip.AddrPort) (unix.Sockaddr, error) {
	ip, zone, err := d.target(to)
	switch {
	case err != nil:
		return nil, err
	case ip.Is4():
		return &unix.SockaddrInet4{Port: int(to.Port()), Addr: ip.As4()}, nil
	}
	return &unix.SockaddrInet6{Port: int(to.Port()), Addr: ip.As16(), ZoneId: zone}, nil
}

// target is where a socket of this family sends to: one of IPv6 takes IPv4
// addresses only in disguise.
func (d *FD) target(to netip.AddrPort) (ip netip.Addr, zone uint32, err error) {
	ip = to.Addr().Unmap()
	if !ip.IsValid() {
		return ip, 0, unix.EDESTADDRREQ
	}
	if d.family == unix.AF_UNSPEC {
		own, err := unix.Getsockname(d.Int())
		if err != nil {
			return ip, 0, err
		}
		d.family = unix.AF_INET
		if _, ok := own.(*unix.SockaddrInet6); ok {
			d.family = unix.AF_INET6
		}
	}
	if ip.Is4() && d.family != unix.AF_INET {
		ip = netip.AddrFrom16(ip.As16())
	}
	if name := ip.Zone(); name != "" {
		ifi, err := net.InterfaceByName(name)
		if err != nil {
			return ip, 0, unix.EINVAL
		}
		zone = uint32(ifi.Index)
	}
	return ip, zone, nil
}
