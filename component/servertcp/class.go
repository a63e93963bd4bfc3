package servertcp

import (
	"errors"
	"slices"
	"syscall"

	"github.com/gopoe/poe/kernel"
)

// Class classifies the errors of a listening socket by what they mean for the
// server.
type Class int

// The classes.
const (
	// Fatal means that the listening socket cannot be used: all errors of
	// operations other than "accept", and those of "accept" that are not in the
	// other classes.
	Fatal Class = iota
	// Temporary means an error of one connection, or of the network: the next
	// connection can be accepted.
	Temporary
	// OutOfDescriptors means a lack of descriptors, memory or other resources
	// of the system. Connections wait in the system's queue meanwhile.
	OutOfDescriptors
)

// String returns "fatal", "temporary" or "out of descriptors".
func (c Class) String() string {
	switch c {
	case Temporary:
		return "temporary"
	case OutOfDescriptors:
		return "out of descriptors"
	}
	return "fatal"
}

// ClassOf returns the class of an error that was passed to Config.Error. After
// a Temporary or OutOfDescriptors error the server continues, with or without
// an Error callback: it stops accepting for up to a second and tries again.
func ClassOf(err *kernel.OpError) Class {
	is := func(target error) bool { return errors.Is(err.Err, target) }
	switch {
	case err.Op != "accept":
		return Fatal
	case slices.ContainsFunc(lackOfResources, is):
		return OutOfDescriptors
	case slices.ContainsFunc(temporary, is):
		return Temporary
	}
	return Fatal
}

var lackOfResources = []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.ENOSPC}

// temporary are the errors of accept that are about one connection. Linux
// passes errors of the new connection on, and of the firewall.
var temporary = []error{
	syscall.ECONNABORTED, syscall.ECONNRESET, syscall.EINTR, syscall.EAGAIN, syscall.EPROTO, syscall.EPERM, syscall.EACCES,
	syscall.ETIMEDOUT, syscall.ENETDOWN, syscall.ENETUNREACH, syscall.EHOSTDOWN, syscall.EHOSTUNREACH, syscall.ENOPROTOOPT,
	syscall.EOPNOTSUPP, syscall.EIO,
}
