package socketfactory

import (
	"net/netip"
	"time"
)

// Options are options of a socket. The zero value means the system's defaults,
// except for TCP_NODELAY, which is set.
type Options struct {
	// Delay lets TCP collect small writes (Nagle's algorithm).
	Delay bool
	// ReusePort lets several sockets listen on one port; the system spreads
	// connections over them.
	ReusePort bool
	// KeepAlive is the idle time after which a connection is probed; 0 means
	// never.
	KeepAlive time.Duration
	// ReadBuffer and WriteBuffer are the sizes of the system's buffers, in
	// bytes; 0 means the system's default.
	ReadBuffer  int
	WriteBuffer int
	// V6Only restricts a socket for IPv6 to IPv6.
	V6Only bool
	// Control is called before the socket is bound or connected, with the
	// network ("tcp4", "udp6", "unix"), the address, and the descriptor. Its
	// error fails the operation "control".
	Control func(network, address string, fd uintptr) error
}

// endpoint is an address to bind or to connect to.
type endpoint struct {
	addr netip.AddrPort
	path string
}

func (e endpoint) String() string {
	if e.path != "" {
		return e.path
	}
	return e.addr.String()
}
