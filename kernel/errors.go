package kernel

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/gopoe/poe/internal/configerror"
	"github.com/gopoe/poe/internal/sentinel"
)

// Errors that the kernel's methods return. Those that stand for one of POE's
// error codes wrap it: errors.Is(ErrNoSession, syscall.ESRCH) holds.
var (
	// ErrNoSession indicates that a destination names no living session.
	ErrNoSession = sentinel.New("kernel: no such session", syscall.ESRCH)
	// ErrNoActiveSession indicates that a method which acts for the active session
	// was called outside of any session's handler.
	ErrNoActiveSession = sentinel.New("kernel: no active session", syscall.ESRCH)
	// ErrNoStart indicates that a session without a _start handler was discarded.
	ErrNoStart = errors.New("kernel: session has no _start handler")
	// ErrAliasInUse indicates that another session has that alias.
	ErrAliasInUse = sentinel.New("kernel: alias belongs to another session", syscall.EEXIST)
	// ErrNoAlias indicates that no session has that alias.
	ErrNoAlias = sentinel.New("kernel: no such alias", syscall.ESRCH)
	// ErrNotYours indicates that a timer, an alias or a child belongs to
	// another session.
	ErrNotYours = sentinel.New("kernel: belongs to another session", syscall.EPERM)
	// ErrNoAlarm indicates that a timer does not exist, has fired or was removed.
	ErrNoAlarm = sentinel.New("kernel: no such timer", syscall.ESRCH)
	// ErrInvalid indicates that an argument is missing: an event without a name, an
	// alarm without a time, a nil handle.
	ErrInvalid = sentinel.New("kernel: invalid argument", syscall.EINVAL)
	// ErrWouldDeadlock indicates that a method which waits for the kernel was called
	// on the kernel's own goroutine.
	ErrWouldDeadlock = sentinel.New("kernel: would wait for itself", syscall.EDEADLK)
	// ErrNotRunning indicates that the kernel which had to answer, or to take an
	// event of another kernel, is not running, or ended before it could.
	ErrNotRunning = errors.New("kernel: not running")
	// ErrBusy indicates that as many events of other kernels wait at a kernel as its
	// Options.Backlog allows. [Host.NotifyWritable] reports when there is space
	// again.
	ErrBusy = sentinel.New("kernel: too many events wait at that kernel", syscall.ENOBUFS)
	// ErrWouldBlock indicates that a handle has nothing to read or no space to write
	// for now. It is syscall.EAGAIN.
	ErrWouldBlock error = syscall.EAGAIN
)

// Errors whose text is enough, or whose errno.
var (
	// errNoChild indicates that a process is not, or no longer, a child of this one.
	errNoChild = sentinel.New("kernel: no such child process", syscall.ECHILD)
	// errForeignGoroutine indicates that a method of the kernel was called on another
	// goroutine than the kernel's; [Kernel.Outside] is for those. Only strict mode
	// and Assert.Usage notice it, by a panic.
	errForeignGoroutine = errors.New("kernel: called on another goroutine than the kernel's, which is for Outside")
	// errRunning indicates that Run was called while the kernel runs.
	errRunning = errors.New("kernel: already running")
)

// callError names the method and its subject in front of a sentinel.
func callError(method string, subject any, err error) error {
	if subject == nil {
		return fmt.Errorf("kernel: %s: %w", method, err)
	}
	return fmt.Errorf("kernel: %s(%v): %w", method, subject, err)
}

// ConfigError is the error of a constructor about a field of its
// configuration. It is the same type in all packages of this module.
type ConfigError = configerror.ConfigError
