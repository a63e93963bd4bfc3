//go:build !unix

package kernel

import (
	"os"
	"syscall"
)

// childSignal does not exist here: no process can be watched.
var childSignal os.Signal

// number finds the system's signal of that name. Without Unix there are but two:
// the interrupt key and the request to end.
func number(name string) (os.Signal, bool) {
	switch name {
	case "INT":
		return os.Interrupt, true
	case "TERM":
		return syscall.SIGTERM, true
	}
	return nil, false
}

func isChild(pid int) error { return syscall.EWINDOWS }

func waitFor(pid int) (WaitStatus, bool) { return -1, true }
