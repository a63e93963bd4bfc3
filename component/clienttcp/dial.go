package clienttcp

import (
	"errors"
	"net"

	"github.com/gopoe/poe/kernel"
)

// Dialing is one attempt to make a connection, as Config.Dial gets it. It ends
// by Complete, or when the client gives up: at the time-out, at "shutdown" and
// "reconnect", and with its session. It belongs to the kernel's goroutine.
type Dialing struct {
	// Address and Port are where to, RemoteAddress and RemotePort as of now.
	Address string
	Port    int

	id    kernel.WheelID
	owned kernel.Owned
	made  *kernel.Postback // keeps the session until the attempt is over
	h     *kernel.Handle   // a result that has not been handed on
	err   error
	done  bool
	over  bool
}

// Complete ends the attempt with a connection, which the client then owns, or with
// an error, which goes to ConnectError. The client learns of it by an event that
// is queued now. If it has given up meanwhile, or there was a result before,
// the connection is closed.
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
	d.made.Post()
}

// Cancelled reports whether the client has given the attempt up.
func (d *Dialing) Cancelled() bool { return d.over }

// Close gives the attempt up. The client calls it, and the kernel when the
// client's session has stopped.
func (d *Dialing) Close() error {
	if d.over {
		return nil
	}
	d.over = true
	d.made.Release()
	d.owned.Release()
	if d.h != nil {
		return d.h.Close()
	}
	return nil
}

// dial begins an attempt by Config.Dial.
func (c *Client) dial(e kernel.Event) {
	d := &Dialing{Address: c.config.RemoteAddress, Port: c.config.RemotePort, id: e.Kernel.Host().AllocateWheelID()}
	var err error
	if d.owned, err = e.Kernel.Host().Own(d, "clienttcp: dialing"); err != nil {
		panic(err)
	}
	d.made = c.id.Postback("got_dial", d)
	c.dialing = d
	c.config.Dial(d)
}

// gotDial hands the result of an attempt on as a connecting wheel would.
func (c *Client) gotDial(e kernel.Event) {
	d := kernel.Arg[[]any](e, 0)[0].(*Dialing)
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
