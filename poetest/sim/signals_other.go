//go:build !unix

package sim

import "syscall"

// The system has none of these signals.
func isStop(syscall.Signal) bool     { return false }
func isContinue(syscall.Signal) bool { return false }
func isIgnored(syscall.Signal) bool  { return false }
