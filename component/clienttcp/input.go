package clienttcp

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
)

// InputHandler is what Config.ServerInput takes: what Input makes.
type InputHandler interface {
	handle(c *Client, record any)
}

// Input makes the callback for records of type T: string for lines, []byte,
// *http.Response and so on; any takes all. A record of another type does not
// reach it: it becomes the error "input", a [RecordError].
func Input[T any](f func(c *Client, record T)) InputHandler { return input[T](f) }

type input[T any] func(c *Client, record T)

func (f input[T]) handle(c *Client, record any) {
	r, ok := record.(T)
	var zero T
	if ok || record == nil && any(zero) == nil {
		f(c, r)
		return
	}
	err := &kernel.OpError{Op: "input", Err: &RecordError{Record: record, Want: fmt.Sprintf("%T", &zero)[1:]}}
	if c.Wheel != nil {
		err.Wheel = c.Wheel.ID()
	}
	c.failed(err)
}

// RecordError is a record of a type that ServerInput does not take.
type RecordError struct {
	Record any
	Want   string
}

// Error names both types.
func (e *RecordError) Error() string {
	return fmt.Sprintf("clienttcp: the record is %T, ServerInput takes %s", e.Record, e.Want)
}
