package ikc

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/sentinel"
	"github.com/gopoe/poe/kernel"
)

// Use errors.Is to compare with these errors; those that correspond to one of
// POE's error codes wrap it.
var (
	// ErrSpecifier indicates that a specifier cannot be read, or lacks a part that
	// is needed.
	ErrSpecifier = sentinel.New("ikc: not a specifier", syscall.EINVAL)
	// ErrNoKernel indicates that no connected kernel has that name.
	ErrNoKernel = sentinel.New("ikc: unknown kernel", syscall.ENXIO)
	// ErrNotPublished indicates that an event of a session is not published.
	ErrNotPublished = sentinel.New("ikc: not published", syscall.EACCES)
	// ErrNoSession indicates that a published session does not exist. It is
	// kernel.ErrNoSession as well.
	ErrNoSession = sentinel.New("ikc: unknown session", kernel.ErrNoSession)
	// ErrTimeout indicates that no answer came in time. The call may have been
	// executed: a handler that returns nothing sends no answer.
	ErrTimeout = sentinel.New("ikc: no answer in time", syscall.ETIMEDOUT)
	// ErrGone indicates that the other kernel's connection ended.
	ErrGone = sentinel.New("ikc: the connection has ended", syscall.ECONNRESET)
	// ErrBusy indicates that Config.MaxPending bytes are already waiting to be
	// written.
	ErrBusy = sentinel.New("ikc: too much waits to be written", syscall.ENOBUFS)
	// ErrName indicates that another kernel has that name.
	ErrName = sentinel.New("ikc: that kernel is registered already", syscall.EEXIST)
	// ErrNegotiation indicates that a peer violated the protocol before the
	// connection was ready.
	ErrNegotiation = sentinel.New("ikc: negotiation failed", syscall.EPROTO)
	// ErrFreezer indicates that both sides have no freezer in common.
	ErrFreezer = sentinel.New("ikc: no freezer in common", syscall.EPROTO)
	// ErrMessage indicates that a message does not have the form that IKC
	// requires.
	ErrMessage = sentinel.New("ikc: malformed message", syscall.EBADMSG)
	// ErrAnonymous indicates that a sender cannot be answered: it has published
	// nothing.
	ErrAnonymous = sentinel.New("ikc: the sender has published nothing", syscall.EDESTADDRREQ)
	// ErrRefused indicates that the other kernel has refused a subscription.
	ErrRefused = sentinel.New("ikc: subscription refused", syscall.EACCES)
	// ErrShutdown indicates that IKC is shut down in this kernel.
	ErrShutdown = errors.New("ikc: shut down")
	// ErrNotStarted indicates that the kernel has no Responder.
	ErrNotStarted = errors.New("ikc: not started in this kernel")
)

// LimitError indicates that a message or a peer exceeds a limit of Config. It
// wraps filter.ErrLimit, as the limits of filters do, and syscall.EMSGSIZE if a
// message is too long, syscall.ENOSPC if the peer asks for too many things.
type LimitError struct {
	Field string // of Config, "MaxMessage"
	Max   int    // its value
}

// Error returns a text with the field and its value.
func (e *LimitError) Error() string { return fmt.Sprintf("ikc: more than %s (%d)", e.Field, e.Max) }

// Unwrap returns filter.ErrLimit and the error number.
func (e *LimitError) Unwrap() []error {
	if e.Field == "MaxMessage" {
		return []error{filter.ErrLimit, syscall.EMSGSIZE}
	}
	return []error{filter.ErrLimit, syscall.ENOSPC}
}

// RemoteError is an error that another kernel reported.
type RemoteError struct{ Text string }

// Error returns Text, which is as the other kernel sent it, after "ikc: remote
// error: ".
func (e *RemoteError) Error() string { return "ikc: remote error: " + e.Text }

// callError names the method and its subject in front of a reason.
func callError(method string, subject any, err error) error {
	return fmt.Errorf("ikc: %s(%v): %w", method, subject, err)
}

func configError(field string, err error) error {
	return &kernel.ConfigError{Package: "ikc", Field: field, Err: err}
}

// asLimit gives the limit of the framing filter its name in Config.
func (c *Config) asLimit(err error) error {
	var limit *filter.LimitError
	if errors.As(err, &limit) && limit.Limit == "MaxBuffer" {
		return &LimitError{"MaxMessage", c.MaxMessage}
	}
	return err
}
