package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// Net configures a link between two hosts. The zero value of a field means the
// default, which its comment ends with.
type Net struct {
	Latency   time.Duration // one way; 1 ms
	Jitter    time.Duration // the most that is added to it at random; none
	Loss      float64       // probability that a packet is lost, from 0 to 1; a stream sends it again, a datagram is lost
	Duplicate float64       // probability that a datagram arrives twice
	Bandwidth int           // bytes a second; no limit
	Buffer    int           // bytes that one direction of a connection holds before its writer must wait; 64 KiB
	GiveUp    time.Duration // after which a connection breaks whose peer does not answer, ETIMEDOUT; a minute
	KeepAlive time.Duration // between probes of the peer on an idle connection; 2 minutes, negative never
}

func (n Net) withDefaults() Net {
	set := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	set(&n.Latency, time.Millisecond)
	set(&n.GiveUp, time.Minute)
	set(&n.KeepAlive, 2*time.Minute)
	if n.Buffer == 0 {
		n.Buffer = 64 << 10
	}
	return n
}

// Link is one direction between two hosts.
type Link struct {
	from, to *Host
	net      Net
	cut      bool
	busyTil  time.Duration // the bandwidth is used until then
}

// link returns the direction from one host to another.
func (w *World) link(from, to *Host) *Link {
	key := [2]*Host{from, to}
	l := w.links[key]
	if l == nil {
		l = &Link{from: from, to: to, net: w.config.Net.withDefaults()}
		w.links[key] = l
	}
	return l
}

// SetLink changes how the network between two hosts behaves, in both directions.
// Connections that exist keep their Buffer.
func (w *World) SetLink(a, b *Host, n Net) {
	n = n.withDefaults()
	w.link(a, b).net, w.link(b, a).net = n, n
}

// Partition cuts the network between two hosts. Streams send again until Heal;
// after Net.GiveUp the connection fails.
func (w *World) Partition(a, b *Host) {
	w.logf("%s and %s are cut off from each other", a.name, b.name)
	w.link(a, b).cut, w.link(b, a).cut = true, true
}

// CutOneWay cuts only the direction from a to b: what a sends does not arrive
// at b.
func (w *World) CutOneWay(a, b *Host) {
	w.logf("%s is not heard any more by %s", a.name, b.name)
	w.link(a, b).cut = true
}

// Heal repairs the network between two hosts.
func (w *World) Heal(a, b *Host) {
	w.logf("%s and %s are connected again", a.name, b.name)
	w.link(a, b).cut, w.link(b, a).cut = false, false
}

// Partitioned reports whether the network is cut in one of the directions.
func (w *World) Partitioned(a, b *Host) bool { return w.link(a, b).cut || w.link(b, a).cut }

// arrival is when n bytes arrive that are sent now.
func (l *Link) arrival(n int) time.Duration {
	w := l.from.w
	at := w.now
	if l.net.Bandwidth > 0 {
		at = max(at, l.busyTil) + time.Duration(n)*time.Second/time.Duration(l.net.Bandwidth)
		l.busyTil = at
	}
	at += l.net.Latency
	if l.net.Jitter > 0 {
		at += time.Duration(w.netRand.Int64N(int64(l.net.Jitter) + 1))
	}
	return at
}

// lost draws whether a packet is lost.
func (l *Link) lost() bool { return l.net.Loss > 0 && l.from.w.netRand.Float64() < l.net.Loss }

// dead reports whether nothing gets through: the link is cut, or nothing is there.
func (l *Link) dead() bool { return l.cut || l.to.down || l.from.down }

// listener is a listening socket.
type listener struct {
	h      *Host
	life   int
	addr   netip.AddrPort
	handle *kernel.Handle
	wakeFn func()
	queue  []*end
	closed bool // by the host's program

	users   int // who have it open: the host's program and child processes
	waiting []*Process
}

// backlog is how many connections wait to be accepted.
const backlog = 128

// Listen makes a socket that listens at a port, for servertcp.Config.Listener
// and wherever a listening handle is needed. The error is EADDRINUSE if the
// port is in use.
func (h *Host) Listen(port int) (*kernel.Handle, error) {
	return asked(h, "listen", func() (*kernel.Handle, error) { return h.listen(port) })
}

func (h *Host) listen(port int) (*kernel.Handle, error) {
	if h.listeners[port] != nil {
		return nil, &kernel.OpError{Op: "bind", Err: syscall.EADDRINUSE}
	}
	l := &listener{h: h, life: h.life, addr: netip.AddrPortFrom(h.addr, uint16(port)), users: 1}
	h.listeners[port] = l
	l.handle = kernel.FromSource((*listening)(l), fmt.Sprintf("listener %s:%d", h.name, port))
	return l.handle, nil
}

// dialed is what has become of one call of Dial.
type dialed struct {
	Number uint64
	Conn   *kernel.Handle
}

// complete lets the kernel take in what has become of the oldest call of Dial that
// has come to its end. A recording has which that is, and the result.
func (h *Host) complete(number uint64, c *kernel.Handle, err error) {
	h.Kernel.Outside().DoAsync(func(k *kernel.Kernel) {
		d, err := kernel.Recorded(k, "dialed", func() (dialed, error) { return dialed{number, c}, err })
		done := h.dialing[d.Number]
		delete(h.dialing, d.Number)
		if done != nil {
			done(d.Conn, err)
		}
	})
}

// Dial connects to a port of a host, by its name. done is called later, with the
// connection or with a *kernel.OpError of the operation "connect"; it suits
// clienttcp:
//
//	Dial: func(d *clienttcp.Dialing) { h.Dial(d.Address, d.Port, d.Complete) },
//
// done is not called on a host that has crashed meanwhile.
func (h *Host) Dial(name string, port int, done func(*kernel.Handle, error)) {
	h.dials++
	number := h.dials
	h.dialing[number] = done
	if h.replayed {
		h.complete(number, nil, nil) // when the recording says so, and with what it has
		return
	}
	w, life := h.w, h.life
	finish := func(c *kernel.Handle, errno syscall.Errno) {
		if h.life != life || h.down {
			return
		}
		var err error
		if errno != 0 {
			err = &kernel.OpError{Op: "connect", Err: errno}
		}
		h.wake()
		h.complete(number, c, err)
	}
	to := w.find(name)
	if to == nil {
		w.after(0, func() { finish(nil, syscall.EHOSTUNREACH) })
		return
	}
	if errno := w.callFault(h, "connect", connectErrors); errno != 0 {
		w.after(0, func() { finish(nil, errno) })
		return
	}
	h.port++
	if h.port > 65535 {
		h.port = 32768
	}
	a := &attempt{from: h, to: to, port: port, local: netip.AddrPortFrom(h.addr, uint16(h.port)), finish: finish, life: life, began: w.now, wait: time.Second}
	a.send()
}

// attempt is a connection that is being made.
type attempt struct {
	from, to *Host
	port     int
	local    netip.AddrPort
	life     int
	began    time.Duration
	wait     time.Duration
	finish   func(*kernel.Handle, syscall.Errno)
}

// send sends the first packet, and again until there is an answer.
func (a *attempt) send() {
	w, out, back := a.from.w, a.from.w.link(a.from, a.to), a.from.w.link(a.to, a.from)
	if a.from.life != a.life || a.from.down {
		return
	}
	if w.now-a.began > out.net.GiveUp {
		a.finish(nil, syscall.ETIMEDOUT)
		return
	}
	again := func() {
		w.after(a.wait, a.send)
		a.wait = min(2*a.wait, 16*time.Second)
	}
	if out.dead() || back.dead() || out.lost() || back.lost() {
		again()
		return
	}
	w.at(out.arrival(0), func() {
		l := a.to.listeners[a.port]
		switch {
		case out.dead() || back.dead():
			again()
		case l == nil:
			w.at(back.arrival(0), func() { a.finish(nil, syscall.ECONNREFUSED) })
		case len(l.queue) >= backlog:
			again()
		default:
			near, far := w.connect(a.from, a.to, a.local, l.addr)
			far.queuedAt = l
			l.queue = append(l.queue, far)
			l.wake()
			w.at(back.arrival(0), func() {
				if a.from.life == a.life && !a.from.down {
					a.finish(near.handle(), 0)
				}
			})
		}
	})
}

func (w *World) find(name string) *Host {
	i := slices.IndexFunc(w.hosts, func(h *Host) bool { return h.name == name || h.addr.String() == name })
	if i < 0 {
		return nil
	}
	return w.hosts[i]
}
