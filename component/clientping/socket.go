package clientping

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"golang.org/x/net/icmp"
	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"github.com/gopoe/poe/component/internal/random"
	"github.com/gopoe/poe/kernel"
)

// The protocol numbers of ICMP and ICMPv6.
const (
	protocol4 = 1
	protocol6 = 58
)

// socket sends and receives the packets of one version of IP.
type socket struct {
	p      *Pinger
	handle *kernel.Handle
	six    bool
	raw    bool   // datagrams begin with the header of IP
	opened bool   // by the component, which may open it again
	id     uint16 // of raw packets; the system sets that of others
}

// socket returns the socket for an address, and opens it if there is none.
func (p *Pinger) socket(addr netip.Addr) (*socket, error) {
	i := 0
	if addr.Is6() {
		i = 1
	}
	if p.sockets[i] != nil {
		return p.sockets[i], nil
	}
	handle, raw, err := open(addr.Is6())
	if err != nil {
		return nil, err
	}
	s, err := p.watch(handle, addr.Is6(), raw && addr.Is4())
	if err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	s.opened = true
	p.sockets[i] = s
	return s, nil
}

// watch has a socket read, in the component's session.
func (p *Pinger) watch(h *kernel.Handle, six, raw bool) (*socket, error) {
	id := binary.NativeEndian.Uint16(random.Bytes(p.k, "clientping: id", 2)) // other programs are unlikely to have it
	s := &socket{p: p, handle: h, six: six, raw: raw, id: id}
	return s, p.k.Host().Watch(h, kernel.Read, "clientping: reply", s)
}

// send sends a request.
func (s *socket) send(g *ping) error {
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: int(s.id), Seq: int(g.seq), Data: g.payload}}
	if s.six {
		m.Type = ipv6.ICMPTypeEchoRequest // the system adds the checksum
	}
	packet, err := m.Marshal(nil)
	if err != nil {
		return err
	}
	_, err = s.handle.WriteTo(packet, netip.AddrPortFrom(g.addr, 0))
	if errors.Is(err, kernel.ErrWouldBlock) {
		return nil // as if it were lost on the way
	}
	return err
}

// batch is how many packets are read before other events have their turn.
const batch = 64

// HandleReady is called by the kernel. What is no reply to a ping of ours is passed
// over.
func (s *socket) HandleReady(kernel.Mode) {
	var buf [1 << 16]byte
	for n := 0; n < batch && s.p.sockets[index(s.six)] == s; n++ {
		size, from, err := s.handle.ReadFrom(buf[:])
		if errors.Is(err, kernel.ErrWouldBlock) {
			return
		}
		if err != nil {
			s.failed(err)
			return
		}
		s.packet(buf[:size], from.Addr())
	}
}

func index(six bool) int {
	if six {
		return 1
	}
	return 0
}

// packet reads a packet.
func (s *socket) packet(packet []byte, from netip.Addr) {
	protocol := protocol4
	if s.six {
		protocol = protocol6
	}
	if s.raw {
		header, err := icmp.ParseIPv4Header(packet)
		if err != nil || header.Len > len(packet) {
			return
		}
		packet = packet[header.Len:]
	}
	m, err := icmp.ParseMessage(protocol, packet)
	if err != nil || m.Type != ipv4.ICMPTypeEchoReply && m.Type != ipv6.ICMPTypeEchoReply {
		return
	}
	if echo, ok := m.Body.(*icmp.Echo); ok {
		if g := s.p.active[uint16(echo.Seq)]; g != nil && g.addr.Is6() == s.six {
			g.replied(from.Unmap(), echo.Data)
		}
	}
}

// failed is an error of the socket: a destination is unreachable, for example. Pings
// that wait for it run into their time-outs.
func (s *socket) failed(err error) {
	s.p.k.Host().Logger().Debug("clientping: a socket has an error", "error", err)
}

// close ends the watching as well.
func (s *socket) close() { _ = s.handle.Close() }
