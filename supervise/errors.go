package supervise

import (
	"errors"
	"fmt"
	"time"

	"github.com/gopoe/poe/internal/configerror"
)

// Errors of a supervisor's methods and, for ErrForeign, of New; ErrNotInTree is
// that of Fail. Use errors.Is, as some are wrapped with the name of the child.
var (
	ErrNoChild   = errors.New("supervise: no child of that name")
	ErrExists    = errors.New("supervise: a child of that name exists")
	ErrRunning   = errors.New("supervise: the child runs")
	ErrStopping  = errors.New("supervise: the supervisor stops or restarts its children now")
	ErrForeign   = errors.New("supervise: Start returned a session that is not the supervisor's child")
	ErrNotInTree = errors.New("supervise: the session has no supervisor")
)

// IntensityError is thrown in the session of a supervisor that gives up. It
// wraps the reason why the last child ended.
type IntensityError struct {
	Supervisor string        // its alias, or its session if it has none
	Child      string        // the name of the child that ended last
	Restarts   int           // the number of restarts allowed
	Period     time.Duration // the period in which they are allowed
	Err        error         // the reason for the child's end, nil if that was normal
}

// Error names the supervisor, the child and the limit.
func (e *IntensityError) Error() string {
	text := fmt.Sprintf("supervise: %s gives up: child %q ended, and more than %d restarts in %v are not allowed", e.Supervisor, e.Child, e.Restarts, e.Period)
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap returns the reason why the child ended, or nil if its end was normal.
func (e *IntensityError) Unwrap() error { return e.Err }

func configError(field, reason string) error {
	return configerror.New("supervise", field, reason)
}
