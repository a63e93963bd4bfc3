package kernel

import (
	"io"
	"net"

	"github.com/gopoe/poe/kernel/internal/source"
)

// Conn makes a handle of a connection of package net, or of any stream of bytes
// whose Close ends a Read or Write that waits: TCP, TLS, net.Pipe, a channel of a
// protocol that multiplexes. The handle owns it; nothing else may read, write or
// close it. Two goroutines serve it, one that reads and, while there is output, one that
// writes, each with 64 KiB at most. Errors keep their order: what was read
// before the end of the stream comes before it, and what a write met is what
// the next one returns.
//
// Close writes what was accepted before, for 10 seconds, and then both
// goroutines are gone. CloseWrite does so at once and takes effect after the
// output; it needs a connection that can, as TCP, TLS and Unix sockets do.
// Release gives the connection back to its maker; what had been read from it is
// left in the handle's Source, to be read there.
func Conn(c io.ReadWriteCloser) *Handle { return streamHandle(c, "connection") }

func streamHandle(s io.ReadWriteCloser, name string) *Handle {
	return FromSource(streamSource{source.NewStream(s)}, name)
}

// Listener makes a handle of a listener of package net, which it owns; Accept
// returns handles as Conn makes them. A goroutine accepts up to 64 connections
// ahead.
func Listener(l net.Listener) *Handle {
	return FromSource(acceptorSource{source.NewAcceptor(l)}, "listener on "+l.Addr().String())
}

// PacketConn makes a handle of a socket for datagrams of package net or of any
// other, which it owns, to be used with ReadFrom and WriteTo. A goroutine reads
// up to 64 datagrams ahead, and while there is output another writes, with as
// many waiting. What a write meets is what the next one returns. Close leaves
// unwritten datagrams behind, as networks do.
func PacketConn(c net.PacketConn) *Handle {
	return FromSource(packetSource{source.NewPackets(c)}, "datagrams at "+c.LocalAddr().String())
}

// streamSource, acceptorSource and packetSource are the sources of package source
// as a Handle uses them.
type (
	streamSource   struct{ *source.Stream }
	acceptorSource struct{ *source.Acceptor }
	packetSource   struct{ *source.Packets }
)

func (s streamSource) Ready() ReadySet   { return ReadySet(s.Stream.Ready()) }
func (s acceptorSource) Ready() ReadySet { return ReadySet(s.Acceptor.Ready()) }
func (s packetSource) Ready() ReadySet   { return ReadySet(s.Packets.Ready()) }

// Accept returns a handle of the next connection.
func (s acceptorSource) Accept() (*Handle, net.Addr, error) {
	c, err := s.Acceptor.Accept()
	if err != nil {
		return nil, nil, err
	}
	return Conn(c), c.RemoteAddr(), nil
}
