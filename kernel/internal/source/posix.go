//go:build !windows

package source

import "syscall"

// posix does something on Windows.
func posix(errno syscall.Errno) error { return errno }
