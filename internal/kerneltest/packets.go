package kerneltest

import (
	"net"
	"net/netip"
	"slices"

	"github.com/gopoe/poe/kernel"
)

// Packets is a socket for datagrams in memory. It belongs to the kernel's
// goroutine.
type Packets struct {
	// Sent is called for each datagram that is written.
	Sent func(data []byte, to netip.AddrPort)

	in     []packet
	wake   func()
	closed bool
}

type packet struct {
	data []byte
	from netip.AddrPort
}

// Handle makes the socket's handle; it must be called once.
func (p *Packets) Handle() *kernel.Handle { return kernel.FromSource(p, "datagrams in memory") }

// Deliver gives the socket a datagram to read, unless it is closed.
func (p *Packets) Deliver(data []byte, from netip.AddrPort) {
	if p.closed {
		return
	}
	p.in = append(p.in, packet{slices.Clone(data), from})
	if p.wake != nil {
		p.wake()
	}
}

// Waiting returns the number of datagrams that were not read.
func (p *Packets) Waiting() int { return len(p.in) }

// Closed reports whether the socket is closed.
func (p *Packets) Closed() bool { return p.closed }

// ReadFrom reads one datagram.
func (p *Packets) ReadFrom(to []byte) (int, netip.AddrPort, error) {
	switch {
	case p.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	case len(p.in) == 0:
		return 0, netip.AddrPort{}, kernel.ErrWouldBlock
	}
	d := p.in[0]
	p.in = p.in[1:]
	return copy(to, d.data), d.from, nil
}

// WriteTo sends one datagram.
func (p *Packets) WriteTo(data []byte, to netip.AddrPort) (int, error) {
	if p.closed {
		return 0, net.ErrClosed
	}
	p.Sent(slices.Clone(data), to)
	return len(data), nil
}

// Read reads one datagram.
func (p *Packets) Read(to []byte) (int, error) {
	n, _, err := p.ReadFrom(to)
	return n, err
}

// Write is not for a socket without a peer.
func (p *Packets) Write([]byte) (int, error) { return 0, kernel.ErrInvalid }

// Close closes the socket.
func (p *Packets) Close() error {
	p.closed = true
	return nil
}

// Ready reports whether there is a datagram to read.
func (p *Packets) Ready() kernel.ReadySet {
	return kernel.ReadySet{Read: p.closed || len(p.in) > 0, Write: true}
}

// Bind is called by the kernel.
func (p *Packets) Bind(wake func()) { p.wake = wake }
