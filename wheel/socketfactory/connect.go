package socketfactory

import (
	"errors"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// dial is a connection being made: one attempt for each address, started one
// after the other.
type dial struct {
	w        *Wheel
	waiting  []endpoint
	open     []*attempt
	next     kernel.AlarmID // starts the next attempt
	backoff  time.Duration  // the last wait for space in a backlog
	giveUp   time.Time      // when a backlog that stays full is a failure
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
		w.timeout = w.base.Delay("time-out", d, w.timedOut)
	}
	if w.config.Domain == Unix {
		w.start([]endpoint{{path: w.config.RemoteAddress}})
		return
	}
	w.findLocal(func() {
		w.resolve(w.config.RemoteAddress, w.config.RemoteService, w.config.RemotePort, func(addrs []netip.AddrPort) {
			to := make([]endpoint, len(addrs))
			for i, a := range addrs {
				to[i] = endpoint{addr: a}
			}
			w.start(to)
		})
	})
}

// findLocal finds the local addresses of a connection, if the configuration
// has any, and then calls done.
func (w *Wheel) findLocal(done func()) {
	c := &w.config
	if c.BindAddress == "" && c.BindPort == 0 && c.BindService == "" {
		done()
		return
	}
	w.resolve(c.BindAddress, c.BindService, c.BindPort, func(addrs []netip.AddrPort) {
		c.local = addrs
		done()
	})
}

// localAddr returns the local address to bind before connecting to an endpoint: one of
// the same family. It is invalid if the configuration has no local address.
func (c *Config) localAddr(to endpoint) (netip.AddrPort, error) {
	six := to.addr.Addr().Is6()
	for _, a := range c.local {
		switch {
		case a.Addr().Is6() == six:
			return a, nil
		case c.BindAddress == "" && six: // any address
			return netip.AddrPortFrom(netip.IPv6Unspecified(), a.Port()), nil
		case c.BindAddress == "":
			return netip.AddrPortFrom(netip.IPv4Unspecified(), a.Port()), nil
		}
	}
	if c.local != nil {
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

// tryNext starts to connect to the next address, and to the one after it if
// this takes long.
func (d *dial) tryNext() {
	w := d.w
	for len(d.waiting) > 0 {
		to := d.waiting[0]
		d.waiting = d.waiting[1:]
		h, op, err := openSocket(&w.config, to, false)
		if d.backlogFull(to, op, err) {
			return
		}
		if err != nil {
			d.recordError(op, err)
			continue
		}
		a := &attempt{d: d, h: h, to: to}
		if err := a.watch(); err != nil {
			h.Close()
			failed := kernel.SyscallError("connect", err)
			d.recordError(failed.Op, failed.Err)
			continue
		}
		d.open = append(d.open, a)
		d.startAttemptTimer()
		return
	}
	if len(d.open) == 0 && !d.finished {
		d.fail()
	}
}

// How long a connection to a unix socket waits before it is tried again when the
// listener's backlog is full, and for how long in all without a ConnectTimeout.
// The system reports nothing when there is space again.
const (
	minBacklogWait = time.Millisecond
	maxBacklogWait = 50 * time.Millisecond
	backlogLimit   = 2 * time.Minute
)

// backlogFull reports whether a connection to a unix socket failed because the
// listener's backlog is full, and is going to be tried again.
func (d *dial) backlogFull(to endpoint, op string, err error) bool {
	if to.path == "" || op != "connect" || !errors.Is(err, syscall.EAGAIN) {
		return false
	}
	now := d.w.base.Kernel.Now()
	if d.giveUp.IsZero() {
		d.giveUp = now.Add(backlogLimit)
	}
	if d.w.config.ConnectTimeout == 0 && !now.Before(d.giveUp) {
		return false
	}
	d.backoff = min(max(minBacklogWait, 2*d.backoff), maxBacklogWait)
	d.waiting = append(d.waiting, to)
	d.tryAfter("backlog is full", d.backoff)
	return true
}

// startAttemptTimer sets the timer after which the next address is tried as
// well: the connection attempt delay of RFC 8305.
func (d *dial) startAttemptTimer() {
	if len(d.waiting) > 0 {
		d.tryAfter("next address", d.w.config.AttemptDelay)
	}
}

func (d *dial) tryAfter(what string, delay time.Duration) {
	d.next = d.w.base.Delay(what, delay, func() {
		d.next = 0
		d.tryNext()
	})
}

// recordError keeps the first failure: it is the one that is reported.
func (d *dial) recordError(op string, err error) {
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
	w.base.Later(func() {
		w.base.Cancel(&w.timeout)
		w.failure(op, err)
	})
}

// stop cancels all attempts.
func (d *dial) stop() {
	d.finished = true
	for _, a := range d.open {
		a.h.Close()
	}
	d.open, d.waiting = nil, nil
	d.w.base.Cancel(&d.next)
}

// watch waits until the attempt has succeeded or failed.
func (a *attempt) watch() (err error) {
	k := a.d.w.base.Kernel
	a.d.w.base.InOwner(func() {
		if err = k.Host().Watch(a.h, kernel.Write, kind.Name()+": connect", a); err == nil {
			k.SelectResumeWrite(a.h)
		}
	})
	return err
}

// remove removes the attempt from the list of those that are open.
func (a *attempt) remove() {
	d := a.d
	d.w.base.Kernel.Host().Unwatch(d.w.base.Owner, a.h, kernel.Write)
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
	d.recordError(op, err)
	w.base.Cancel(&d.next)
	if len(d.waiting) > 0 {
		d.tryNext()
	} else if len(d.open) == 0 {
		w.dial = nil
		w.base.Cancel(&w.timeout)
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
	h, err := kernel.Recorded(nil, "connected", func() (*kernel.Handle, error) { return connected(a.h) })
	if err != nil {
		a.fail("connect", err)
		return
	}
	d.stop()
	w.dial = nil
	w.base.Cancel(&w.timeout)
	w.success(Socket{Handle: h, Peer: a.to.addr, Path: a.to.path})
}
