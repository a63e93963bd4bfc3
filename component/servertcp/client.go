package servertcp

import (
	"crypto/tls"
	"errors"
	"io"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/component/internal/conntimeout"
	"github.com/gopoe/poe/component/internal/ratelimit"
	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/override"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
)

// Client is the heap of a connection's session, and, while one of its
// callbacks runs, the current event: Kernel, Session, Sender, Args. It belongs
// to the kernel's goroutine.
type Client struct {
	kernel.Event

	// Wheel reads and writes the connection. It is nil before ClientConnected,
	// during the handshake of StartTLS, and once the connection has ended. POE:
	// $heap->{client}.
	Wheel *readwrite.Wheel
	// RemoteIP is the peer's address in text, "LOCAL" for a unix socket.
	RemoteIP string
	// RemotePort is the peer's port, 0 for a unix socket.
	RemotePort int
	// RemoteAddr is the peer's address and port; the zero value for a unix
	// socket.
	RemoteAddr netip.AddrPort
	// ShuttingDown reports whether the connection is being shut down: input is
	// ignored, and pending output is still written. POE: $heap->{shutdown}.
	ShuttingDown bool
	// ShutdownOnError determines whether an error ends the connection. It is
	// initially the opposite of Config.ClientKeepOnError. POE:
	// $heap->{shutdown_on_error}.
	ShutdownOnError bool
	// GotAnError reports whether an error is ending the connection: pending
	// output is then dropped. POE: $heap->{got_an_error}.
	GotAnError bool
	connected  bool   // ClientConnected's time has come, and ClientDisconnected's not
	condemned  bool   // ends because of Limits.Memory
	quiet      uint8  // how often checkOutput has found no progress
	pace       pace   // of its reads
	held       uint32 // bytes counted in the listener's memory, no more than fit
	// TLS is the result of the TLS handshake; nil if the connection is not
	// encrypted.
	TLS *tls.ConnectionState
	// Heap is for the program; HeapOf returns it typed.
	Heap any

	listener   *Listener
	extra      *cold
	prev, next *Client // in the listener's list
}

// cold is the state that few connections need.
type cold struct {
	input     *tcpconn.Handler[Client] // instead of the configuration's
	rate      *ratelimit.Limiter       // nil without rates
	monitor   *conntimeout.Monitor     // nil without time-outs
	counted   *netip.Addr              // address counted against Limits.PerPeer, or nil
	written   uint64                   // what had been written when checkOutput looked last
	proxy     netip.AddrPort           // the proxy that has announced the peer
	header    *proxyHandshake          // while it is being read
	handshake *tcpconn.Handshake
	dialogue  *Dialogue
	login     kernel.AlarmID // the end of Timeouts.Login
	reporting bool           // ClientError runs for a record that was refused
	byEvents  bool           // Kernel.State has changed a handler of the wheel's events
	stalled   time.Time      // since when the memory limit has kept it from being read
}

// noCold is what cold returns for connections without; it is not written to.
var noCold cold

// cold returns the rarely used state, to be read.
func (c *Client) cold() *cold {
	if c.extra == nil {
		return &noCold
	}
	return c.extra
}

func (c *Client) ensureCold() *cold {
	if c.extra == nil {
		c.extra = &cold{}
	}
	return c.extra
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
	override.Event:         (*Client).handlerChanged,
}

// Shutdown ends the connection once its pending output is written. It posts the
// event "shutdown" to the connection's session, so records which were read
// together with the current one are still delivered. It may be called from any
// handler on the kernel's goroutine. POE: $kernel->yield("shutdown").
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
	c.runCallback(e, func() { c.report(err) })
	c.GotAnError = true
	c.finish(e)
}

// setRemote sets the address of the peer.
func (c *Client) setRemote(addr netip.AddrPort) {
	c.RemoteIP, c.RemotePort, c.RemoteAddr = "LOCAL", 0, addr
	if addr.IsValid() {
		c.RemoteIP, c.RemotePort = c.listener.peerText.of(addr.Addr()), int(addr.Port())
	}
}

// lastText is the text of the last address that was asked for: one peer often
// connects many times.
type lastText struct {
	addr netip.Addr
	text string
}

func (l *lastText) of(addr netip.Addr) string {
	if l.text == "" || l.addr != addr {
		l.addr, l.text = addr, addr.String()
	}
	return l.text
}

// accepted continues with a connection whose peer is known.
func (c *Client) accepted(e kernel.Event, h *kernel.Handle) {
	if h = c.preConnect(e, h); h == nil {
		return
	}
	if t := &c.config().TLS; t.Config != nil && !t.OnDemand {
		if err := c.secure(h, nil); err != nil { // no descriptors are left, for example
			c.lost(e, &kernel.OpError{Op: "handshake", Err: err})
		}
		return
	}
	c.begin(e, h, false)
}

// preConnect returns the handle to use, nil if the connection is refused.
func (c *Client) preConnect(e kernel.Event, h *kernel.Handle) *kernel.Handle {
	callback := c.config().ClientPreConnect
	if callback == nil {
		return h
	}
	return tcpconn.PreConnect(h, c.Session, func(h *kernel.Handle) (chosen *kernel.Handle) {
		e.Args = []any{h, c.config().ClientArgs}
		c.runCallback(e, func() { chosen = callback(c, h) })
		return chosen
	})
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
		c.startTimeouts()
	}
	tell := c.config().ClientConnected
	e.Args = nil
	if again {
		tell = c.config().ClientSecured
	} else {
		e.Args = append(e.Args, c.config().ClientArgs...)
	}
	if tell != nil {
		c.runCallback(e, func() { tell(c) })
	}
	if talk := c.config().Dialogue; talk != nil && !again {
		c.startDialogue(e, talk)
	}
}

func (c *Client) makeWheel(h *kernel.Handle) (err error) {
	config := c.config()
	made := readwrite.Config{Handle: h, Marks: config.Marks, SharedBackpressure: c.listener.sharedMarks(), Events: c.events(), EagerOutput: config.EagerOutput, MaxPending: max(0, config.Limits.Output), RateLimiter: c.limits()}
	made.Filter = makeFilter(config.ClientFilter)
	made.InputFilter, made.OutputFilter = makeFilter(config.ClientInputFilter), makeFilter(config.ClientOutputFilter)
	if made.Filter == nil && made.InputFilter == nil {
		made.Filter = defaultFilter()
	}
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
	c.runCallback(e, c.cold().dialogue.end)
	if header := c.cold().header; header != nil {
		header.end(true)
	}
	if c.cold().handshake != nil {
		c.dropHandshake(false)
	}
	c.forget()
	c.listener.stats.add(c.Wheel)
	c.listener.leave(c)
	c.listener.release(c.cold().counted)
	if c.listener.id.Alive() {
		// It is alive, and its handler exists.
		_, _ = e.Kernel.Call(c.listener.id, "disconnected")
	}
}

func (c *Client) gotInput(e kernel.Event) {
	if c.ShuttingDown {
		return
	}
	c.cold().monitor.RecordReceived()
	c.listener.work.records += boxedWork
	c.runCallback(e, func() { c.handle(e.Arg(0)) })
}

func (c *Client) gotError(e kernel.Event) {
	c.Event = e
	if err := errorOf(e); err != nil {
		c.failed(e, err)
	}
}

// failed reports an error to the program, and ends the connection.
func (c *Client) failed(e kernel.Event, err *kernel.OpError) {
	c.drained()
	c.runCallback(e, func() { c.report(err); c.cold().dialogue.fail(err) })
	if c.ShutdownOnError {
		c.GotAnError = true
		c.Shutdown()
	}
}

func (c *Client) report(err *kernel.OpError) {
	ended := err.Err == io.EOF || errors.Is(err, io.EOF)
	if !ended {
		c.listener.stats.Errors++
	}
	if c.config().ClientError != nil {
		c.config().ClientError(c, err)
		return
	}
	if ended && !c.ShutdownOnError {
		c.Shutdown() // there is no callback that could
	}
	if (err.Op == "read" || err.Op == "handshake" || err.Op == "proxy") && (ended || errors.Is(err, syscall.ECONNRESET)) {
		return
	}
	c.warn(err)
}

// warn logs an error.
func (c *Client) warn(err *kernel.OpError) {
	c.Kernel.Host().Logger().Warn(errorText("client", err), append([]any{"session", c.Session, "op", err.Op, "errno", int(err.Errno()), "error", err.Text()}, stackOf(err)...)...)
}

func (c *Client) gotFlush(e kernel.Event) {
	c.cold().monitor.Flushed()
	if c.config().ClientFlushed != nil {
		c.runCallback(e, func() { c.config().ClientFlushed(c) })
	}
	if c.ShuttingDown {
		c.finish(e)
	}
}

func (c *Client) gotHigh(e kernel.Event) { c.runCallback(e, func() { c.config().ClientHigh(c) }) }

func (c *Client) gotLow(e kernel.Event) { c.runCallback(e, func() { c.config().ClientLow(c) }) }

func (c *Client) shutdown(e kernel.Event) {
	c.Event = e
	c.ShuttingDown = true
	if header := c.cold().header; header != nil {
		header.end(true)
		return
	}
	if shake := c.cold().handshake; shake != nil {
		shake.Cancel() // what comes of it ends the connection
		return
	}
	if c.Wheel == nil || c.GotAnError || c.Wheel.OutOctets() == 0 {
		c.finish(e)
	}
}

// over ends the connection.
func (c *Client) finish(e kernel.Event) {
	was := c.connected
	c.connected = false
	if was && c.config().ClientDisconnected != nil {
		c.runCallback(e, func() { c.config().ClientDisconnected(c) })
	}
	c.runCallback(e, c.cold().dialogue.end)
	c.stopTimeouts()
	if c.Wheel == nil {
		return
	}
	if err := c.Wheel.Close(); err != nil {
		c.Kernel.Host().Logger().Warn("servertcp: closing a connection", "session", c.Session, "error", err)
	}
	c.dropWheel()
}

// dropWheel forgets the wheel, whose bytes count from now on as those of closed
// connections.
func (c *Client) dropWheel() {
	c.forget()
	c.listener.stats.add(c.Wheel)
	c.Wheel = nil
}
