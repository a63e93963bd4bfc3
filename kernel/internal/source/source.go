// Package source makes sources of readiness of what only has blocking calls: a
// stream, a listener, a socket for datagrams of package net or of any other. Each
// has goroutines that wait, and methods that do not.
package source

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// ReadySet says in which modes a source is ready.
type ReadySet struct{ Read, Write, Expedite bool }

// ErrWouldBlock indicates that there is nothing to read or no space to write for now.
var ErrWouldBlock error = syscall.EAGAIN

// ErrClosed indicates that a source was used after it was closed.
var ErrClosed = fmt.Errorf("handle is closed: %w", os.ErrClosed)

// longAgo is a deadline that interrupts whatever waits.
var longAgo = time.Unix(1, 0)

// addressed is implemented by what has addresses.
type addressed interface {
	LocalAddr() net.Addr
	RemoteAddr() net.Addr
}

// what descriptors return, so that both kinds of handle read alike.
func Plain(err error) error {
	var errno syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.As(err, &errno):
		return posix(errno)
	case errors.Is(err, net.ErrClosed), errors.Is(err, os.ErrClosed):
		return ErrClosed
	case errors.Is(err, io.ErrClosedPipe):
		return syscall.EPIPE
	}
	return err
}
