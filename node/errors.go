package node

import (
	"errors"
	"fmt"
	"io"
	"syscall"

	"github.com/gopoe/poe/internal/sentinel"
	"github.com/gopoe/poe/kernel"
)

// Errors of posts, calls and watches. They are compared with errors.Is, and
// those that stand for one of POE's error codes wrap it.
var (
	// ErrNoNode indicates that no known node has that name.
	ErrNoNode = sentinel.New("node: no such node", syscall.ENXIO)
	// ErrNoSession indicates that the other node has no session of that alias. It
	// is kernel.ErrNoSession as well.
	ErrNoSession = sentinel.New("node: no such session on that node", kernel.ErrNoSession)
	// ErrNotExposed indicates that the other node does not let that event of that
	// session be reached from outside.
	ErrNotExposed = sentinel.New("node: not exposed on that node", syscall.EACCES)
	// ErrTooLarge indicates that the arguments, or the answer, are longer than
	// Config.MaxMessage.
	ErrTooLarge = sentinel.New("node: longer than MaxMessage", syscall.EMSGSIZE)
	// ErrBadValue indicates that a value cannot travel: its type is not registered,
	// or its bytes could not be understood.
	ErrBadValue = sentinel.New("node: value cannot travel", syscall.EBADMSG)
	// ErrTimeout indicates that no answer came in time. The handler may have
	// run.
	ErrTimeout = sentinel.New("node: no answer in time", syscall.ETIMEDOUT)
	// ErrUnreachable indicates that the other node is down, or went down before
	// it answered. Events in transit may have been handled.
	ErrUnreachable = sentinel.New("node: node is unreachable", syscall.EHOSTUNREACH)
	// ErrBusy indicates that as much is in transit to the other node as
	// Config.Window and Config.WindowBytes allow. [Node.NotifyWritable] reports
	// when there is space again.
	ErrBusy = sentinel.New("node: too much is on its way to that node", syscall.ENOBUFS)
	// ErrClosed indicates that this node is shut down.
	ErrClosed = errors.New("node: shut down")
)

// errShutDown indicates that the other node has said goodbye.
var errShutDown = fmt.Errorf("%w: it has shut down", ErrUnreachable)

// callError names the method and its subject in front of a reason.
func callError(method string, subject any, err error) error {
	return fmt.Errorf("node: %s(%v): %w", method, subject, err)
}

// configError is the error of a field that cannot be used.
func configError(field string, err error) error {
	return &kernel.ConfigError{Package: "node", Field: field, Err: err}
}

// RemoteError is an error that came from another node. It has the error's text
// and wraps the error of this package, the kernel or the system that it was.
type RemoteError struct {
	Text string
	Err  error // one of the known errors; nil if it was another
}

// Error returns the text that the error had where it came from.
func (e *RemoteError) Error() string { return e.Text }

// Unwrap returns e.Err.
func (e *RemoteError) Unwrap() error { return e.Err }

// code is an error's number between nodes. Numbers from errnoCode on are
// those of the system: errnoCode + errno.
type code uint32

const (
	codeNone code = iota
	codeOther
	codeNoSession
	codeNotExposed
	codeTooLarge
	codeBadValue
	codeTimeout
	codeUnreachable
	codeBusy
	codeClosed
	codeEOF
	codeNoNode
	errnoCode code = 1 << 16
)

// codeOf finds the number of an error.
func codeOf(err error) code {
	if err == nil {
		return codeNone
	}
	for c := codeNoSession; c <= codeNoNode; c++ {
		if errors.Is(err, errorOf(c)) {
			return c
		}
	}
	if errors.Is(err, kernel.ErrNoSession) {
		return codeNoSession
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && errno > 0 && errno < 1<<15 {
		return errnoCode + code(errno)
	}
	return codeOther
}

// errorOf finds the error of a number; nil for those that have none.
func errorOf(c code) error {
	switch c {
	case codeNoSession:
		return ErrNoSession
	case codeNotExposed:
		return ErrNotExposed
	case codeTooLarge:
		return ErrTooLarge
	case codeBadValue:
		return ErrBadValue
	case codeTimeout:
		return ErrTimeout
	case codeUnreachable:
		return ErrUnreachable
	case codeBusy:
		return ErrBusy
	case codeClosed:
		return ErrClosed
	case codeEOF:
		return io.EOF
	case codeNoNode:
		return ErrNoNode
	}
	if c > errnoCode && c < errnoCode+1<<15 {
		return syscall.Errno(c - errnoCode)
	}
	return nil
}

// remoteError makes the error that a peer has sent.
func remoteError(c code, text string) error {
	if c == codeNone {
		return nil
	}
	return &RemoteError{Text: text, Err: errorOf(c)}
}
