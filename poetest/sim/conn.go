package sim

import (
	"io"
	"net"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// end is one end of a connection, and the direction in which it sends.
type end struct {
	h             *Host
	life          int
	peer          *end
	local, remote netip.AddrPort
	limit         int
	wakeFn        func()
	process       *Process  // which has accepted it
	queuedAt      *listener // of which it was not accepted yet

	in      []byte // has arrived and was not read
	eof     bool   // the peer's end of the stream has arrived
	trouble error  // what has broken the connection
	closed  bool
	mute    bool // CloseWrite
	deaf    bool // CloseRead
	gone    bool // the host has crashed: nothing is here any more

	flight   []segment // on its way to the peer, in order
	bytes    int       // in flight
	last     time.Duration
	pumping  bool
	blocked  time.Duration // since when the first segment does not get through, -1 if it does
	wait     time.Duration // until it is sent again
	lastSeen time.Duration // when something came from the peer or got there
}

// segment is what arrives at once.
type segment struct {
	data  []byte
	fin   bool
	reset bool
	at    time.Duration
}

// connect makes both ends of a connection.
func (w *World) connect(from, to *Host, a, b netip.AddrPort) (near, far *end) {
	limit := w.link(from, to).net.Buffer
	near = &end{h: from, life: from.life, local: a, remote: b, limit: limit, blocked: -1, lastSeen: w.now}
	far = &end{h: to, life: to.life, local: b, remote: a, limit: limit, blocked: -1, lastSeen: w.now}
	near.peer, far.peer = far, near
	for _, e := range []*end{near, far} {
		e.h.ends = append(slices.DeleteFunc(e.h.ends, func(e *end) bool { return e.closed && len(e.flight) == 0 }), e)
		e.probe()
	}
	w.conns++
	return near, far
}

func (e *end) handle() *kernel.Handle {
	return kernel.FromSource(e, "socket "+e.local.String()+" to "+e.remote.String())
}

func (e *end) link() *Link { return e.h.w.link(e.h, e.peer.h) }

func (e *end) wake() {
	if e.gone {
		return
	}
	e.h.wake()
	if e.wakeFn != nil {
		e.wakeFn()
	}
}

// Read reads what has arrived, now and then only a part of it.
func (e *end) Read(p []byte) (int, error) {
	switch {
	case e.gone:
		return 0, syscall.ECONNRESET
	case e.closed:
		return 0, net.ErrClosed
	case len(p) == 0:
		return 0, nil
	case e.deaf:
		return 0, io.EOF
	}
	if errno := e.h.w.callFault(e.h, "read", readErrors); errno != 0 {
		e.fail(errno)
		return 0, errno
	}
	switch {
	case len(e.in) > 0:
		n := e.h.w.short(min(len(p), len(e.in)))
		copy(p, e.in[:n])
		e.in = e.in[n:]
		e.peer.wake() // there is space again
		return n, nil
	case e.trouble != nil:
		return 0, e.trouble
	case e.eof:
		return 0, io.EOF
	}
	return 0, kernel.ErrWouldBlock
}

// space is how much may be written now.
func (e *end) space() int { return max(0, e.limit-e.bytes-len(e.peer.in)) }

// Write sends as much as there is space for, now and then less.
func (e *end) Write(p []byte) (int, error) {
	switch {
	case e.gone:
		return 0, syscall.ECONNRESET
	case e.closed:
		return 0, net.ErrClosed
	case e.trouble != nil:
		return 0, e.trouble
	case e.mute:
		return 0, syscall.EPIPE
	}
	if errno := e.h.w.callFault(e.h, "write", writeErrors); errno != 0 {
		e.fail(errno)
		return 0, errno
	}
	n := min(len(p), e.space())
	if n > 0 {
		n = e.h.w.short(n)
		e.send(segment{data: slices.Clone(p[:n])})
	}
	if n < len(p) {
		return n, kernel.ErrWouldBlock
	}
	return n, nil
}

// Ready returns the modes in which the end is ready. As with TCP it is writable when
// a third of its buffer is free.
func (e *end) Ready() kernel.ReadySet {
	over := e.closed || e.trouble != nil || e.gone
	return kernel.ReadySet{Read: over || len(e.in) > 0 || e.eof || e.deaf, Write: over || e.mute || e.space() > e.limit/3}
}

// Close ends both directions: the peer reads what is on its way and then the end
// of the stream, or gets ECONNRESET if something was left unread here.
func (e *end) Close() error {
	switch {
	case e.closed:
		return net.ErrClosed
	case e.gone:
		return nil
	}
	e.closed = true
	switch {
	case e.trouble != nil:
	case len(e.in) > 0:
		e.in = nil
		e.abort()
	case !e.mute:
		e.send(segment{fin: true})
	}
	return nil
}

// CloseRead ends the reading half.
func (e *end) CloseRead() error {
	e.deaf, e.in = true, nil
	e.peer.wake()
	return nil
}

// CloseWrite ends the writing half: the peer reads the end of the stream.
func (e *end) CloseWrite() error {
	if !e.mute && !e.closed && e.trouble == nil {
		e.mute = true
		e.send(segment{fin: true})
	}
	return nil
}

// Bind is called by the kernel.
func (e *end) Bind(wake func()) { e.wakeFn = wake }

// LocalAddr returns the address of this end, a *net.TCPAddr.
func (e *end) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(e.local) }

// RemoteAddr returns the address of the other end, a *net.TCPAddr.
func (e *end) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(e.remote) }

// send puts a segment on its way, behind all others.
func (e *end) send(s segment) {
	l := e.link()
	s.at = max(l.arrival(len(s.data)), e.last)
	for wait := 200 * time.Millisecond; l.lost() && wait < 30*time.Second; wait *= 2 {
		s.at += wait // it is sent again
	}
	e.last = s.at
	e.bytes += len(s.data)
	e.flight = append(e.flight, s)
	e.pump()
}

// pump delivers what has arrived, and waits for the rest.
func (e *end) pump() {
	if e.pumping || len(e.flight) == 0 {
		return
	}
	e.pumping = true
	e.h.w.at(max(e.flight[0].at, e.h.w.now), e.arrived)
}

func (e *end) arrived() {
	e.pumping = false
	w := e.h.w
	for len(e.flight) > 0 && e.flight[0].at <= w.now {
		if e.gone && !e.flight[0].fin && !e.flight[0].reset {
			e.flight, e.bytes = nil, 0 // what a crashed host had not got through is lost
			return
		}
		if e.link().dead() || w.link(e.peer.h, e.h).dead() { // also without an acknowledgement
			e.retry()
			return
		}
		e.blocked = -1
		s := e.flight[0]
		e.flight = e.flight[1:]
		e.bytes -= len(s.data)
		e.lastSeen, e.peer.lastSeen = w.now, w.now
		e.peer.receive(s)
		e.wake() // there may be space
	}
	e.pump()
}

// retry sends the first segment again later, or gives up.
func (e *end) retry() {
	w := e.h.w
	if e.blocked < 0 {
		e.blocked, e.wait = w.now, 200*time.Millisecond
	}
	if e.gone || w.now-e.blocked >= e.link().net.GiveUp {
		e.flight, e.bytes = nil, 0
		e.fail(syscall.ETIMEDOUT)
		return
	}
	e.pumping = true
	w.after(e.wait, e.arrived)
	e.wait = min(2*e.wait, 8*time.Second)
}

// receive takes in what has arrived.
func (e *end) receive(s segment) {
	w := e.h.w
	w.note("arrive", uint64(e.local.Port()), uint64(len(s.data)))
	switch {
	case s.reset:
		e.broken(syscall.ECONNRESET)
	case e.gone, e.trouble != nil && !e.closed, e.closed && len(s.data) > 0:
		e.refuse()
	case s.fin:
		e.eof = true
		e.wake()
	case e.deaf:
	default:
		e.in = append(e.in, s.data...)
		e.wake()
	}
}

// refuse answers what has no destination.
func (e *end) refuse() {
	w, back, p := e.h.w, e.h.w.link(e.h, e.peer.h), e.peer
	w.at(back.arrival(0), func() {
		if !back.dead() {
			p.broken(syscall.ECONNRESET)
		}
	})
}

// broken ends the connection at this end.
func (e *end) broken(err error) {
	if e.trouble != nil || e.gone {
		return
	}
	e.trouble = err
	e.flight, e.bytes = nil, 0
	e.wake()
}

// fail ends the connection at this end, by a fault, and lets the peer know.
func (e *end) fail(err error) {
	if e.trouble == nil {
		e.broken(err)
		e.reset()
	}
}

// abort ends the connection: the peer gets ECONNRESET.
func (e *end) abort() {
	if e.trouble == nil {
		e.broken(syscall.ECONNABORTED)
		e.reset()
	}
}

// reset sends the peer a reset.
func (e *end) reset() {
	if !e.gone {
		e.send(segment{reset: true})
	}
}

// vanish is the crash of the host.
func (e *end) vanish() {
	e.gone, e.in, e.wakeFn = true, nil, nil
	if e.h.w.faultRand.IntN(2) == 0 { // what was in the machine's own buffers
		e.flight, e.bytes = nil, 0
	}
}

// killed is the end of the program.
func (e *end) killed() {
	if !e.closed && e.trouble == nil {
		p, back := e.peer, e.link()
		e.h.w.at(back.arrival(0), func() {
			if !back.cut {
				p.broken(syscall.ECONNRESET)
			}
		})
	}
	e.vanish()
}

// probe looks now and then whether the peer is still there.
func (e *end) probe() {
	every := e.link().net.KeepAlive
	if every <= 0 {
		return
	}
	w := e.h.w
	w.after(every, func() {
		if e.gone || e.closed || e.trouble != nil {
			return
		}
		if w.now-e.lastSeen >= every {
			l, back := e.link(), w.link(e.peer.h, e.h)
			switch {
			case l.dead() || back.dead():
				if w.now-e.lastSeen >= every+l.net.GiveUp {
					e.broken(syscall.ETIMEDOUT)
					return
				}
			case e.peer.gone || e.peer.trouble != nil:
				e.broken(syscall.ECONNRESET)
				return
			default:
				e.lastSeen = w.now
			}
		}
		e.probe()
	})
}
