package sim

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// packetSocket is a socket for datagrams.
type packetSocket struct {
	h      *Host
	life   int
	addr   netip.AddrPort
	wakeFn func()
	in     []datagram
	closed bool
}

type datagram struct {
	from netip.AddrPort
	data []byte
}

// queued is how many datagrams wait to be read before further ones are lost.
const queued = 256

// ListenPacket makes a socket for datagrams at a port; 0 chooses one. Datagrams
// may be lost, duplicated and reordered. The error is EADDRINUSE if the port is
// in use.
func (h *Host) ListenPacket(port int) (*kernel.Handle, error) {
	return asked(h, "datagrams", func() (*kernel.Handle, error) { return h.listenPacket(port) })
}

func (h *Host) listenPacket(port int) (*kernel.Handle, error) {
	if port == 0 {
		for port = 49152; h.packets[port] != nil; port++ {
		}
	}
	if h.packets[port] != nil {
		return nil, &kernel.OpError{Op: "bind", Err: syscall.EADDRINUSE}
	}
	s := &packetSocket{h: h, life: h.life, addr: netip.AddrPortFrom(h.addr, uint16(port))}
	h.packets[port] = s
	return kernel.FromSource(s, fmt.Sprintf("datagrams %s:%d", h.name, port)), nil
}

func (s *packetSocket) over() bool { return s.closed || s.life != s.h.life || s.h.down }

// ReadFrom reads one datagram.
func (s *packetSocket) ReadFrom(p []byte) (int, netip.AddrPort, error) {
	switch {
	case s.over():
		return 0, netip.AddrPort{}, net.ErrClosed
	case len(s.in) == 0:
		return 0, netip.AddrPort{}, kernel.ErrWouldBlock
	}
	d := s.in[0]
	s.in = s.in[1:]
	return copy(p, d.data), d.from, nil
}

// WriteTo sends one datagram.
func (s *packetSocket) WriteTo(p []byte, to netip.AddrPort) (int, error) {
	if s.over() {
		return 0, net.ErrClosed
	}
	h := s.h.w.find(to.Addr().String())
	if h == nil {
		return 0, syscall.ENETUNREACH
	}
	l := s.h.w.link(s.h, h)
	d := datagram{from: s.addr, data: slices.Clone(p)}
	copies := 1
	if l.net.Duplicate > 0 && s.h.w.netRand.Float64() < l.net.Duplicate {
		copies = 2
	}
	for range copies {
		if at := l.arrival(len(p)); !l.lost() {
			s.h.w.at(at, func() { h.receivePacket(l, to.Port(), d) })
		}
	}
	return len(p), nil
}

func (h *Host) receivePacket(l *Link, port uint16, d datagram) {
	s := h.packets[int(port)]
	if l.dead() || s == nil || len(s.in) >= queued {
		return
	}
	h.w.note("datagram", uint64(port), uint64(len(d.data)))
	s.in = append(s.in, d)
	h.wake()
	if s.wakeFn != nil {
		s.wakeFn()
	}
}

// Read reads one datagram.
func (s *packetSocket) Read(p []byte) (int, error) {
	n, _, err := s.ReadFrom(p)
	return n, err
}

// Write is not for sockets without a peer.
func (s *packetSocket) Write([]byte) (int, error) { return 0, syscall.EDESTADDRREQ }

// Close closes the socket.
func (s *packetSocket) Close() error {
	if s.over() {
		return net.ErrClosed
	}
	s.closed = true
	delete(s.h.packets, int(s.addr.Port()))
	return nil
}

// Ready reports whether a datagram has come. There is always space for one.
func (s *packetSocket) Ready() kernel.ReadySet {
	return kernel.ReadySet{Read: s.over() || len(s.in) > 0, Write: true}
}

// Bind is called by the kernel.
func (s *packetSocket) Bind(wake func()) { s.wakeFn = wake }

// LocalAddr returns the address, a *net.UDPAddr.
func (s *packetSocket) LocalAddr() net.Addr { return net.UDPAddrFromAddrPort(s.addr) }

// RemoteAddr returns nil.
func (s *packetSocket) RemoteAddr() net.Addr { return nil }
