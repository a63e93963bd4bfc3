package irc

import (
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"

	"github.com/gopoe/poe/component/clienttcp"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/kernel"
)

// connect begins a connection, and ends the one there is.
func (c *Client) connect(e kernel.Event) {
	with, err := configOf(e.Arg(0))
	config := c.config
	if err == nil {
		config = c.config.merge(with)
		err = config.check()
	}
	switch {
	case c.stopping:
		err = errors.New("irc: the client is shutting down")
	case err == nil && config.Server == "" && config.Dial == nil:
		err = configerror.New("irc", "Server", "is required to connect")
	}
	if err != nil {
		c.Emit("socketerr", err.Error())
		e.Return(err)
		return
	}
	if c.tcp != nil {
		if c.connected {
			c.put("QUIT")
		}
		c.hangUp(errors.New("connecting anew"))
	}
	c.config, c.nick = config, config.Nick
	if err := c.dialServer(); err != nil {
		c.Emit("socketerr", err.Error())
		e.Return(err)
	}
}

// dialServer begins an attempt. The callbacks run in the connection's session and
// only post: what they report comes after the lines that came before.
func (c *Client) dialServer() error {
	config := c.config.tcp()
	report := func(event string) func(*clienttcp.Client) {
		return func(tcp *clienttcp.Client) { _ = c.k.Post(c.id, event, tcp, nil) }
	}
	limit := c.config.Limits.Line
	config.Filter = func() filter.Filter { return newWire(limit) }
	config.Started = func(tcp *clienttcp.Client) { tcp.ShutdownOnError = false }
	config.Connected = report("_up")
	config.Disconnected = report("_down")
	config.ConnectError = func(tcp *clienttcp.Client, err *kernel.OpError) { _ = c.k.Post(c.id, "_failed", tcp, err) }
	config.ServerError = func(tcp *clienttcp.Client, err *kernel.OpError) {
		if filter.Recoverable(err) {
			return // a line that is too long, or none of IRC, is passed over
		}
		_ = c.k.Post(c.id, "_down", tcp, err)
		tcp.GotAnError = true // output that waits is dropped
		tcp.Shutdown()
	}
	config.ServerInput = clienttcp.Input(func(tcp *clienttcp.Client, m *Message) { _ = c.k.Post(c.id, "_line", tcp, m) })
	tcp, err := clienttcp.New(c.k, config)
	c.tcp = tcp
	return err
}

// current reports whether an event is of the connection there is.
func (c *Client) current(e kernel.Event) bool {
	tcp, ok := e.Arg(0).(*clienttcp.Client)
	return ok && tcp == c.tcp
}

// up is a connection that has been made.
func (c *Client) up(e kernel.Event) {
	if !c.current(e) {
		return
	}
	c.connected = true
	c.identify = false
	c.isupport = newISupport()
	c.server = serverInfo{}
	c.login = loginState{enabled: map[string]bool{}, offered: map[string]string{}}
	if addr := c.tcp.Wheel; addr != nil {
		if at, err := netip.ParseAddrPort(fmt.Sprint(addr.InputHandle().LocalAddr())); err == nil {
			c.login.localAddr = at.Addr().Unmap().String()
		}
	}
	c.dispatchAll(&Event{Name: "connected", Args: []any{c.config.Server}})
	if c.current(e) && c.connected {
		c.beginLogin()
	}
}

// connectFailed is a connection that could not be made.
func (c *Client) connectFailed(e kernel.Event) {
	if !c.current(e) {
		return
	}
	err, _ := e.Arg(1).(*kernel.OpError)
	c.release()
	c.dispatchAll(&Event{Name: "socketerr", Args: []any{fmt.Sprintf("%s error %d: %s", err.Op, errno(err), err.Text())}})
	if c.stopping {
		c.finish()
	}
}

// errno is the number of the system's error, 0 if it is none of those.
func errno(err error) int {
	var number syscall.Errno
	if errors.As(err, &number) {
		return int(number)
	}
	return 0
}

// down is the end of the connection.
func (c *Client) down(e kernel.Event) {
	if c.current(e) {
		err, _ := e.Arg(1).(error)
		c.hangUp(err)
	}
}

// release drops the connection, or the attempt.
func (c *Client) release() {
	if tcp := c.tcp; tcp != nil {
		c.tcp = nil
		tcp.Shutdown()
	}
	c.connected = false
}

// hangUp ends the connection and reports it; why is for the log.
func (c *Client) hangUp(why error) {
	if c.tcp == nil {
		return
	}
	c.release()
	c.queue.stop(c)
	c.login.stopTimer()
	c.batches.clear()
	c.labels.fail(c, fmt.Errorf("%w: %w", ErrDisconnected, orClosed(why)))
	clear(c.whois)
	c.dispatchAll(&Event{Name: "disconnected", Args: []any{c.config.Server}})
	if c.stopping {
		c.finish()
	}
}

func orClosed(err error) error {
	if err == nil {
		return errors.New("closed")
	}
	return err
}

// ErrDisconnected is the Reply.Err of requests that were waiting when the
// connection ended.
var ErrDisconnected = errors.New("irc: disconnected")

// Disconnect closes the connection without sending QUIT. The event disconnected
// follows. POE: disconnect.
func (c *Client) Disconnect() {
	if c.tcp != nil {
		_ = c.k.Post(c.id, "_down", c.tcp, errors.New("disconnected"))
	}
}

// Connect posts the event "connect". Fields of config that are zero keep their
// values, so a zero Config connects again as before.
func (c *Client) Connect(config Config) { _ = c.Yield("connect", config) }

// shutdown leaves the server and ends the client. Its arguments are a message for
// QUIT and how long to wait for the server: a time.Duration, or a number of
// seconds as in POE.
func (c *Client) shutdown(e kernel.Event) {
	if c.stopping {
		return
	}
	c.stopping, c.stopper = true, e.Sender
	switch {
	case c.loggedIn && c.connected:
		line := "QUIT"
		if message, _ := kernel.ArgOK[string](e, 0); message != "" {
			line += " :" + message
		}
		c.send(priorityHigh, line)
		c.closing, _ = c.k.Host().DelayFunc("irc_quit", shutdownWait(e.Arg(1)), func(kernel.Event) {
			c.closing = 0
			c.hangUp(errors.New("the server does not end the connection"))
		})
	case c.tcp != nil:
		c.hangUp(errors.New("shutting down"))
	default:
		c.finish()
	}
}

// Shutdown posts the event "shutdown": the client quits with the message,
// removes its plugins and ends.
func (c *Client) Shutdown(message string) { _ = c.Yield("shutdown", message) }

func shutdownWait(arg any) time.Duration {
	switch v := arg.(type) {
	case time.Duration:
		return v
	case int:
		return time.Duration(v) * time.Second
	case float64:
		return time.Duration(v * float64(time.Second))
	}
	return 5 * time.Second
}

func (c *Client) shutdownSignal(e kernel.Event) {
	if len(e.Args) > 0 {
		e.Args = e.Args[1:] // without the signal's name
	}
	c.shutdown(e)
}

// finish ends the client once there is no connection.
func (c *Client) finish() {
	if c.over {
		return
	}
	c.dcc.closeAll()
	c.pipeline.clear()
	c.k.AlarmRemoveAll()
	clear(c.delayed)
	c.post(&Event{Name: "shutdown", Args: []any{c.stopper}})
	_ = c.k.Host().YieldFunc("irc_end", func(e kernel.Event) {
		c.over = true
		e.SigClear("POCOIRC_REGISTER")
		e.SigClear("POCOIRC_SHUTDOWN")
		if c.config.Alias != "" {
			_ = e.AliasRemove(c.config.Alias)
		}
		_, _ = e.RefcountDecrement(c.id, aliveTag)
	})
}
