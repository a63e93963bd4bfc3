package node

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// unprovenBytes is how much a connection may send before a frame has shown that
// it belongs to a peer. It is enough for a TLS handshake and some pings.
const unprovenBytes = 64 << 10

// maxPerLink is how many inbound connections one peer may have: two, and as many
// that are about to end.
const maxPerLink = 4

// claimEvery is how often a connection that has sent too much unproven looks
// whether the peer that it claims to be is known by now.
const claimEvery = 10 * time.Millisecond

var errTooManyConns = errors.New("node: more than MaxConns connections")

// connTable knows the connections of a node in both directions, so that it can
// close those that hang, and all of them at the end.
//
// Inbound connections are unproven until a frame has come on them that only a
// peer can have sent. Unproven ones are limited in number for each address, in
// what they may send, and in time; where there are too many, the oldest makes
// place for the newest, so that silent connections keep no peer out.
type connTable struct {
	n         *Node
	mu        sync.Mutex
	closed    bool
	lifetime  context.Context // ends with the table
	end       context.CancelFunc
	max       int // inbound
	maxByHost int // unproven ones
	in        map[*trackedConn]struct{}
	out       map[*trackedConn]struct{}
	serial    uint64
}

// trackedConn is a connection that leaves the table when it is closed.
type trackedConn struct {
	net.Conn
	table *connTable
	link  *link // outbound: that it was made for

	// Inbound. What follows is guarded by table.mu, but for the atomic fields.
	host    netip.Prefix
	serial  uint64
	expiry  *time.Timer
	owner   atomic.Pointer[link]   // that it has been proven to belong to
	claims  atomic.Pointer[link]   // that its greeting says it belongs to
	greets  atomic.Pointer[string] // the identity in its greeting
	closed  atomic.Bool
	control atomic.Bool // signs of life come on it, not data
	budget  int         // bytes that may still come unproven; used by Read alone
}

func (t *connTable) init(n *Node) {
	t.n, t.max, t.maxByHost = n, n.config.MaxConns, max(1, n.config.MaxConns/4)
	t.lifetime, t.end = context.WithCancel(context.Background())
	t.in, t.out = map[*trackedConn]struct{}{}, map[*trackedConn]struct{}{}
}

// addOutbound enters a connection that this node has made.
func (t *connTable) addOutbound(raw net.Conn, l *link) (*trackedConn, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, ErrClosed
	}
	c := &trackedConn{Conn: raw, table: t, link: l}
	t.out[c] = struct{}{}
	return c, nil
}

// addInbound enters a connection that another node, or anybody, has made. If
// there are too many, the oldest that is unproven is closed for it.
func (t *connTable) addInbound(raw net.Conn) (*trackedConn, error) {
	t.mu.Lock()
	if t.closed {
		t.mu.Unlock()
		return nil, ErrClosed
	}
	c := &trackedConn{Conn: raw, table: t, host: hostOf(raw.RemoteAddr()), budget: unprovenBytes}
	victim, full := t.victim(c.host)
	if full && victim == nil {
		t.mu.Unlock()
		return nil, errTooManyConns
	}
	t.serial++
	c.serial = t.serial
	t.in[c] = struct{}{}
	c.expiry = time.AfterFunc(2*t.n.config.DeadAfter, c.expire)
	t.mu.Unlock()
	if victim != nil {
		_ = victim.Close() // whatever it says, it is gone
	}
	return c, nil
}

// victim finds the connection that has to go for a new one from host, and
// reports whether one must. t.mu is held.
func (t *connTable) victim(host netip.Prefix) (oldest *trackedConn, full bool) {
	var sameHost *trackedConn
	fromHost := 0
	for c := range t.in {
		if c.owner.Load() != nil {
			continue
		}
		if oldest == nil || c.serial < oldest.serial {
			oldest = c
		}
		if c.host != host {
			continue
		}
		fromHost++
		if sameHost == nil || c.serial < sameHost.serial {
			sameHost = c
		}
	}
	switch {
	case fromHost >= t.maxByHost:
		return sameHost, true
	case len(t.in) >= t.max:
		return oldest, true
	}
	return nil, false
}

// hostOf is what counts as one address: an IPv4 address or an IPv6 network.
func hostOf(a net.Addr) netip.Prefix {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	addr, _ := netip.AddrFromSlice(tcp.IP)
	addr = addr.Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

// expire closes a connection that has not shown a peer in time.
func (c *trackedConn) expire() {
	if c.owner.Load() == nil {
		_ = c.Close() // whatever it says, it is gone
	}
}

// prove notes that a connection belongs to a peer. If that has too many, the
// oldest of them is closed.
func (c *trackedConn) prove(l *link) {
	if c == nil || c.owner.Load() == l {
		return
	}
	t := c.table
	t.mu.Lock()
	c.owner.Store(l)
	if c.expiry != nil {
		c.expiry.Stop()
	}
	var oldest *trackedConn
	count := 0
	for other := range t.in {
		if other.owner.Load() == l {
			if count++; oldest == nil || other.serial < oldest.serial {
				oldest = other
			}
		}
	}
	t.mu.Unlock()
	if count > maxPerLink {
		_ = oldest.Close() // whatever it says, it is gone
	}
}

// carryControl notes that signs of life come on the connection.
func (c *trackedConn) carryControl() { c.control.Store(true) }

// announce notes the identity that a connection begins with. If it is a peer's,
// the connection may send that peer's first frames, whatever their length.
func (c *trackedConn) announce(memberID string) {
	c.greets.Store(&memberID)
	c.claim()
}

// claim looks for the peer that has announced itself.
func (c *trackedConn) claim() {
	id := c.greets.Load()
	if id == nil {
		return
	}
	known, ok := c.table.n.members.Load(*id)
	if !ok {
		return
	}
	l := known.(*link)
	c.table.mu.Lock()
	defer c.table.mu.Unlock()
	claiming := 0
	for other := range c.table.in {
		if other.owner.Load() == nil && other.claims.Load() == l {
			claiming++
		}
	}
	if claiming < maxPerLink {
		c.claims.Store(l)
	}
}

// Read notes that the peer is alive. An unproven connection that has sent too
// much is not read from until it is known whose it is, or until it expires.
func (c *trackedConn) Read(b []byte) (int, error) {
	if c.link == nil {
		for c.budget < 0 && !c.closed.Load() && c.owner.Load() == nil && c.claims.Load() == nil {
			time.Sleep(claimEvery)
			c.claim()
		}
	}
	n, err := c.Conn.Read(b)
	if c.link != nil || n == 0 {
		return n, err
	}
	l := c.owner.Load()
	if l != nil {
		l.heardBytes()
	} else {
		c.budget -= n
		l = c.claims.Load()
	}
	if l != nil && !c.control.Load() {
		l.dataBytes.Add(uint64(n))
	}
	return n, err
}

// Close closes the connection and takes it out of the table.
func (c *trackedConn) Close() error {
	c.table.mu.Lock()
	delete(c.table.in, c)
	delete(c.table.out, c)
	if c.expiry != nil {
		c.expiry.Stop()
	}
	c.table.mu.Unlock()
	c.closed.Store(true)
	return c.Conn.Close()
}

// drop closes the connections that were made for a link.
func (t *connTable) drop(l *link) {
	t.closeAll(func(c *trackedConn) bool { return c.link == l })
}

// close closes everything, and whatever still comes.
func (t *connTable) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.end()
	t.closeAll(func(*trackedConn) bool { return true })
}

func (t *connTable) closeAll(which func(*trackedConn) bool) {
	t.mu.Lock()
	var all []*trackedConn
	for _, set := range []map[*trackedConn]struct{}{t.in, t.out} {
		for c := range set {
			if which(c) {
				all = append(all, c)
			}
		}
	}
	t.mu.Unlock()
	for _, c := range all {
		_ = c.Close() // it is not wanted any more, whatever it says
	}
}
