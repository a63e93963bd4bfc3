//go:build !windows

package kernel

import "syscall"

// posix does something on Windows.
func posix(errno syscall.Errno) error { return errno }
