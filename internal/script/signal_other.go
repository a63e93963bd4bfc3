//go:build !unix

package script

import (
	"fmt"
	"os"
)

func sendSignal(p *os.Process, name string) error {
	if name == "INT" {
		return p.Signal(os.Interrupt)
	}
	return fmt.Errorf("signal %q cannot be sent on this system", name)
}
