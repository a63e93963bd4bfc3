//go:build unix

package script

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

func sendSignal(p *os.Process, name string) error {
	number := unix.SignalNum("SIG" + name)
	if number == 0 {
		return fmt.Errorf("there is no signal %q", name)
	}
	return p.Signal(number)
}
