package socketfactory

import (
	"net/netip"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// dial is a connection being made: one attempt for each address, started one
// after the other.
type dial struct {
	w        *Wheel
	waiting  []endpoint
	open     []*attempt
	next     kernel.AlarmID // when the next address is tried
	op       string         // of the first failure
	err      error
	finished bool
}

// attempt is one socket that is being connected.
type attempt struct {
	d  *dial
	h  *kernel.Handle
	to endpoint
}

func (w *Wheel) connect() {
	if d := w.config.ConnectTimeout; d > 0 {
		var err error
		if w.timeout, err = w.k.DelayFunc(eventName+": time-out", d, func(kernel.Event) { w.timedOut() }); err != nil {
			w.failLater("connect", err)
			return
		}
	}
	if w.config.Domain == Unix {
		w.start([]endpoint{{path: w.config.RemoteAddress}})
		return
	}
	w.findNearEnd(func() {
		w.resolve(w.config.RemoteAddress, w.config.RemoteService, w.config.RemotePort, func(addrs []netip.AddrPort) {
			to := make([]endpoint, len(addrs))
			for i, a := range addrs {
				to[i] = endpoint{addr: a}
			}
			w.start(to)
		})
	})
}

// findNearEnd finds the local addresses of a connection, if the configuration
// has any, and then calls done.
func (w *Wheel) findNearEnd(done func()) {
	c := &w.config
	if c.BindAddress == "" && c.BindPort == 0 && c.BindService == "" {
		done()
		return
	}
	w.resolve(c.BindAddress, c.BindService, c.BindPort, func(addrs []netip.AddrPort) {
		c.near = addrs
		done()
	})
}

// nearEnd is the local address to bind before connecting to an endpoint: one of
// the same family. It is invalid if the configuration has no local address.
func (c *Config) nearEnd(to endpoint) (netip.AddrPort, error) {
	six := to.addr.Addr().Is6()
	for _, a := range c.near {
		switch {
		case a.Addr().Is6() == six:
			return a, nil
		case c.BindAddress == "" && six: // any address
			return netip.AddrPortFrom(netip.IPv6Unspecified(), a.Port()), nil
		case c.BindAddress == "":
			return netip.AddrPortFrom(netip.IPv4Unspecified(), a.Port()), nil
		}
	}
	if c.near != nil {
		return netip.AddrPort{}, syscall.EADDRNOTAVAIL
	}
	return netip.AddrPort{}, nil
}

func (w *Wheel) start(to []endpoint) {
	w.dial = &dial{w: w, waiting: to}
	w.dial.tryNext()
}

func (w *Wheel) timedOut() {
	w.timeout = 0
	w.giveUp()
	w.failure("connect", syscall.ETIMEDOUT)
}

func (w *Wheel) clearTimeout() {
	if w.timeout != 0 {
		w.cancelTimer(w.timeout)
		w.timeout = 0
	}
}

// cancelTimer removes a timer of the owner's, whoever is active.
func (w *Wheel) cancelTimer(id kernel.AlarmID) {
	if !w.owner.Alive() {
		return
	}
	w.inOwner(func() {
		// It may have fired already.
		_, _ = w.k.AlarmRemove(id)
	})
}

// tryNext starts to connect to the next address, and to the one after it if
// this takes long.
func (d *dial) tryNext() {
	w := d.w
	for len(d.waiting) > 0 {
		to := d.waiting[0]
		d.waiting = d.waiting[1:]
		h, op, err := openSocket(&w.config, to, false)
		if err != nil {
			d.note(op, err)
			continue
		}
		a := &attempt{d: d, h: h, to: to}
		if err := a.watch(); err != nil {
			h.Close()
			failed := kernel.SyscallError("connect", err)
			d.note(failed.Op, failed.Err)
			continue
		}
		d.open = append(d.open, a)
		d.hurry()
		return
	}
	if len(d.open) == 0 && !d.finished {
		d.fail()
	}
}

// hurry sets the timer after which the next address is tried as well.
func (d *dial) hurry() {
	if len(d.waiting) == 0 {
		return
	}
	w := d.w
	w.inOwner(func() {
		var err error
		d.next, err = w.k.DelayFunc(eventName+": next address", w.config.AttemptDelay, func(kernel.Event) {
			d.next = 0
			d.tryNext()
		})
		if err != nil {
			w.k.Warn("socketfactory: the wheel's session is gone", "wheel", w.id, "error", err)
		}
	})
}

// note remembers the first failure: it is the one that is reported.
func (d *dial) note(op string, err error) {
	if d.err == nil {
		d.op, d.err = op, err
	}
}

// fail reports that no address could be connected to.
func (d *dial) fail() {
	w := d.w
	d.finished = true
	w.dial = nil
	op, err := d.op, d.err
	w.later(func() {
		w.clearTimeout()
		w.failure(op, err)
	})
}

// stop gives all attempts up.
func (d *dial) stop() {
	d.finished = true
	for _, a := range d.open {
		a.h.Close()
	}
	d.open, d.waiting = nil, nil
	d.cancelNext()
}

func (d *dial) cancelNext() {
	if d.next != 0 {
		d.w.cancelTimer(d.next)
		d.next = 0
	}
}

// watch waits until the attempt has succeeded or failed.
func (a *attempt) watch() (err error) {
	k := a.d.w.k
	a.d.w.inOwner(func() {
		if err = k.Watch(a.h, kernel.Write, eventName+": connect", a); err == nil {
			k.SelectResumeWrite(a.h)
		}
	})
	return err
}

// remove takes the attempt off the list of those that are open.
func (a *attempt) remove() {
	d := a.d
	d.w.k.Unwatch(d.w.owner, a.h, kernel.Write)
	for i, other := range d.open {
		if other == a {
			d.open = append(d.open[:i], d.open[i+1:]...)
			break
		}
	}
}

// fail ends an attempt that was removed, and with the last one the wheel's
// work.
func (a *attempt) fail(op string, err error) {
	d, w := a.d, a.d.w
	a.h.Close()
	d.note(op, err)
	d.cancelNext()
	if len(d.waiting) > 0 {
		d.tryNext()
	} else if len(d.open) == 0 {
		w.dial = nil
		w.clearTimeout()
		w.failure(d.op, d.err)
	}
}

// HandleFailure is called by the kernel when the system does not watch the
// socket.
func (a *attempt) HandleFailure(_ kernel.Mode, err error) {
	if a.d.finished {
		return
	}
	a.remove()
	failed := kernel.SyscallError("connect", err)
	a.fail(failed.Op, failed.Err)
}

// HandleReady is called by the kernel when the attempt has succeeded or
// failed.
func (a *attempt) HandleReady(kernel.Mode) {
	d, w := a.d, a.d.w
	a.remove()
	h, err := connected(a.h)
	if err != nil {
		a.fail("connect", err)
		return
	}
	d.stop()
	w.dial = nil
	w.clearTimeout()
	w.success(Socket{Handle: h, Peer: a.to.addr, Path: a.to.path})
}
