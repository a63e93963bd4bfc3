package nfa

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/kernel"
)

// The reasons in an [Error]. As in POE all of them are fatal: the error is
// thrown, becomes the signal DIE, and if that is not handled, the error of Run.
var (
	// ErrNoHandler indicates that an event has no handler in the current state, nor
	// has _default.
	ErrNoHandler = errors.New("no handler for the event, and none for _default")
	// ErrNoState indicates that a machine was to enter a state that it does not have.
	ErrNoState = errors.New("no such state to enter")
	// ErrNoEntry indicates that the state to enter has no handler for the entry
	// event.
	ErrNoEntry = errors.New("no handler for the entry event in the state to enter")
	// ErrEmptyStack indicates a ReturnState without a CallState before it.
	ErrEmptyStack = errors.New("no state to return to")
)

// Error is the error that a machine throws.
type Error struct {
	Machine kernel.ID
	State   string // the current one; for ErrNoState and ErrNoEntry the one to enter
	Event   string // for ErrNoHandler and ErrNoEntry
	Err     error
}

// Error names the machine, the state and the event.
func (e *Error) Error() string {
	text := fmt.Sprintf("nfa: machine %v, state %q", e.Machine, e.State)
	if e.Event != "" {
		text += fmt.Sprintf(", event %q", e.Event)
	}
	return text + ": " + e.Err.Error()
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }
