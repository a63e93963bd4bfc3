package servertcp

import (
	"fmt"
	"net/netip"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
	"github.com/gopoe/poe/wheel/socketfactory"
)

// InputHandler is what Config.ClientInput takes: what Input makes.
type InputHandler interface {
	handle(c *Client, record any)
	direct(to *readwrite.Funcs) bool
}

// Input makes the callback for records of type T: string for lines, []byte,
// *http.Request and so on; any takes all.
//
// With string and []byte nothing is boxed on the way: c.Args, POE's list of the
// record and the wheel's ID, is empty then, and a []byte holds only until the
// callback returns. Every other type has the list. Short strings that arrive
// together share memory, up to 4 KiB: who keeps few of many for long may want
// strings.Clone.
//
// A record of another type does not reach the callback: it becomes the error
// "input", a [RecordError], so that no stranger can stop the program by making a
// filter hand out something unusual.
func Input[T any](f func(c *Client, record T)) InputHandler { return input[T](f) }

type input[T any] func(c *Client, record T)

func (f input[T]) handle(c *Client, record any) {
	r, ok := record.(T)
	var zero T
	switch any(f).(type) {
	case input[[]byte], input[string]:
		c.Args = nil
	}
	if ok || record == nil && any(zero) == nil { // an undefined record is one of an interface type
		f(c, r)
		return
	}
	switch f := any(f).(type) { // text is bytes, and bytes are text
	case input[[]byte]:
		if text, ok := record.(string); ok {
			f(c, []byte(text))
			return
		}
	case input[string]:
		if text, ok := record.([]byte); ok {
			f(c, string(text))
			return
		}
	}
	c.failed(c.Event, &kernel.OpError{Op: "input", Err: &RecordError{Record: record, Want: fmt.Sprintf("%T", &zero)[1:]}, Wheel: c.wheelID()})
}

// RecordError is a record of a type that ClientInput does not take.
type RecordError struct {
	Record any
	Want   string
}

// Error names both types.
func (e *RecordError) Error() string {
	return fmt.Sprintf("servertcp: the record is %T, ClientInput takes %s", e.Record, e.Want)
}

// socketOf gathers the arguments of the event of a new connection.
func socketOf(e kernel.Event) socketfactory.Socket {
	s := socketfactory.Socket{Handle: kernel.Arg[*kernel.Handle](e, 0)}
	switch addr := e.Arg(1).(type) {
	case netip.Addr:
		s.Peer = netip.AddrPortFrom(addr, uint16(kernel.Arg[int](e, 2)))
	case string:
		s.Path = addr
	}
	return s
}
