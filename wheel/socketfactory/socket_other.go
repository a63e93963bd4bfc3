//go:build !unix

package socketfactory

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// Without Unix's sockets, package net makes them, on other goroutines where it
// has to wait.

func (c *Config) network(e endpoint) string {
	switch {
	case e.path != "" && c.Type == Datagram:
		return "unixgram"
	case e.path != "":
		return "unix"
	case c.Type == Datagram && e.addr.Addr().Is4():
		return "udp4"
	case c.Type == Datagram:
		return "udp6"
	case e.addr.Addr().Is4():
		return "tcp4"
	}
	return "tcp6"
}

// systemSocket makes a socket that listens at an endpoint, or one that is being
// connected to it. With an error it says which operation failed.
func systemSocket(c *Config, e endpoint, local bool) (h *kernel.Handle, op string, err error) {
	network, address := c.network(e), e.String()
	switch {
	case !local:
		local, err := c.localAddr(e)
		if err != nil {
			return nil, "bind", err
		}
		return kernel.FromSource(c.dialing(network, address, local), "connecting"), "", nil
	case c.Type == Datagram:
		conn, err := c.listenConfig().ListenPacket(context.Background(), network, address)
		if err != nil {
			return nil, "bind", bare(err)
		}
		return kernel.PacketConn(conn), "", nil
	}
	l, err := c.listenConfig().Listen(context.Background(), network, address)
	if err != nil {
		return nil, "bind", bare(err)
	}
	return kernel.Listener(l), "", nil
}

func (c *Config) listenConfig() *net.ListenConfig {
	return &net.ListenConfig{Control: c.control, KeepAlive: max(c.Options.KeepAlive, -1)}
}

func (c *Config) control(network, address string, raw syscall.RawConn) error {
	if c.Options.Control == nil {
		return nil
	}
	var err error
	if failed := raw.Control(func(fd uintptr) { err = c.Options.Control(network, address, fd) }); failed != nil {
		return failed
	}
	return err
}

// dialing is a source that becomes writable when a connection is made, or
// cannot be.
type dialing struct {
	cancel context.CancelFunc
	dial   func() (net.Conn, error)
	mu     sync.Mutex
	done   bool
	closed bool
	conn   net.Conn
	err    error
}

func (c *Config) dialing(network, address string, local netip.AddrPort) *dialing {
	ctx, cancel := context.WithCancel(context.Background())
	d := &net.Dialer{Control: c.control, KeepAlive: max(c.Options.KeepAlive, -1)}
	switch {
	case !local.IsValid():
	case c.Type == Datagram:
		d.LocalAddr = net.UDPAddrFromAddrPort(local)
	default:
		d.LocalAddr = net.TCPAddrFromAddrPort(local)
	}
	return &dialing{cancel: cancel, dial: func() (net.Conn, error) { return d.DialContext(ctx, network, address) }}
}

// Bind starts to connect.
func (d *dialing) Bind(wake func()) {
	go func() {
		conn, err := d.dial()
		d.mu.Lock()
		d.conn, d.err, d.done = conn, err, true
		late := d.closed && conn != nil
		d.mu.Unlock()
		if late {
			conn.Close()
		}
		wake()
	}()
}

// Ready reports whether there is a result.
func (d *dialing) Ready() kernel.ReadySet {
	d.mu.Lock()
	defer d.mu.Unlock()
	return kernel.ReadySet{Write: d.done}
}

// Read and Write are for the connection that is to come.
func (d *dialing) Read([]byte) (int, error)  { return 0, kernel.ErrWouldBlock }
func (d *dialing) Write([]byte) (int, error) { return 0, kernel.ErrWouldBlock }

// Close gives the attempt up.
func (d *dialing) Close() error {
	d.cancel()
	d.mu.Lock()
	d.closed = true
	conn := d.conn
	d.mu.Unlock()
	if conn != nil {
		return conn.Close()
	}
	return nil
}

// connected returns the handle of a connection that has been made.
func connected(h *kernel.Handle) (*kernel.Handle, error) {
	d := h.Source().(*dialing)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return nil, bare(d.err)
	}
	return kernel.Conn(d.conn), nil
}

// bare takes off what package net wraps around an error number.
func bare(err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	return err
}
