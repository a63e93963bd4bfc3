package servertcp

import (
	"slices"

	"github.com/gopoe/poe/component/internal/tcpconn"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// A connection's wheel reports by events, whose handlers are states of the
// session that InlineStates and Kernel.State may replace. Where none of them is replaced
// and the kernel does not trace, the wheel calls the same functions directly, and records
// that are strings or bytes are not boxed.

const inputEvent = "tcp_server_got_input"

// wheelStates are the states to which a connection's wheel reports.
var wheelStates = [...]string{inputEvent, "tcp_server_got_error", "tcp_server_got_flush", "tcp_server_got_high", "tcp_server_got_low"}

// events selects how the connection's wheel reports.
func (c *Client) events() readwrite.Events {
	if f := c.config().direct; f != nil && !c.cold().byEvents && !c.Kernel.Host().Tracing() {
		return f
	}
	return c.eventNames()
}

// eventNames are the events by which the wheel reports to the session's handlers.
func (c *Client) eventNames() readwrite.Names {
	names := readwrite.Names{Input: inputEvent, Error: "tcp_server_got_error", Flushed: "tcp_server_got_flush"}
	if c.config().Marks.High > 0 {
		names.High, names.Low = "tcp_server_got_high", "tcp_server_got_low"
	}
	return names
}

// handlerChanged makes the wheel report by events once Kernel.State has changed a
// handler of one.
func (c *Client) handlerChanged(e kernel.Event) {
	if c.config().direct == nil || !slices.Contains(wheelStates[:], kernel.Arg[string](e, 0)) || c.cold().byEvents {
		return
	}
	c.ensureCold().byEvents = true
	if c.Wheel != nil {
		c.Wheel.ReplaceEvents(c.eventNames())
	}
}

// setDirect prepares the direct way, if the configuration allows it.
func (c *Config) setDirect() {
	if c.ClientInput == nil || c.OnPanic != PanicDie {
		return
	}
	for _, name := range wheelStates {
		if c.InlineStates[name] != nil {
			return
		}
	}
	f := &readwrite.Funcs{
		Error: func(w *readwrite.Wheel, err *kernel.OpError) {
			c := clientOf(w)
			var args []any
			if c.config().ClientError != nil { // nothing else looks at them
				args = err.Args()
			}
			c.failed(c.eventNamed("tcp_server_got_error", args), err)
		},
		Flushed: func(w *readwrite.Wheel) {
			c := clientOf(w)
			c.cold().monitor.Flushed()
			if c.ShuttingDown || c.config().ClientFlushed != nil {
				c.gotFlush(c.eventNamed("tcp_server_got_flush", []any{w.ID()}))
			}
		},
	}
	switch {
	case c.ClientInput.Text() != nil:
		f.Text = gotText
	case c.ClientInput.Bytes() != nil:
		f.Bytes = gotBytes
	default:
		return
	}
	if c.Marks.High > 0 {
		f.High = func(w *readwrite.Wheel) {
			c := clientOf(w)
			c.gotHigh(c.eventNamed("tcp_server_got_high", []any{w.ID()}))
		}
		f.Low = func(w *readwrite.Wheel) {
			c := clientOf(w)
			c.gotLow(c.eventNamed("tcp_server_got_low", []any{w.ID()}))
		}
	}
	c.direct = f
}

// inputOf returns the connection's callback for input.
func inputOf(c *Client) *tcpconn.Handler[Client] {
	if c.extra != nil && c.extra.input != nil {
		return c.extra.input
	}
	return c.listener.config.ClientInput
}

// gotText passes a record of a wheel to its connection's callback, and gotBytes one
// of bytes.
func gotText(w *readwrite.Wheel, record string) {
	c := clientOf(w)
	if !c.beginInput() {
		return
	}
	if f := inputOf(c).Text(); f != nil {
		f(c, record)
	} else {
		c.handleText(record)
	}
}

func gotBytes(w *readwrite.Wheel, record []byte) {
	c := clientOf(w)
	if !c.beginInput() {
		return
	}
	if f := inputOf(c).Bytes(); f != nil {
		f(c, record)
	} else {
		c.handleText(string(record))
	}
}

func clientOf(w *readwrite.Wheel) *Client { return w.Heap.(*Client) }

// at is the event that the wheel would have sent.
func (c *Client) eventNamed(name string, args []any) kernel.Event {
	k, self := c.Kernel, c.Session
	return kernel.Event{Kernel: k, Session: self, Sender: self, Name: name, Args: args}
}

// handle passes a record of any type to the callback.
func (c *Client) handle(record any) {
	input := inputOf(c)
	if !input.Boxed() {
		c.Args = nil // as on the direct way
	}
	if err := input.Handle(c, record); err != nil {
		c.failed(c.Event, &kernel.OpError{Op: "input", Err: err, Wheel: c.wheelID()})
	}
}

// handleText passes a record to a callback that a dialogue may have set beside
// the first one's type.
func (c *Client) handleText(record string) {
	c.Args = []any{record, c.wheelID()}
	c.handle(record)
	c.Args = nil // a connection that is idle keeps no record
}

// beginInput sets c.Event and reports whether input is still accepted.
func (c *Client) beginInput() bool {
	if c.ShuttingDown {
		return false
	}
	c.cold().monitor.RecordReceived()
	c.listener.work.records += recordWork
	if c.Name != inputEvent || c.Args != nil {
		c.Event = c.eventNamed(inputEvent, nil)
	}
	return true
}
