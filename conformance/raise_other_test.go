//go:build !linux

package conformance

import "syscall"

// raise sends a signal to this process.
func raise(sig syscall.Signal) error { return syscall.Kill(syscall.Getpid(), sig) }
