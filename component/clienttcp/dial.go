package clienttcp

import (
	"errors"
	"net"

	"github.com/gopoe/poe/kernel"
)

// Dialing is one attempt to make a connection, the argument of Config.Dial. It
// ends with Complete, or when the client cancels it: after ConnectTimeout, at
// "shutdown" and "reconnect", and when its session stops. It belongs to the
// kernel's goroutine.
type Dialing struct {
	// Address and Port are the current RemoteAddress and RemotePort, where to
	// connect to.
	Address string
	Port    int

	id      kernel.WheelID
	owned   kernel.Owned
	session kernel.ID // kept until the attempt has ended
	k       *kernel.Kernel
	h       *kernel.Handle // a result that has not been delivered
	err     error
	done    bool
	over    bool
}

// dialingTag is the tag under which a session counts its attempts. A postback would
// do the same, but it belongs to no goroutine and has to find out on which it is.
const dialingTag = "clienttcp: dialing"

// Complete ends the attempt with a connection, which the client then owns, or
// with an error, which goes to ConnectError. It posts the event that delivers
// the result. If h and err are both nil, that is an error. If the client has
// cancelled the attempt, or Complete was called before, h is closed.
func (d *Dialing) Complete(h *kernel.Handle, err error) {
	switch {
	case d.done || d.over:
		if h != nil {
			h.Close()
		}
		return
	case h == nil && err == nil:
		err = errors.New("clienttcp: Dial made no connection")
	}
	d.h, d.err, d.done = h, err, true
	_ = d.k.Post(d.session, "got_dial", d) // which is there: its end is that of the attempt
}

// Cancelled reports whether the attempt is over: the client has cancelled it or
// has received its result.
func (d *Dialing) Cancelled() bool { return d.over }

// Close cancels the attempt. It is called by the client, and by the kernel when
// the client's session has stopped.
func (d *Dialing) Close() error {
	if d.over {
		return nil
	}
	d.over = true
	if d.session.Alive() {
		_, _ = d.k.RefcountDecrement(d.session, dialingTag)
	}
	d.owned.Release()
	if d.h != nil {
		return d.h.Close()
	}
	return nil
}

// dial begins an attempt by Config.Dial.
func (c *Client) dial(e kernel.Event) {
	d := &Dialing{
		Address: c.config.RemoteAddress, Port: c.config.RemotePort,
		id: e.Kernel.Host().AllocateWheelID(), session: c.id, k: e.Kernel,
	}
	var err error
	if d.owned, err = e.Kernel.Host().Own(d, "clienttcp: dialing"); err != nil {
		panic(err)
	}
	if _, err = d.k.RefcountIncrement(d.session, dialingTag); err != nil {
		panic(err)
	}
	c.dialing = d
	c.config.Dial(d)
}

// gotDial hands the result of an attempt on as a connecting wheel would.
func (c *Client) gotDial(e kernel.Event) {
	d := kernel.Arg[*Dialing](e, 0)
	if d.over {
		return
	}
	h := d.h
	d.h = nil
	_ = d.Close() // which has nothing to close now
	c.dialing = nil
	if d.err != nil {
		var failed *kernel.OpError
		if !errors.As(d.err, &failed) {
			failed = &kernel.OpError{Op: "connect", Err: d.err}
		}
		failed = &kernel.OpError{Op: failed.Op, Err: failed.Err, Wheel: d.id}
		_ = e.Kernel.Host().CallError(c.id, "got_connect_error", failed) // a state, which the program may have replaced
		return
	}
	address, port := d.peer(h)
	if !c.redirect(e, "got_connect_success", h, address, port, d.id) {
		h.Close()
	}
}

// redirect calls a state of this session, which the program may have replaced.
func (c *Client) redirect(e kernel.Event, state string, args ...any) bool {
	_, err := e.Kernel.Call(c.id, state, args...)
	return err == nil
}

// peer is the other end as Connected gets it.
func (d *Dialing) peer(h *kernel.Handle) (address, port any) {
	switch at := h.RemoteAddr().(type) {
	case *net.TCPAddr:
		return at.AddrPort().Addr(), at.Port
	case *net.UnixAddr:
		return at.Name, nil
	}
	return d.Address, d.Port
}
