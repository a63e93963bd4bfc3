package source

import (
	"net"
	"net/netip"
	"syscall"
)

const (
	packetLimit = 64      // datagrams that wait, in each direction
	packetSize  = 1 << 16 // no datagram is larger
)

type datagram struct {
	data []byte
	peer netip.AddrPort
}

// Packets makes a source of a net.PacketConn.
type Packets struct {
	c net.PacketConn
	ioPump
	in      []datagram
	inErr   error // after them
	out     []datagram
	outErr  error
	writing bool
	closed  bool
}

// NewPackets makes a source of a socket for datagrams, which it owns.
func NewPackets(c net.PacketConn) *Packets { return &Packets{c: c} }

// Bind starts the reading.
func (p *Packets) Bind(wake func()) { p.bind(wake, p.receive) }

// receive is the reading goroutine. Errors of a datagram socket pass: one that
// says that nothing listens at the peer's port does not end it.
func (p *Packets) receive() {
	buf := make([]byte, packetSize)
	for {
		n, from, err := p.c.ReadFrom(buf)
		if !p.received(buf[:n], from, err) {
			return
		}
	}
}

func (p *Packets) received(data []byte, from net.Addr, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.closed, p.interrupted(err):
		return false
	case err == nil:
		p.in = append(p.in, datagram{append([]byte(nil), data...), peerOf(from)})
	default:
		p.inErr = Plain(err)
	}
	p.notify()
	for (len(p.in) >= packetLimit || p.inErr != nil) && !p.stopped {
		p.cond.Wait()
	}
	return !p.stopped
}

func peerOf(a net.Addr) (peer netip.AddrPort) {
	if a, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		peer = a.AddrPort()
		peer = netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
	}
	return peer
}

// ReadFrom takes the next datagram.
func (p *Packets) ReadFrom(b []byte) (int, netip.AddrPort, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.in) > 0 {
		d := p.in[0]
		p.in[0] = datagram{}
		p.in = p.in[1:]
		p.cond.Signal()
		return copy(b, d.data), d.peer, nil
	}
	if err := p.inErr; err != nil {
		if err != ErrClosed { // that one does not pass
			p.inErr = nil
			p.cond.Signal()
		}
		return 0, netip.AddrPort{}, err
	}
	p.start(p.receive)
	return 0, netip.AddrPort{}, ErrWouldBlock
}

// WriteTo sends a datagram.
func (p *Packets) WriteTo(b []byte, to netip.AddrPort) (int, error) {
	if !to.IsValid() {
		return 0, syscall.EDESTADDRREQ
	}
	return p.enqueue(b, to)
}

// Write sends a datagram to the peer that the socket is connected with.
func (p *Packets) Write(b []byte) (int, error) {
	if p.RemoteAddr() == nil {
		return 0, syscall.EDESTADDRREQ
	}
	return p.enqueue(b, netip.AddrPort{})
}

// enqueue hands a datagram to the writing goroutine. A peer that is not valid
// is the one that the socket is connected with.
func (p *Packets) enqueue(b []byte, to netip.AddrPort) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch err := p.outErr; {
	case p.closed:
		return 0, ErrClosed
	case err != nil:
		p.outErr = nil
		return 0, err
	case len(p.out) >= packetLimit:
		return 0, ErrWouldBlock
	}
	p.out = append(p.out, datagram{append([]byte(nil), b...), to})
	if !p.writing {
		p.writing = true
		go p.send()
	}
	return len(b), nil
}

// send is the writing goroutine. It ends when it has nothing to do.
func (p *Packets) send() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.out) > 0 && !p.closed {
		d := p.out[0]
		p.mu.Unlock()
		err := p.write(d)
		p.mu.Lock()
		p.out[0] = datagram{}
		p.out = p.out[1:]
		if err != nil {
			p.outErr = Plain(err)
		}
		if err != nil || len(p.out) == packetLimit/2 {
			p.notify()
		}
	}
	p.out, p.writing = nil, false
}

func (p *Packets) write(d datagram) (err error) {
	if d.peer.IsValid() {
		_, err = p.c.WriteTo(d.data, net.UDPAddrFromAddrPort(d.peer))
	} else {
		_, err = p.c.(net.Conn).Write(d.data)
	}
	return err
}

// Read is ReadFrom without the peer's address.
func (p *Packets) Read(b []byte) (int, error) {
	n, _, err := p.ReadFrom(b)
	return n, err
}

// Ready returns the modes that are ready now.
func (p *Packets) Ready() ReadySet {
	p.mu.Lock()
	defer p.mu.Unlock()
	return ReadySet{
		Read:  len(p.in) > 0 || p.inErr != nil || p.closed,
		Write: len(p.out) <= packetLimit/2 || p.outErr != nil || p.closed,
	}
}

// Close closes the socket.
func (p *Packets) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	p.stop()
	return Plain(p.c.Close())
}

// Release ends the reading goroutine and leaves the socket open. What it had
// read is still there for ReadFrom.
func (p *Packets) Release() { p.release(p.c.SetReadDeadline) }

// LocalAddr returns the address of this end.
func (p *Packets) LocalAddr() net.Addr { return p.c.LocalAddr() }

// RemoteAddr returns the address that the socket is connected with, nil if
// there is none.
func (p *Packets) RemoteAddr() net.Addr {
	if c, ok := p.c.(net.Conn); ok {
		return c.RemoteAddr()
	}
	return nil
}
