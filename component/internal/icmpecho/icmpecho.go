// Package icmpecho has the sockets of component clientping: echo requests and replies of
// ICMP and ICMPv6 on the kernel's loop. The codec is golang.org/x/net/icmp.
package icmpecho

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

// Socket sends echo requests of one version of IP and receives the replies, on the
// kernel's loop.
type Socket struct {
	k       *kernel.Kernel
	handle  *kernel.Handle
	six     bool
	raw     bool   // datagrams begin with the header of IP
	id      uint16 // of raw packets; the system sets that of others
	closed  bool
	receive func(from netip.Addr, seq uint16, data []byte)
}

// Open opens an unprivileged socket where the system allows it, or a raw one, and watches
// it as New does.
func Open(k *kernel.Kernel, six bool, receive func(from netip.Addr, seq uint16, data []byte)) (*Socket, error) {
	handle, raw, err := open(six)
	if err != nil {
		return nil, err
	}
	s, err := New(k, handle, six, raw && !six, receive)
	if err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return s, nil
}

// New watches a socket, which it then owns, in the active session. Receive is called
// there with the replies; data is valid until it returns. Raw declares that datagrams
// begin with the header of IP.
func New(k *kernel.Kernel, handle *kernel.Handle, six, raw bool, receive func(from netip.Addr, seq uint16, data []byte)) (*Socket, error) {
	id := binary.NativeEndian.Uint16(random.Bytes(k, "clientping: id", 2)) // other programs are unlikely to have it
	s := &Socket{k: k, handle: handle, six: six, raw: raw, id: id, receive: receive}
	return s, k.Host().Watch(handle, kernel.Read, "clientping: reply", s)
}

// Send sends a request.
func (s *Socket) Send(to netip.Addr, seq uint16, data []byte) error {
	m := icmp.Message{Type: ipv4.ICMPTypeEcho, Body: &icmp.Echo{ID: int(s.id), Seq: int(seq), Data: data}}
	if s.six {
		m.Type = ipv6.ICMPTypeEchoRequest // the system adds the checksum
	}
	packet, err := m.Marshal(nil)
	if err != nil {
		return err
	}
	_, err = s.handle.WriteTo(packet, netip.AddrPortFrom(to, 0))
	if errors.Is(err, kernel.ErrWouldBlock) {
		return nil // as if it were lost on the way
	}
	return err
}

// batch is how many packets are read before other events have their turn.
const batch = 64

// HandleReady is called by the kernel. What is no reply to a ping of ours is passed
// over.
func (s *Socket) HandleReady(kernel.Mode) {
	var buf [1 << 16]byte
	for n := 0; n < batch && !s.closed; n++ {
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

// packet reads a packet.
func (s *Socket) packet(packet []byte, from netip.Addr) {
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
		s.receive(from.Unmap(), uint16(echo.Seq), echo.Data)
	}
}

// failed is an error of the socket: a destination is unreachable, for example. Pings
// that wait for it run into their time-outs.
func (s *Socket) failed(err error) {
	s.k.Host().Logger().Debug("clientping: a socket has an error", "error", err)
}

// Close closes the socket.
func (s *Socket) Close() error {
	s.closed = true
	return s.handle.Close()
}
