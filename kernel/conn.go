package kernel

import (
	"io"
	"net"

	"github.com/gopoe/poe/kernel/internal/source"
)

// Conn makes a handle of a connection of package net, or of any byte stream
// whose Close ends a blocked Read or Write: TCP, TLS, net.Pipe, a channel of a
// multiplexed protocol. The handle owns it; nothing else may read, write or
// close it. Two goroutines serve it, one that reads and, while there is output,
// one that writes, each with a buffer of at most 64 KiB. Bytes that were read
// before the end of the stream or an error are returned before it; the error of
// a write is returned by the next one.
//
// After Close the output that was accepted before is still written, for at most
// 10 seconds; then both goroutines end. CloseWrite returns at once and takes
// effect after the output; it requires a connection with that method, such as
// TCP, TLS and Unix sockets have. Release returns the connection to its owner;
// bytes that have been read from it can be read from the handle's Source.
func Conn(c io.ReadWriteCloser) *Handle { return streamHandle(c, "connection") }

func streamHandle(s io.ReadWriteCloser, name string) *Handle {
	return FromSource(streamSource{source.NewStream(s)}, name)
}

// Listener makes a handle of a listener of package net, which it owns; its
// Accept returns handles like those of [Conn]. A goroutine accepts up to 64
// connections in advance.
func Listener(l net.Listener) *Handle {
	return FromSource(acceptorSource{source.NewAcceptor(l)}, "listener on "+l.Addr().String())
}

// PacketConn makes a handle of a net.PacketConn, which it owns, for ReadFrom
// and WriteTo. A goroutine reads up to 64 datagrams in advance, and while there
// is output another one writes, with up to 64 waiting. The error of a write is
// returned by the next one. Close drops datagrams that were not written yet.
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
