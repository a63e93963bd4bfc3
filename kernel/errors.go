package kernel

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/internal/sentinel"
)

// Errors that the kernel's methods return. Those that stand for one of POE's
// error codes wrap it: errors.Is(ErrNoSession, syscall.ESRCH) holds.
var (
	// ErrNoSession says that a destination names no living session.
	ErrNoSession = sentinel.New("kernel: no such session", syscall.ESRCH)
	// ErrNoActiveSession says that a method which acts for the active session
	// was called outside of any session's handler.
	ErrNoActiveSession = sentinel.New("kernel: no active session", syscall.ESRCH)
	// ErrNoStart says that a session without a _start handler was discarded.
	ErrNoStart = errors.New("kernel: session has no _start handler")
	// ErrAliasInUse says that another session has that alias.
	ErrAliasInUse = sentinel.New("kernel: alias belongs to another session", syscall.EEXIST)
	// ErrNoAlias says that no session has that alias.
	ErrNoAlias = sentinel.New("kernel: no such alias", syscall.ESRCH)
	// ErrNotYours says that what was named belongs to another session.
	ErrNotYours = sentinel.New("kernel: belongs to another session", syscall.EPERM)
	// ErrNoAlarm says that a timer does not exist, has fired or was removed.
	ErrNoAlarm = sentinel.New("kernel: no such timer", syscall.ESRCH)
	// ErrNoChild says that a process is not, or no longer, a child of this one.
	ErrNoChild = sentinel.New("kernel: no such child process", syscall.ECHILD)
	// ErrInvalid says that an argument is missing: an event without a name, an
	// alarm without a time, a nil handle.
	ErrInvalid = sentinel.New("kernel: invalid argument", syscall.EINVAL)
	// ErrWouldDeadlock says that a method which waits for the kernel was called
	// on the kernel's own goroutine.
	ErrWouldDeadlock = sentinel.New("kernel: would wait for itself", syscall.EDEADLK)
	// ErrNotRunning says that a method which waits for the kernel found that
	// it does not run, or that it ended before it could answer.
	ErrNotRunning = errors.New("kernel: not running")
	// ErrBusy says that as many events of other kernels wait at a kernel as its
	// Options.Backlog allows. [Kernel.NotifyRoom] tells when there is room
	// again.
	ErrBusy = sentinel.New("kernel: too many events wait at that kernel", syscall.ENOBUFS)
	// ErrRunning says that Run was called while the kernel runs.
	ErrRunning = errors.New("kernel: already running")
	// ErrWouldBlock says that a handle has nothing to read or no room to write
	// for now. It is syscall.EAGAIN.
	ErrWouldBlock error = syscall.EAGAIN
)

// callError names the method and its subject in front of a sentinel.
func callError(method string, subject any, err error) error {
	if subject == nil {
		return fmt.Errorf("kernel: %s: %w", method, err)
	}
	return fmt.Errorf("kernel: %s(%v): %w", method, subject, err)
}

// OpError tells what went wrong with a handle: POE's error triple of
// operation, $! as a number, and $! as text.
type OpError struct {
	// Op is the operation that failed: "read", "write", "accept", "connect",
	// "bind", "listen", "filter" ...
	Op string
	// Err says why. It is io.EOF at the end of a stream.
	Err error
	// Wheel is the wheel that met the error, 0 if none did.
	Wheel WheelID
}

// Error says what failed and why.
func (e *OpError) Error() string { return e.Op + ": " + e.Text() }

// Unwrap returns the reason.
func (e *OpError) Unwrap() error { return e.Err }

// Errno returns the error number, POE's $! as a number: 0 at the end of a
// stream, EBADMSG for bytes that a filter cannot decode, EIO for whatever
// brought no number of its own.
func (e *OpError) Errno() syscall.Errno {
	var errno syscall.Errno
	switch {
	case e.Err == nil || errors.Is(e.Err, io.EOF):
		return 0
	case errors.As(e.Err, &errno):
		return errno
	case e.Op == "filter":
		return syscall.EBADMSG
	}
	return syscall.EIO
}

// Text returns the reason in words, POE's $! as a string: empty at the end of
// a stream.
func (e *OpError) Text() string {
	if e.Err == nil || errors.Is(e.Err, io.EOF) {
		return ""
	}
	return e.Err.Error()
}

// Args returns the argument list of POE's error events for e: operation,
// error number (an int), text and wheel ID, then more. [OpErrorOf] gets e back
// from an event that carries it.
func (e *OpError) Args(more ...any) []any {
	args := append(make([]any, 0, 5+len(more)), e.Op, int(e.Errno()), e.Text(), e.Wheel)
	args = append(args, more...)
	n := len(args)
	return append(args, e)[: n : n+1] // e rides behind the visible arguments
}

// OpErrorOf returns the typed error of an error event that a wheel sent by
// name, or nil if ev is not one.
func OpErrorOf(ev Event) *OpError {
	if n := len(ev.Args); n < cap(ev.Args) {
		err, _ := ev.Args[:n+1][n].(*OpError)
		return err
	}
	return nil
}

// ConfigError is the error of a constructor about a field of its
// configuration. It is the same type in all packages of this module.
type ConfigError = configerror.ConfigError

// HandlerError is the error that Run returns when an exception in a handler
// was not handled, and that a handler of the signal DIE finds in
// [Exception.Err]. It wraps the value that was thrown if that is an error.
type HandlerError struct {
	Value any    // what was given to panic
	Stack []byte // the goroutine's stack at the panic
	// Previous is the exception that was being handled when this one was
	// thrown: by a handler of DIE, or by a session that was born while the
	// sessions were stopped for it. Else nil.
	Previous error
}

// Error returns the text of what was thrown, and of the previous exception.
func (e *HandlerError) Error() string {
	if e.Previous != nil {
		return fmt.Sprintf("%v (thrown while handling: %v)", e.Value, e.Previous)
	}
	return fmt.Sprint(e.Value)
}

// Unwrap returns what was thrown, if it is an error, and the previous one.
func (e *HandlerError) Unwrap() []error {
	var errs []error
	if err, ok := e.Value.(error); ok {
		errs = append(errs, err)
	}
	if e.Previous != nil {
		errs = append(errs, e.Previous)
	}
	return errs
}
