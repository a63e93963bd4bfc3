package syslogserver

import (
	"bytes"
	"errors"
	"net"
	"net/netip"

	"github.com/gopoe/poe/filter/syslog"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// batch is how many datagrams are read before other events have their turn.
const batch = 16

// datagrams receives from a socket whose messages are datagrams.
type datagrams struct {
	s      *Server
	handle *kernel.Handle
	bufs   [batch][]byte
}

func (s *Server) openDatagrams() (socket, error) {
	c := &s.config
	d := &datagrams{s: s, handle: c.Handle}
	if c.Handle == nil {
		made := socketfactory.Config{Type: socketfactory.Datagram, BindAddress: c.BindAddress, BindPort: c.BindPort}
		if c.unix() {
			made.Domain = socketfactory.Unix
		}
		var err error
		if d.handle, err = socketfactory.Listen(made); err != nil {
			return nil, err
		}
	}
	for i := range d.bufs {
		d.bufs[i] = make([]byte, 0, c.MaxLength+1) // one more shows what is too long
	}
	if err := s.k.Host().Watch(d.handle, kernel.Read, "syslogserver: datagram", d); err != nil {
		s.socket = d
		return nil, errors.Join(err, s.close())
	}
	return d, nil
}

// HandleReady is called by the kernel.
func (d *datagrams) HandleReady(kernel.Mode) {
	var list [batch]kernel.Datagram
	for i := range list {
		list[i].Data = d.bufs[i]
	}
	n, err := d.handle.ReadBatch(list[:])
	if err != nil && !errors.Is(err, kernel.ErrWouldBlock) {
		d.s.fail(&Error{Err: err}) // an ICMP error, for example: the socket is still good
	}
	for _, packet := range list[:n] {
		if d.s.over {
			return
		}
		d.packet(packet.Data, packet.Peer)
	}
}

// packet reads a datagram. Many senders end their messages as if it were a stream.
func (d *datagrams) packet(data []byte, from netip.AddrPort) {
	from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
	if len(data) > d.s.config.MaxLength {
		d.s.fail(&Error{Text: bytes.Clone(data[:d.s.config.MaxLength]), From: from, Err: ErrTooLong})
		return
	}
	text := bytes.TrimRight(data, "\r\n\x00")
	if len(text) == 0 {
		return
	}
	m, err := syslog.Parse(text, d.s.k.Now())
	if err != nil {
		d.s.fail(&Error{Text: bytes.Clone(data), From: from, Err: err})
		return
	}
	d.s.deliver(&Message{Message: *m, From: from})
}

func (d *datagrams) addr() net.Addr { return d.handle.LocalAddr() }

func (d *datagrams) clients() int { return 0 }

func (d *datagrams) close() error { return d.handle.Close() }
