//go:build unix

package daemon

import (
	"fmt"
	"os"
	"syscall"
)

// redirect makes the descriptor of one file a copy of another's.
func redirect(from, to *os.File) error {
	target, err := to.SyscallConn()
	if err != nil {
		return fmt.Errorf("daemon: redirect %s: %w", to.Name(), err)
	}
	source, err := from.SyscallConn()
	if err != nil {
		return fmt.Errorf("daemon: redirect %s: %w", to.Name(), err)
	}
	var dupErr error
	err = target.Control(func(t uintptr) {
		err := source.Control(func(s uintptr) {
			// The standard descriptors are for children, too; others are not.
			if dupErr = dup2(int(s), int(t)); dupErr == nil && t > 2 {
				syscall.CloseOnExec(int(t))
			}
		})
		if err != nil {
			dupErr = err
		}
	})
	if err == nil {
		err = dupErr
	}
	if err != nil {
		return fmt.Errorf("daemon: redirect %s: %w", to.Name(), err)
	}
	return nil
}
