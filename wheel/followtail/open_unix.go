//go:build unix

package followtail

import "syscall"

// nonBlocking keeps the opening of a named pipe or a device from waiting.
const nonBlocking = syscall.O_NONBLOCK
