package syslogserver

import (
	"bytes"
	"errors"
	"io/fs"
	"net"
	"net/netip"
	"os"

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
	path   string // of a unix socket that was made here
	bufs   [batch][]byte
}

func (s *Server) openDatagrams() (socket, error) {
	c := &s.config
	d := &datagrams{s: s, handle: c.Handle}
	if c.Handle == nil {
		domain := socketfactory.Inet
		if c.Type == "unixgram" {
			domain, d.path = socketfactory.Unix, c.BindAddress
		}
		if err := c.replace(); err != nil {
			return nil, err
		}
		var err error
		d.handle, err = socketfactory.Listen(socketfactory.Config{
			Domain: domain, Type: socketfactory.Datagram, BindAddress: c.BindAddress, BindPort: c.BindPort,
		})
		if err != nil {
			return nil, err
		}
		if err := c.chmod(); err != nil {
			return nil, errors.Join(err, d.handle.Close(), d.remove())
		}
	}
	for i := range d.bufs {
		d.bufs[i] = make([]byte, 0, c.MaxLength+1) // one more shows what is too long
	}
	if err := s.k.Host().Watch(d.handle, kernel.Read, "syslogserver: datagram", d); err != nil {
		return nil, errors.Join(err, d.handle.Close(), d.remove())
	}
	return d, nil
}

// replace removes the socket that is there already.
func (c *Config) replace() error {
	if !c.Replace || !c.unix() {
		return nil
	}
	info, err := os.Lstat(c.BindAddress)
	if err != nil || info.Mode()&fs.ModeSocket == 0 {
		return nil // binding finds what is wrong
	}
	return os.Remove(c.BindAddress)
}

func (c *Config) chmod() error {
	if c.Mode == 0 || !c.unix() {
		return nil
	}
	return os.Chmod(c.BindAddress, c.Mode)
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

func (d *datagrams) close() {
	if err := errors.Join(d.handle.Close(), d.remove()); err != nil {
		d.s.k.Host().Logger().Warn("syslogserver: closing the socket", "error", err)
	}
}

// remove removes the file of a unix socket.
func (d *datagrams) remove() error { return removeSocket(d.path) }

func removeSocket(path string) error {
	if path == "" || path[0] == '@' {
		return nil
	}
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
