package servertcp

import (
	"errors"
	"runtime/debug"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// PanicPolicy selects what happens after a panic in a callback of a connection.
type PanicPolicy int

// The policies.
const (
	// PanicDie turns it into the signal DIE, as POE does: unless the signal is
	// handled, the program ends.
	PanicDie PanicPolicy = iota
	// PanicCloseClient reports it to ClientError, with the operation "panic",
	// and shuts that one connection down: pending output is still written. This
	// applies to the handlers in InlineStates as well. The error wraps a
	// *kernel.HandlerError, which has the stack; without a ClientError the
	// stack is logged.
	PanicCloseClient
)

// runCallback runs a callback for an event.
func (c *Client) runCallback(e kernel.Event, callback func()) {
	c.Event = e
	if c.config().OnPanic == PanicDie {
		callback()
		return
	}
	defer func() {
		if recovered := recover(); recovered != nil {
			c.callbackPanicked(recovered)
		}
	}()
	callback()
}

// guardStates returns the handlers of InlineStates so that a panic in one of
// them is dealt with as in a callback.
func guardStates(states session.Funcs) session.Funcs {
	guarded := make(session.Funcs, len(states))
	for name, handler := range states {
		guarded[name] = func(e kernel.Event) {
			c := session.Heap[Client](e)
			if c == nil {
				handler(e)
				return
			}
			defer func() {
				if recovered := recover(); recovered != nil {
					if c.Kernel == nil {
						c.Event = e // the session's first event
					}
					c.callbackPanicked(recovered)
				}
			}()
			handler(e)
		}
	}
	return guarded
}

// callbackPanicked shuts down a connection whose callback has panicked.
func (c *Client) callbackPanicked(recovered any) {
	err := &kernel.HandlerError{Value: recovered, Stack: debug.Stack()}
	c.reportPanic(&kernel.OpError{Op: "panic", Err: err, Wheel: c.wheelID()})
	c.Shutdown()
}

// reportPanic reports a panic. If ClientError panics as well, that is logged.
func (c *Client) reportPanic(err *kernel.OpError) {
	defer func() {
		if recovered := recover(); recovered != nil {
			c.warn(err)
			c.Kernel.Host().Logger().Warn("servertcp: ClientError has panicked", "session", c.Session, "panic", recovered, "stack", string(debug.Stack()))
		}
	}()
	c.report(err)
}

// stackOf returns the attribute of a warning that shows where a panic came from.
func stackOf(err *kernel.OpError) []any {
	var panicked *kernel.HandlerError
	if errors.As(err, &panicked) && len(panicked.Stack) > 0 {
		return []any{"stack", string(panicked.Stack)}
	}
	return nil
}
