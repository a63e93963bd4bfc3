//go:build unix && !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package kernel

import "fmt"

// openLoop opens the loop of that name; empty is the portable one.
func openLoop(k *Kernel, name string) (loop, error) {
	if name == "" || name == "portable" {
		return newPoll(k)
	}
	return nil, fmt.Errorf("no loop named %q on this system", name)
}
