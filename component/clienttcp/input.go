package clienttcp

import (
	"slices"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// InputHandler is the type of Config.ServerInput; Input makes one.
type InputHandler = *tcpconn.Handler[Client]

// Input makes the callback for records of type T: string for lines, []byte,
// *http.Response and so on; any accepts all.
//
// With string and []byte nothing is boxed on the way: c.Args, POE's list of the
// record and the wheel's ID, is empty then, and a []byte holds only until the
// callback returns. Every other type has the list. Strings that arrive together
// share memory: retaining a short one may pin 4 KiB, and one of more than 14 KiB
// five times its length; clone it if kept long.
//
// A record of another type does not reach the callback: it becomes the error
// "input", a *filter.RecordError.
func Input[T any](f func(c *Client, record T)) InputHandler { return tcpconn.NewHandler(f) }

// The wheel of a connection reports by events, whose handlers are states of the
// session that InlineStates and Kernel.State may replace. Where none of them is
// replaced and the kernel does not trace, it calls the same functions directly, and
// records that are strings or bytes are not boxed.

// wheelStates are the states to which the wheel reports.
var wheelStates = [...]string{"got_server_input", "got_server_error", "got_server_flush", "got_high", "got_low"}

// events selects how the connection's wheel reports.
func (c *Client) events() readwrite.Events {
	if f := c.config.direct; f != nil && !c.Kernel.Host().Tracing() {
		return f
	}
	return c.eventNames()
}

// eventNames are the events by which the wheel reports to the session's handlers.
func (c *Client) eventNames() readwrite.Names {
	names := readwrite.Names{Input: "got_server_input", Error: "got_server_error", Flushed: "got_server_flush"}
	if c.config.Marks.High > 0 {
		names.High, names.Low = "got_high", "got_low"
	}
	return names
}

// handlerChanged makes the wheel report by events once Kernel.State has changed a
// handler of one.
func (c *Client) handlerChanged(e kernel.Event) {
	if c.config.direct == nil || !slices.Contains(wheelStates[:], kernel.Arg[string](e, 0)) {
		return
	}
	c.config.direct = nil // of this client, which has a copy of the configuration
	if c.Wheel != nil {
		c.Wheel.ReplaceEvents(c.eventNames())
	}
}

// setDirect prepares the direct way, if the configuration allows it.
func (c *Config) setDirect() {
	for _, name := range wheelStates {
		if c.InlineStates[name] != nil {
			return
		}
	}
	f := &readwrite.Funcs{
		Error: func(w *readwrite.Wheel, err *kernel.OpError) {
			c := clientOf(w)
			c.Event = c.eventNamed("got_server_error", err.Args())
			c.failed(err)
		},
		Flushed: func(w *readwrite.Wheel) {
			c := clientOf(w)
			c.gotFlush(c.eventNamed("got_server_flush", []any{w.ID()}))
		},
	}
	switch {
	case c.ServerInput.Text() != nil:
		f.Text = gotText
	case c.ServerInput.Bytes() != nil:
		f.Bytes = gotBytes
	default:
		return
	}
	if c.Marks.High > 0 {
		f.High = func(w *readwrite.Wheel) {
			c := clientOf(w)
			c.run(c.eventNamed("got_high", []any{w.ID()}), c.config.ServerHigh)
		}
		f.Low = func(w *readwrite.Wheel) {
			c := clientOf(w)
			c.run(c.eventNamed("got_low", []any{w.ID()}), c.config.ServerLow)
		}
	}
	c.direct = f
}

func clientOf(w *readwrite.Wheel) *Client { return w.Heap.(*Client) }

// gotText passes a record of a wheel to the callback, and gotBytes one of bytes.
func gotText(w *readwrite.Wheel, record string) {
	if c := clientOf(w); c.beginInput() {
		c.config.ServerInput.Text()(c, record)
	}
}

func gotBytes(w *readwrite.Wheel, record []byte) {
	if c := clientOf(w); c.beginInput() {
		c.config.ServerInput.Bytes()(c, record)
	}
}

// beginInput sets c.Event and reports whether input is still accepted.
func (c *Client) beginInput() bool {
	if c.ShuttingDown {
		return false
	}
	c.monitor.RecordReceived()
	c.retry.wait = 0
	if c.Name != "got_server_input" || c.Args != nil {
		c.Event = c.eventNamed("got_server_input", nil)
	}
	return true
}

// eventNamed returns the event that the wheel would have sent.
func (c *Client) eventNamed(name string, args []any) kernel.Event {
	return kernel.Event{Kernel: c.Kernel, Session: c.id, Sender: c.id, Name: name, Args: args}
}

func (c *Client) gotInput(e kernel.Event) {
	c.Event = e
	if c.ShuttingDown {
		return
	}
	c.monitor.RecordReceived()
	c.retry.wait = 0
	if !c.config.ServerInput.Boxed() {
		c.Args = nil // as on the direct way
	}
	if err := c.config.ServerInput.Handle(c, e.Arg(0)); err != nil {
		c.failed(&kernel.OpError{Op: "input", Err: err, Wheel: c.wheelID()})
	}
}
