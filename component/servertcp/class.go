package servertcp

import (
	"errors"
	"slices"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// Class says what an error of a listening socket means for the server.
type Class int

// The classes.
const (
	// Fatal is all that will not get better by itself: every error of an
	// operation other than "accept", and of that what is not in the other
	// classes.
	Fatal Class = iota
	// Temporary is the trouble of one connection, or of the network: the next
	// one is accepted as ever.
	Temporary
	// OutOfDescriptors is the want of descriptors or of memory. The wheel rests
	// for a moment and accepts again; connections wait in the system's queue.
	OutOfDescriptors
)

// String is the class in words.
func (c Class) String() string {
	switch c {
	case Temporary:
		return "temporary"
	case OutOfDescriptors:
		return "out of descriptors"
	}
	return "fatal"
}

// ClassOf tells the class of an error that Config.Error is given. The server
// goes on after the last two if Error lets it; without an Error it warns and
// drops the listener after any, as POE does.
func ClassOf(err *kernel.OpError) Class {
	is := func(target error) bool { return errors.Is(err.Err, target) }
	switch {
	case err.Op != "accept":
		return Fatal
	case slices.ContainsFunc([]error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM}, is):
		return OutOfDescriptors
	case slices.ContainsFunc([]error{
		syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EINTR, syscall.EAGAIN, syscall.EPROTO, syscall.EPERM, syscall.ETIMEDOUT,
		syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENOPROTOOPT, syscall.EOPNOTSUPP,
	}, is):
		return Temporary
	}
	return Fatal
}
