package servertcp

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// A connection's wheel reports by events, whose handlers are states of the
// session that InlineStates may replace. Where none of them is replaced and
// nobody traces, the wheel calls the same functions directly, and records that
// are strings or bytes are not boxed.

const inputEvent = "tcp_server_got_input"

// wheelStates are the states to which a connection's wheel reports.
var wheelStates = [...]string{inputEvent, "tcp_server_got_error", "tcp_server_got_flush", "tcp_server_got_high", "tcp_server_got_low"}

// events says how the connection's wheel reports.
func (c *Client) events() readwrite.Events {
	config := c.config()
	if f := config.direct; f != nil && !c.Kernel.Host().Tracing() {
		return f
	}
	names := readwrite.Names{Input: inputEvent, Error: "tcp_server_got_error", Flushed: "tcp_server_got_flush"}
	if config.Marks.High > 0 {
		names.High, names.Low = "tcp_server_got_high", "tcp_server_got_low"
	}
	return names
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
			c := of(w)
			var args []any
			if c.config().ClientError != nil { // nobody else looks at them
				args = err.Args()
			}
			c.failed(c.at("tcp_server_got_error", args), err)
		},
		Flushed: func(w *readwrite.Wheel) {
			c := of(w)
			c.watch.Flushed()
			if c.ShuttingDown || c.config().ClientFlushed != nil {
				c.gotFlush(c.at("tcp_server_got_flush", []any{w.ID()}))
			}
		},
	}
	if !c.ClientInput.direct(f) {
		return
	}
	if c.Marks.High > 0 {
		f.High = func(w *readwrite.Wheel) { c := of(w); c.gotHigh(c.at("tcp_server_got_high", []any{w.ID()})) }
		f.Low = func(w *readwrite.Wheel) { c := of(w); c.gotLow(c.at("tcp_server_got_low", []any{w.ID()})) }
	}
	c.direct = f
}

func of(w *readwrite.Wheel) *Client { return w.Heap.(*Client) }

// at is the event that the wheel would have sent.
func (c *Client) at(name string, args []any) kernel.Event {
	k, self := c.Kernel, c.Session
	return kernel.Event{Kernel: k, Session: self, Sender: self, Name: name, Args: args}
}

// direct sets the input function for records that need no box. Another handler
// may have taken over since, by Next.
func (f input[T]) direct(to *readwrite.Funcs) bool {
	switch any(f).(type) {
	case input[string]:
		to.Text = func(w *readwrite.Wheel, line string) {
			if c := of(w); c.hears() {
				if f, ok := c.input.(input[string]); ok {
					f(c, line)
				} else {
					c.handle(line)
				}
			}
		}
	case input[[]byte]:
		to.Bytes = func(w *readwrite.Wheel, record []byte) {
			if c := of(w); c.hears() {
				if f, ok := c.input.(input[[]byte]); ok {
					f(c, record)
				} else {
					c.handle(string(record))
				}
			}
		}
	default:
		return false
	}
	return true
}

// handle is for the callbacks that a dialogue may have beside the first one's
// type.
func (c *Client) handle(record string) {
	c.Args = []any{record, c.wheelID()}
	c.input.handle(c, record)
	c.Args = nil // a connection that is idle keeps no record
}

// hears makes the event at hand one of input, and tells whether it is wanted.
func (c *Client) hears() bool {
	if c.ShuttingDown {
		return false
	}
	c.watch.Heard()
	if c.Name != inputEvent || c.Args != nil {
		c.Event = c.at(inputEvent, nil)
	}
	return true
}
