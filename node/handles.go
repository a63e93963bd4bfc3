package node

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Network makes connections in place of the system, so that nodes can live in a
// simulated world: the host of package poetest/sim has one. All of the node then
// happens on the kernel's goroutine, and nothing waits. Connections are plain
// streams without TLS, and are not limited in number.
type Network interface {
	// Listen listens at Config.Listen and returns a handle that accepts.
	Listen(address string) (*kernel.Handle, error)
	// Dial connects to another node's address. It calls done later, on the kernel's
	// goroutine, with a handle that belongs to the node, or with an error.
	Dial(address string, done func(h *kernel.Handle, err error))
	// Now returns how much time has passed since some moment. Steps of the host's
	// time of day do not affect it.
	Now() time.Duration
}

// handleTransport is the transport over a Network's handles. It lives on the
// kernel's goroutine. On a connection is one frame after the other, with its length
// in four bytes in front; frames travel in the direction in which it was made.
type handleTransport struct {
	n        *Node
	listener *kernel.Handle
	again    timer // accepts again after an error
	out      map[connKey]*handleConn
	in       []*handleConn // in order
	refusing bool
}

// connKey names an outbound connection.
type connKey struct {
	link    *link
	control bool
}

func newHandleTransport(n *Node) *handleTransport {
	return &handleTransport{n: n, out: map[connKey]*handleConn{}}
}

func (t *handleTransport) listen() (string, error) {
	h, err := t.n.network.Listen(t.n.config.Listen)
	if err != nil {
		return "", err
	}
	t.listener, t.again = h, t.n.newTimer(t.watchListener)
	t.watchListener()
	if t.n.config.Advertise != "" {
		return t.n.config.Advertise, nil
	}
	return t.n.config.Listen, nil
}

func (t *handleTransport) watchListener() { t.watch(t.listener, kernel.Read, t) }

// watch watches a handle in the node's session.
func (t *handleTransport) watch(h *kernel.Handle, m kernel.Mode, ready kernel.ReadyHandler) {
	t.n.agent.inside(func() {
		if err := t.n.agent.k.Host().Watch(h, m, "connection", ready); err != nil {
			t.n.log.Warn("node: watching a connection", "error", err)
		}
	})
}

// HandleReady accepts connections.
func (t *handleTransport) HandleReady(kernel.Mode) {
	for {
		h, _, err := t.listener.Accept()
		switch {
		case err == nil && t.refusing:
			_ = h.Close() // it is refused
		case err == nil:
			c := &handleConn{t: t, h: h, inbound: true}
			t.in = append(t.in, c)
			t.watch(h, kernel.Read, c)
		case errors.Is(err, kernel.ErrWouldBlock):
			return
		default:
			t.n.log.Warn("node: cannot accept a connection", "address", t.n.address, "error", err, "again in", minAcceptDelay)
			t.n.agent.k.Host().Unwatch(t.n.agent.id, t.listener, kernel.Read)
			t.again.Reset(minAcceptDelay)
			return
		}
	}
}

func (t *handleTransport) memberID() string { return t.n.config.Name }

func (t *handleTransport) transmit(l *link, control bool, f *frame) {
	key := connKey{l, control}
	c := t.out[key]
	if c == nil {
		c = &handleConn{t: t, key: key}
		t.out[key] = c
		t.dial(c)
	}
	at := len(c.queue)
	c.queue = f.append(append(c.queue, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(c.queue[at:], uint32(len(c.queue)-at-4))
	if c.h != nil {
		t.n.agent.k.Host().TryWrite(c.h)
	}
}

// dial makes an outbound connection, which may take as long as a node may be
// silent.
func (t *handleTransport) dial(c *handleConn) {
	c.expiry = t.n.newTimer(func() { c.fail() })
	c.expiry.Reset(t.n.config.DeadAfter)
	t.n.network.Dial(c.key.link.address, func(h *kernel.Handle, err error) {
		switch {
		case err != nil:
			c.fail()
		case c.closed:
			_ = h.Close() // it is not wanted any more
		default:
			c.expiry.Stop()
			c.h = h
			t.watch(h, kernel.Read, c)
			t.watch(h, kernel.Write, c)
			t.n.agent.k.Host().TryWrite(h)
		}
	})
}

func (t *handleTransport) disconnect(l *link) {
	for _, control := range []bool{false, true} {
		if c := t.out[connKey{l, control}]; c != nil {
			c.close()
		}
	}
}

func (t *handleTransport) refuse() { t.refusing = true }

func (t *handleTransport) close() {
	t.again.Stop()
	_ = t.listener.Close() // nothing is to be done about it
	for _, l := range t.n.allLinks() {
		for _, control := range []bool{false, true} {
			if c := t.out[connKey{l, control}]; c != nil {
				c.write()
			}
		}
		t.disconnect(l)
	}
	for _, c := range slices.Clone(t.in) {
		c.close()
	}
}

// handleConn is a connection of a handleTransport.
type handleConn struct {
	t       *handleTransport
	h       *kernel.Handle // nil while it is being made
	key     connKey        // outbound
	inbound bool
	expiry  timer // outbound
	closed  bool
	queue   []byte // to be written
	read    []byte // of a frame that is not complete
	owner   *link  // that it was proven to belong to
	control bool   // signs of life come on it
}

func (c *handleConn) prove(l *link) { c.owner = l }
func (c *handleConn) carryControl() { c.control = true }

// HandleReady is called by the kernel.
func (c *handleConn) HandleReady(m kernel.Mode) {
	if m == kernel.Write {
		if err := c.write(); err != nil {
			c.fail()
		}
		return
	}
	buf := c.t.n.agent.k.Host().Scratch(16 << 10)
	for !c.closed {
		n, err := c.h.Read(buf)
		if n > 0 {
			c.received(buf[:n])
		}
		if errors.Is(err, kernel.ErrWouldBlock) {
			return
		}
		if err != nil {
			c.fail()
		}
	}
}

// write writes what it can.
func (c *handleConn) write() error {
	k := c.t.n.agent.k
	for len(c.queue) > 0 && c.h != nil && !c.closed {
		n, err := c.h.Write(c.queue)
		c.queue = c.queue[n:]
		if errors.Is(err, kernel.ErrWouldBlock) {
			k.SelectResumeWrite(c.h)
			return nil
		}
		if err != nil {
			return err
		}
	}
	if len(c.queue) == 0 {
		c.queue = nil
		if c.h != nil {
			k.SelectPauseWrite(c.h)
		}
	}
	return nil
}

// received takes the frames in what has come.
func (c *handleConn) received(p []byte) {
	if c.owner != nil {
		c.owner.heardBytes()
		if !c.control {
			c.owner.dataBytes.Add(uint64(len(p)))
		}
	}
	c.read = append(c.read, p...)
	for len(c.read) >= 4 && !c.closed {
		size := int(binary.BigEndian.Uint32(c.read))
		if size > c.t.n.config.MaxMessage+frameOverhead {
			c.t.n.warn("node: a message that no node sends; its connection is closed")
			c.fail()
			return
		}
		if len(c.read) < 4+size {
			return
		}
		data := slices.Clone(c.read[4 : 4+size])
		c.read = c.read[4+size:]
		_ = c.t.n.takeFrame(data, c, func(string) error { return nil }) // everybody may
	}
}

// fail ends the connection, and notes that its link has lost it.
func (c *handleConn) fail() {
	if c.closed {
		return
	}
	c.close()
	if !c.inbound {
		c.key.link.down(errNoConnection)
	}
}

func (c *handleConn) close() {
	if c.closed {
		return
	}
	c.closed = true
	if c.inbound {
		c.t.in = slices.DeleteFunc(c.t.in, func(o *handleConn) bool { return o == c })
	} else {
		c.expiry.Stop()
		delete(c.t.out, c.key)
	}
	if c.h != nil {
		_ = c.h.Close() // it is not wanted any more, whatever it says
	}
}
