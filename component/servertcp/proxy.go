package servertcp

import (
	"errors"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/gopoe/poe/component/servertcp/internal/proxyheader"
	"github.com/gopoe/poe/kernel"
)

// Proxy selects the peers which are proxies that announce their clients with
// the header of the PROXY protocol, version 1 or 2. Such a peer must send a
// header: it is read before anything else, before TLS and ClientPreConnect, and
// sets the addresses of the Client, unless the proxy declares that it connects
// on its own behalf. A connection whose header is missing, malformed, longer
// than 4096 bytes or incomplete after Timeouts.Handshake is reported to
// ClientError, with the operation "proxy", and closed.
//
// A header from a peer that is not trusted is ordinary input. Limits.PerPeer
// counts the peers that a proxy announces, not the proxy; exceeding it is the
// error "proxy" with ErrPeerLimit.
type Proxy struct {
	// Trusted are the networks of the proxies.
	Trusted []netip.Prefix
	// Local makes the peers of unix sockets trusted proxies.
	Local bool
}

// trusts reports whether a peer has to send a header.
func (p *Proxy) trusts(peer netip.AddrPort) bool {
	if !peer.IsValid() {
		return p.Local
	}
	if len(p.Trusted) == 0 {
		return false
	}
	from := peer.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(p.Trusted, func(n netip.Prefix) bool { return n.Contains(from) })
}

// ProxyAddr returns the address of the proxy that announced the peer; the zero
// value if there is none, or if the proxy is connected by a unix socket.
func (c *Client) ProxyAddr() netip.AddrPort { return c.cold().proxy }

// proxyHandshake is a header that is being read.
type proxyHandshake struct {
	c      *Client
	handle *kernel.Handle
	header proxyheader.Reader
	timer  kernel.AlarmID
}

// awaitProxy reads the header, and then continues with the connection.
func (c *Client) awaitProxy(h *kernel.Handle) error {
	a := &proxyHandshake{c: c, handle: h}
	if err := c.Kernel.Host().Watch(h, kernel.Read, "tcp_server_proxy", a); err != nil {
		return err
	}
	c.ensureCold().header = a
	timer, err := c.Kernel.Host().DelayFunc("tcp_server_proxy", c.handshakeTime(), func(e kernel.Event) {
		a.timer = 0
		a.failed(e, syscall.ETIMEDOUT)
	})
	a.timer = timer
	return err
}

// handshakeTime is how long a peer may take to begin.
func (c *Client) handshakeTime() time.Duration {
	if d := c.config().Timeouts.Handshake; d > 0 {
		return d
	}
	return DefaultHandshake
}

// HandleReady is called by the kernel when there is something to read.
func (a *proxyHandshake) HandleReady(kernel.Mode) {
	e := a.c.eventNamed("tcp_server_proxy", nil)
	done, err := a.header.Read(a.handle)
	switch {
	case errors.Is(err, kernel.ErrWouldBlock) || err == nil && !done:
		return
	case err != nil:
		a.failed(e, err)
		return
	}
	source, err := a.header.Source()
	if err == nil {
		err = a.c.announce(source)
	}
	if err != nil {
		a.failed(e, err)
		return
	}
	a.end(false)
	a.c.accepted(e, a.handle)
}

// announce makes the peer the one that its proxy announces.
func (c *Client) announce(s proxyheader.Source) error {
	if s.Own {
		return nil
	}
	counted, ok := c.listener.admit(s.Addr)
	if !ok {
		c.listener.stats.Refused++
		return ErrPeerLimit
	}
	c.ensureCold().proxy, c.extra.counted = c.RemoteAddr, counted
	c.setRemote(s.Addr)
	return nil
}

// end stops the reading of a header.
func (a *proxyHandshake) end(closed bool) {
	k := a.c.Kernel
	a.c.ensureCold().header = nil
	k.Host().Unwatch(a.c.Session, a.handle, kernel.Read)
	if a.timer != 0 {
		// With a session that stops it is gone.
		_, _ = k.AlarmRemove(a.timer)
	}
	if closed {
		a.handle.Close()
	}
}

// failed reports the error and ends the connection.
func (a *proxyHandshake) failed(e kernel.Event, err error) {
	c := a.c
	a.end(true)
	c.runCallback(e, func() { c.report(&kernel.OpError{Op: "proxy", Err: err}) })
	c.GotAnError = true
	c.finish(e)
}
