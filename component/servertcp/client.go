package servertcp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"syscall"

	"github.com/gopoe/poe/component/internal/patience"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Client is the heap of a connection's session, and, while one of its
// callbacks runs, the event at hand: Kernel, Session, Sender, Args. It belongs
// to the kernel's goroutine.
type Client struct {
	kernel.Event

	// Wheel reads and writes the connection; nil before ClientConnected and
	// when it is over. POE: $heap->{client}.
	Wheel *readwrite.Wheel
	// RemoteIP is the peer's address in text, "LOCAL" for a unix socket.
	RemoteIP string
	// RemotePort is the peer's port, 0 for a unix socket.
	RemotePort int
	// RemoteAddr is both; the zero value for a unix socket.
	RemoteAddr netip.AddrPort
	// ShuttingDown tells that "shutdown" has come: input is ignored while what
	// was put is still written. POE: $heap->{shutdown}.
	ShuttingDown bool
	// ShutdownOnError tells whether an error ends the connection.
	ShutdownOnError bool
	// GotAnError tells that one has: what waits to be written is not.
	GotAnError bool
	connected  bool // ClientConnected's time has come, and ClientDisconnected's not
	// TLS is what the TLS handshake has agreed on; nil in the clear.
	TLS *tls.ConnectionState
	// Heap is the program's.
	Heap any

	listener   *Listener
	input      InputHandler
	counted    *netip.Addr     // who it counts for in Limits.PerPeer, nil for nobody
	watch      *patience.Watch // nil without time-outs
	rare       *rare
	prev, next *Client // in the listener's list
}

// rare is what few connections have.
type rare struct {
	proxy     netip.AddrPort // who has announced the peer
	header    *announcement  // while it is being read
	handshake *handshake
	dialogue  *Dialogue
}

// few is what this one has of it.
func (c *Client) few() rare {
	if c.rare == nil {
		return rare{}
	}
	return *c.rare
}

func (c *Client) more() *rare {
	if c.rare == nil {
		c.rare = &rare{}
	}
	return c.rare
}

var clientStates = session.States[Client]{
	"_start":               (*Client).start,
	"_stop":                (*Client).stop,
	"_child":               func(*Client, kernel.Event) {},
	"tcp_server_got_input": (*Client).gotInput,
	"tcp_server_got_error": (*Client).gotError,
	"tcp_server_got_flush": (*Client).gotFlush,
	"tcp_server_got_high":  (*Client).gotHigh,
	"tcp_server_got_low":   (*Client).gotLow,
	"shutdown":             (*Client).shutdown,
	"tcp_server_secured":   (*Client).secured,
	"tcp_server_drain":     (*Client).drain,
	"tcp_server_cut":       (*Client).cut,
}

// Put queues records to be written and tells whether the output has reached
// the high mark. When the connection is over it does nothing.
func (c *Client) Put(records ...any) (high bool) {
	if c.Wheel == nil {
		return false
	}
	high, err := c.Wheel.TryPut(records...)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// PutText is Put for one record that is a string, without boxing it.
func (c *Client) PutText(record string) (high bool) {
	if c.Wheel == nil {
		return false
	}
	high, err := c.Wheel.TryPutText(record)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// PutBytes is PutText for bytes.
func (c *Client) PutBytes(record []byte) (high bool) {
	if c.Wheel == nil {
		return false
	}
	high, err := c.Wheel.TryPutBytes(record)
	if err != nil {
		c.putFailed(err)
	}
	return high
}

// putFailed ends a connection whose peer does not read. What cannot be encoded
// is the program's mistake.
func (c *Client) putFailed(err error) {
	if !errors.Is(err, readwrite.ErrPending) {
		panic(err)
	}
	if !c.ShuttingDown && !c.GotAnError {
		c.failed(c.Event, &kernel.OpError{Op: "write", Err: err, Wheel: c.wheelID()})
	}
}

// Next makes another callback take the records from the next one on: the next
// step of a dialogue, in which every step has a callback of its own.
func (c *Client) Next(input InputHandler) { c.input = input }

// Shutdown ends the connection once what was put is written: it posts the
// event "shutdown" to the connection's session, so that what has been read
// with the record at hand still comes. It may be called from any handler on
// the kernel's goroutine. POE: $kernel->yield("shutdown").
func (c *Client) Shutdown() {
	if c.Kernel != nil {
		// A session that has stopped needs no shutdown.
		_ = c.Kernel.Post(c.Session, "shutdown")
	}
}

// Listener returns the heap of the listener that accepted the connection. Its
// session may have stopped.
func (c *Client) Listener() *Listener { return c.listener }

func (c *Client) config() *Config { return c.listener.config }

// guard runs a callback for an event.
func (c *Client) guard(e kernel.Event, callback func()) {
	c.Event = e
	if c.config().OnPanic == PanicDie {
		callback()
		return
	}
	defer func() {
		if thrown := recover(); thrown != nil {
			c.threw(thrown)
		}
	}()
	callback()
}

// threw closes a connection whose callback has panicked.
func (c *Client) threw(thrown any) {
	err, ok := thrown.(error)
	if !ok {
		err = fmt.Errorf("%v", thrown)
	}
	c.reportPanic(&kernel.OpError{Op: "panic", Err: err, Wheel: c.wheelID()})
	c.GotAnError = true
	c.Shutdown()
}

// reportPanic reports one; ClientError may panic as well, and then the log is
// told.
func (c *Client) reportPanic(err *kernel.OpError) {
	defer func() {
		if thrown := recover(); thrown != nil {
			c.Kernel.Warn("servertcp: ClientError has panicked", "session", c.Session, "told", err, "panic", thrown)
		}
	}()
	c.report(err)
}

func (c *Client) wheelID() kernel.WheelID {
	if c.Wheel == nil {
		return 0
	}
	return c.Wheel.ID()
}

func (c *Client) start(e kernel.Event) {
	c.Event = e
	h := kernel.Arg[*kernel.Handle](e, 0)
	if !c.config().Proxy.trusts(c.RemoteAddr) {
		c.accepted(e, h)
		return
	}
	if err := c.awaitProxy(h); err != nil {
		h.Close()
		c.lost(e, kernel.SyscallError("proxy", err))
	}
}

// lost ends a connection that has no wheel, for an error of the system.
func (c *Client) lost(e kernel.Event, err *kernel.OpError) {
	c.guard(e, func() { c.report(err) })
	c.GotAnError = true
	c.over(e)
}

// setRemote says who the peer is.
func (c *Client) setRemote(addr netip.AddrPort) {
	c.RemoteIP, c.RemotePort, c.RemoteAddr = "LOCAL", 0, addr
	if addr.IsValid() {
		c.RemoteIP, c.RemotePort = addr.Addr().String(), int(addr.Port())
	}
}

// accepted goes on with a connection whose peer is known.
func (c *Client) accepted(e kernel.Event, h *kernel.Handle) {
	if h = c.preConnect(e, h); h == nil {
		return
	}
	if t := &c.config().TLS; t.Config != nil && !t.OnDemand {
		if err := c.secure(h, nil); err != nil { // no descriptors are left, for example
			h.Close()
			c.lost(e, &kernel.OpError{Op: "handshake", Err: err})
		}
		return
	}
	c.begin(e, h, false)
}

// preConnect returns the handle to use, nil if the connection is refused. One
// that nobody will use is closed.
func (c *Client) preConnect(e kernel.Event, h *kernel.Handle) (used *kernel.Handle) {
	if c.config().ClientPreConnect == nil {
		return h
	}
	defer func() {
		if used == nil {
			h.Close()
		}
	}()
	e.Args = []any{h, c.config().ClientArgs}
	var chosen *kernel.Handle
	c.guard(e, func() { chosen = c.config().ClientPreConnect(c, h) })
	if chosen != nil && !c.Session.Alive() { // the callback has stopped everything
		chosen.Close()
		return nil
	}
	return chosen
}

// begin gives the connection its wheel, the first one or, once StartTLS has
// succeeded, the second.
func (c *Client) begin(e kernel.Event, h *kernel.Handle, again bool) {
	if err := c.makeWheel(h); err != nil {
		h.Close()
		c.lost(e, kernel.SyscallError("watch", err))
		return
	}
	if !again {
		c.connected = true
		if t := &c.config().Timeouts; *t != (Timeouts{}) {
			c.watch = patience.Start(c.Kernel, "tcp_server_timeout", patience.Times{Idle: t.Idle, Read: t.Read, Write: t.Write},
				func() *readwrite.Wheel { return c.Wheel }, c.timedOut)
		}
	}
	tell := c.config().ClientConnected
	e.Args = nil
	if again {
		tell = c.config().ClientSecured
	} else {
		e.Args = append(e.Args, c.config().ClientArgs...)
	}
	if tell != nil {
		c.guard(e, func() { tell(c) })
	}
	if talk := c.config().Dialogue; talk != nil && !again {
		c.converse(e, talk)
	}
}

func (c *Client) makeWheel(h *kernel.Handle) (err error) {
	config := c.config()
	made := readwrite.Config{Handle: h, Marks: config.Marks, Events: c.events(), MaxPending: config.Limits.Output, Pace: c.pace()}
	made.Filter = makeFilter(config.ClientFilter)
	made.InputFilter, made.OutputFilter = makeFilter(config.ClientInputFilter), makeFilter(config.ClientOutputFilter)
	if c.Wheel, err = readwrite.New(c.Kernel, made); err == nil {
		c.Wheel.Heap = c
	}
	return err
}

func makeFilter(make func() filter.Filter) filter.Filter {
	if make == nil {
		return nil
	}
	return make()
}

func (c *Client) stop(e kernel.Event) {
	c.guard(e, c.few().dialogue.end)
	if header := c.few().header; header != nil {
		header.end(true)
	}
	if c.few().handshake != nil {
		c.dropHandshake(true)
	}
	c.listener.stats.add(c.Wheel)
	c.listener.leave(c)
	c.listener.release(c.counted)
	if c.listener.id.Alive() {
		// It is alive, and its handler exists.
		_, _ = e.Kernel.Call(c.listener.id, "disconnected")
	}
}

func (c *Client) gotInput(e kernel.Event) {
	if c.ShuttingDown {
		return
	}
	c.watch.Heard()
	c.guard(e, func() { c.input.handle(c, e.Arg(0)) })
}

func (c *Client) gotError(e kernel.Event) {
	c.Event = e
	if err := errorOf(e); err != nil {
		c.failed(e, err)
	}
}

// failed tells the program of an error, and ends the connection.
func (c *Client) failed(e kernel.Event, err *kernel.OpError) {
	c.guard(e, func() { c.report(err); c.few().dialogue.fail(err) })
	if c.ShutdownOnError {
		c.GotAnError = true
		c.Shutdown()
	}
}

func (c *Client) report(err *kernel.OpError) {
	if !errors.Is(err, io.EOF) {
		c.listener.stats.Errors++
	}
	if c.config().ClientError != nil {
		c.config().ClientError(c, err)
		return
	}
	if (err.Op == "read" || err.Op == "handshake" || err.Op == "proxy") && (errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)) {
		return
	}
	c.Kernel.Warn(errorText("client", err), "session", c.Session, "op", err.Op, "errno", int(err.Errno()), "error", err.Text())
}

func (c *Client) gotFlush(e kernel.Event) {
	c.watch.Flushed()
	if c.config().ClientFlushed != nil {
		c.guard(e, func() { c.config().ClientFlushed(c) })
	}
	if c.ShuttingDown {
		c.over(e)
	}
}

func (c *Client) gotHigh(e kernel.Event) { c.guard(e, func() { c.config().ClientHigh(c) }) }

func (c *Client) gotLow(e kernel.Event) { c.guard(e, func() { c.config().ClientLow(c) }) }

func (c *Client) shutdown(e kernel.Event) {
	c.Event = e
	c.ShuttingDown = true
	if header := c.few().header; header != nil {
		header.end(true)
		return
	}
	if shake := c.few().handshake; shake != nil {
		shake.cancel() // what comes of it ends the connection
		return
	}
	if c.Wheel == nil || c.GotAnError || c.Wheel.OutOctets() == 0 {
		c.over(e)
	}
}

// over ends the connection.
func (c *Client) over(e kernel.Event) {
	was := c.connected
	c.connected = false
	if was && c.config().ClientDisconnected != nil {
		c.guard(e, func() { c.config().ClientDisconnected(c) })
	}
	c.guard(e, c.few().dialogue.end)
	c.watch.Stop()
	if c.Wheel == nil {
		return
	}
	if err := c.Wheel.Close(); err != nil {
		c.Kernel.Warn("servertcp: closing a connection", "session", c.Session, "error", err)
	}
	c.dropWheel()
}

// dropWheel lets go of the wheel, whose bytes count from now on as those of the
// past.
func (c *Client) dropWheel() {
	c.listener.stats.add(c.Wheel)
	c.Wheel = nil
}
