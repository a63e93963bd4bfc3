//go:build linux

package perl

import (
	"errors"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Errno is the error number of $!, 0 for none.
var Errno syscall.Errno

// OSError returns $!.
func OSError() any {
	return ErrnoValue(Errno)
}

// ErrnoValue returns an error as $! has it: its number and its message.
func ErrnoValue(e syscall.Errno) any {
	if e == 0 {
		return Dual{}
	}
	return Dual{int(e), ErrnoText(e)}
}

// ErrnoText returns the system's message for an error number.
func ErrnoText(e syscall.Errno) string {
	if e == 0 {
		return ""
	}
	s := e.Error()
	if s != "" && s[0] >= 'a' && s[0] <= 'z' {
		s = string(s[0]-0x20) + s[1:]
	}
	switch e {
	case syscall.EXDEV:
		return "Invalid cross-device link"
	case unix.EHWPOISON:
		return "Memory page has hardware error"
	}
	if number, unknown := strings.CutPrefix(s, "Errno "); unknown {
		return "Unknown error " + number
	}
	return s
}

// SetOSError sets $! from a number or from a Go error which wraps a
// syscall.Errno.
func SetOSError(v any) {
	switch v := v.(type) {
	case syscall.Errno:
		Errno = v
	case error:
		var e syscall.Errno
		if errors.As(v, &e) {
			Errno = e
		}
	default:
		Errno = syscall.Errno(Int(v))
	}
}

// failed notes an error in $! and reports whether there is none.
func succeeded(err error) bool {
	if err != nil {
		SetOSError(err)
	}
	return err == nil
}

// IsErrno reports whether $! is the error called name. Perl: $!{NAME}.
func IsErrno(name string) bool { return Errno != 0 && Int(Constants[name]) == int(Errno) }

// Strerror returns the system's message for an error number. Perl: strerror of
// POSIX.
func Strerror(v any) string { return ErrnoText(syscall.Errno(Int(v))) }
