package clienttcp

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gopoe/poe/component/internal/conntimeout"
	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/internal/override"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// Client is the heap of a client's session, and, while one of its callbacks
// runs, the current event: Kernel, Session, Sender, Args. It belongs to the
// kernel's goroutine.
type Client struct {
	kernel.Event

	// Wheel reads and writes the connection; nil while there is none.
	// POE: $heap->{server}, once connected.
	Wheel *readwrite.Wheel
	// Factory makes the connection; nil while none is being made.
	// POE: $heap->{server}, until connected.
	Factory *socketfactory.Wheel
	// Connected reports whether there is a connection. POE: $heap->{connected}.
	Connected bool
	// ShuttingDown reports whether the connection is being shut down: input is
	// ignored, and pending output is still written. POE: $heap->{shutdown}.
	ShuttingDown bool
	// ShutdownOnError determines whether an error ends the connection. It is
	// initially true; the program may clear it. POE:
	// $heap->{shutdown_on_error}.
	ShutdownOnError bool
	// GotAnError reports whether such an error has occurred on this connection.
	// POE: $heap->{got_an_error}.
	GotAnError bool
	// TLS is the result of the TLS handshake; nil if the connection is not
	// encrypted.
	TLS *tls.ConnectionState
	// Heap is for the program; HeapOf returns it typed.
	Heap any

	// Stopped reports whether the client was asked to shut down, by Shutdown or
	// the event "shutdown", rather than by an error. "reconnect" and "connect"
	// clear it.
	Stopped bool

	id           kernel.ID
	config       *Config
	timeout      kernel.AlarmID
	handshake    *tcpconn.Handshake
	retry        retry
	monitor      *conntimeout.Monitor
	dialing      *Dialing // nil unless Config.Dial is at work
	errShutdowns int      // "shutdown" events that errors have posted
	disconnects  bool     // Disconnected runs
	reporting    bool     // ServerError runs for a record that was refused
}

var clientStates = session.States[Client]{
	"_start":              (*Client).start,
	"_stop":               func(c *Client, e kernel.Event) { c.Event = e; c.dropHandshake(false) },
	"_child":              func(*Client, kernel.Event) {},
	"connect":             (*Client).connect,
	"reconnect":           (*Client).reconnect,
	"shutdown":            (*Client).shutdown,
	"client_tcp_secured":  (*Client).secured,
	"got_connect_success": (*Client).gotConnection,
	"got_connect_error":   (*Client).gotConnectError,
	"got_connect_timeout": (*Client).gotTimeout,
	"got_dial":            (*Client).gotDial,
	"got_server_input":    (*Client).gotInput,
	"got_server_error":    (*Client).gotError,
	"got_server_flush":    (*Client).gotFlush,
	"got_high":            func(c *Client, e kernel.Event) { c.run(e, c.config.ServerHigh) },
	"got_low":             func(c *Client, e kernel.Event) { c.run(e, c.config.ServerLow) },
	override.Event:        (*Client).handlerChanged,
}

// ID returns the client's session.
func (c *Client) ID() kernel.ID { return c.id }

// Shutdown ends the connection once its pending output is written, and then the
// client, by posting "shutdown" to its session. A second Shutdown drops output
// that is still pending, and Disconnected is then not called, as in POE. Once
// the client has stopped it does nothing. POE: $kernel->yield("shutdown").
func (c *Client) Shutdown() { _ = c.post("shutdown") }

// Reconnect drops the connection, if there is one, and connects again, by
// posting "reconnect". Called in Disconnected after an explicit shutdown it
// does nothing, so Disconnected may always call it; before setting a timer for
// "reconnect", check Stopped. Once the client's session has stopped, Reconnect
// logs a warning: create a new client instead.
func (c *Client) Reconnect() { c.connectAgain("reconnect") }

// ConnectTo connects to another server, which later calls of Reconnect use as
// well, by posting "connect". An empty address, or a port of 0, keeps the
// current one. An invalid port is reported to ConnectError, as "getservbyname"
// with syscall.EADDRNOTAVAIL, as in POE. Otherwise it is like Reconnect.
func (c *Client) ConnectTo(address string, port int) { c.connectAgain("connect", address, port) }

func (c *Client) connectAgain(event string, args ...any) {
	if c.disconnects && c.Stopped {
		return
	}
	if err := c.post(event, args...); err != nil && c.Kernel != nil {
		c.Kernel.Host().Logger().Warn("clienttcp: the client has stopped and cannot connect again", "event", event, "error", err)
	}
}

func (c *Client) post(event string, args ...any) error {
	k := c.id.Kernel()
	if k == nil {
		return kernel.ErrNoSession
	}
	return k.Post(c.id, event, args...)
}

// run runs a callback, if there is one, for an event.
func (c *Client) run(e kernel.Event, callback func(*Client)) {
	c.Event = e
	if callback != nil {
		callback(c)
	}
}

func (c *Client) start(e kernel.Event) {
	c.id = e.Session
	c.setAlias(e)
	// A "shutdown" that Started yields comes after this, and cancels it.
	e.Kernel.Yield("reconnect")
	c.run(e, c.config.Started)
}

// setAlias sets the alias, again if need be.
func (c *Client) setAlias(e kernel.Event) {
	if c.config.Alias == "" {
		return
	}
	if err := e.Kernel.AliasSet(c.config.Alias); err != nil {
		e.Kernel.Host().Logger().Warn("clienttcp: the alias is taken", "alias", c.config.Alias, "error", err)
	}
}

// connect sets a new address and port, either of which may be missing, and
// connects.
func (c *Client) connect(e kernel.Event) {
	c.Event = e
	if address, ok := kernel.ArgOK[string](e, 0); ok && address != "" {
		c.config.RemoteAddress = address
	}
	if port, ok := kernel.ArgOK[int](e, 1); ok && port != 0 {
		c.config.RemotePort, c.config.RemoteService = port, ""
	}
	e.Kernel.Yield("reconnect")
}

func (c *Client) reconnect(e kernel.Event) {
	c.Event = e
	c.ShuttingDown, c.Connected, c.Stopped = false, false, false
	c.GotAnError = false // of the connection before
	c.setAlias(e)
	c.stopRetry()
	c.drop()
	if c.config.Dial != nil {
		c.dial(e)
	} else {
		c.makeFactory(e.Kernel)
	}
	c.stopTimeout()
	if c.config.ConnectTimeout > 0 {
		var err error
		if c.timeout, err = e.Kernel.DelaySet("got_connect_timeout", c.config.ConnectTimeout); err != nil {
			panic(err)
		}
	}
}

// factory is the configuration of the wheel that connects.
func (c *Config) factory() socketfactory.Config {
	options := c.Socket
	if options.KeepAlive == 0 {
		options.KeepAlive = DefaultKeepAlive
	}
	return socketfactory.Config{
		Domain: c.Domain, RemoteAddress: c.RemoteAddress, RemotePort: c.RemotePort, RemoteService: c.RemoteService,
		BindAddress: c.BindAddress, BindPort: c.BindPort, Options: options, Resolver: c.Resolver,
		Events: socketfactory.Names{Success: "got_connect_success", Failure: "got_connect_error"},
	}
}

func (c *Client) makeFactory(k *kernel.Kernel) {
	var err error
	c.Factory, err = socketfactory.New(k, c.config.factory())
	if err != nil { // New has looked at all but what "connect" was given
		impossible := &kernel.OpError{Op: "getservbyname", Err: syscall.EADDRNOTAVAIL, Wheel: k.Host().AllocateWheelID()}
		_ = k.Host().PostError(k.ActiveSession(), "got_connect_error", impossible)
	}
}

func (c *Client) stopTimeout() {
	if c.timeout != 0 {
		// It may be the timer that has just fired.
		_, _ = c.Kernel.AlarmRemove(c.timeout)
		c.timeout = 0
	}
}

// drop closes whichever wheel there is.
func (c *Client) drop() {
	if c.Factory != nil {
		c.warn("giving a connection up", c.Factory.Close())
		c.Factory = nil
	}
	c.dropHandshake(false)
	c.monitor.Stop()
	c.TLS = nil
	if c.dialing != nil {
		c.warn("giving a connection up", c.dialing.Close())
		c.dialing = nil
	}
	if c.Wheel != nil {
		c.warn("closing a connection", c.Wheel.Close())
		c.Wheel = nil
	}
}

func (c *Client) warn(what string, err error) {
	if err != nil {
		c.Kernel.Host().Logger().Warn("clienttcp: "+what, "session", c.id, "error", err)
	}
}

func (c *Client) gotConnection(e kernel.Event) {
	c.Event = e
	if c.config.TLS == nil {
		c.stopTimeout()
	}
	h := c.preConnect(kernel.Arg[*kernel.Handle](e, 0))
	if h == nil {
		c.stopTimeout()
		return
	}
	c.drop()
	if c.config.TLS == nil {
		c.begin(e, h)
		return
	}
	if err := c.secure(h, e.Args); err != nil { // no descriptors are left, for example
		c.connectFailed(&kernel.OpError{Op: "handshake", Err: err})
	}
}

// begin gives the connection its wheel.
func (c *Client) begin(e kernel.Event, h *kernel.Handle) {
	c.stopTimeout()
	if err := c.makeWheel(h); err != nil {
		h.Close()
		c.connectFailed(kernel.SyscallError("watch", err))
		return
	}
	c.Connected = true
	c.connectionMade()
	c.watchTime()
	c.run(e, c.config.Connected)
}

// preConnect returns the handle to use, nil for none.
func (c *Client) preConnect(h *kernel.Handle) *kernel.Handle {
	if c.config.PreConnect == nil {
		return h
	}
	return tcpconn.PreConnect(h, c.id, func(h *kernel.Handle) *kernel.Handle { return c.config.PreConnect(c, h) })
}

func (c *Client) makeWheel(h *kernel.Handle) (err error) {
	made := readwrite.Config{Handle: h, Marks: c.config.Marks, EagerOutput: c.config.EagerOutput, Backpressure: c.config.Backpressure, Events: c.events()}
	if c.config.Filter != nil {
		made.Filter = c.config.Filter()
	}
	if c.Wheel, err = readwrite.New(c.Kernel, made); err == nil {
		c.Wheel.Heap = c
	}
	return err
}

func (c *Client) gotConnectError(e kernel.Event) {
	c.Event = e
	c.connectFailed(kernel.OpErrorOf(e))
}

func (c *Client) gotTimeout(e kernel.Event) {
	c.Event = e
	err := &kernel.OpError{Op: "connect", Err: syscall.ETIMEDOUT}
	if c.Factory != nil {
		err.Wheel = c.Factory.ID()
	}
	if c.dialing != nil {
		err.Wheel = c.dialing.id
	}
	c.connectFailed(err)
}

// connectFailed reports that there will be no connection.
func (c *Client) connectFailed(err *kernel.OpError) {
	c.stopTimeout()
	c.Connected = false
	if err != nil && c.config.ConnectError != nil {
		c.config.ConnectError(c, err)
	} else if err != nil {
		c.warnError("connect", err)
	}
	c.drop()
	if !c.ShuttingDown {
		c.retryLater()
	}
}

func (c *Client) gotError(e kernel.Event) {
	c.Event = e
	if err := kernel.OpErrorOf(e); err != nil {
		c.failed(err)
	}
}

// failed reports an error to the program, and ends the connection. Further
// errors of a connection that ends are reported only.
func (c *Client) failed(err *kernel.OpError) {
	ends := c.ShutdownOnError
	if c.config.ServerError != nil {
		c.config.ServerError(c, err)
	} else {
		c.warnError("server", err)
		ends = true
	}
	if ends && !c.GotAnError {
		c.errShutdowns++
		c.Shutdown()
	}
	c.GotAnError = c.GotAnError || c.ShutdownOnError
}

// warnError logs an error for which there is no callback, the normal end as well.
func (c *Client) warnError(what string, err *kernel.OpError) {
	text := err.Text()
	if what == "server" && errors.Is(err, io.EOF) {
		text = "normal disconnection"
	}
	c.Kernel.Host().Logger().Warn(fmt.Sprintf("clienttcp: %s: got %s error %d", what, err.Op, int(err.Errno())), "session", c.id, "op", err.Op, "errno", int(err.Errno()), "error", text)
}

func (c *Client) gotFlush(e kernel.Event) {
	c.monitor.Flushed()
	c.run(e, c.config.ServerFlushed)
	if c.ShuttingDown {
		c.finish(e)
	}
}

// finish ends the connection: the wheel goes first, then Disconnected is called.
func (c *Client) finish(e kernel.Event) {
	c.drop()
	c.disconnects = true
	c.run(e, c.config.Disconnected)
	c.disconnects = false
	if c.GotAnError && !c.Stopped {
		c.retryLater()
	}
}

// shutdown ends the connection, or the attempt to make one. A second one drops
// output that still waits, without Disconnected, as in POE.
func (c *Client) shutdown(e kernel.Event) {
	c.Event = e
	c.ShuttingDown = true
	if c.errShutdowns > 0 {
		c.errShutdowns--
	} else {
		c.Stopped = true
	}
	c.stopTimeout()
	c.stopRetry()
	switch {
	case !c.Connected:
		c.drop()
	case c.Wheel != nil && (c.GotAnError || c.Wheel.OutOctets() == 0):
		c.Connected = false
		c.finish(e)
	default:
		c.Connected = false
	}
	if alias := c.config.Alias; alias != "" {
		// It may be gone already.
		_ = e.Kernel.AliasRemove(alias)
	}
}
