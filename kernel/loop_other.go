//go:build !unix

package kernel

import "fmt"

// openLoop opens the loop of that name; empty is the portable one. There are
// no descriptors to watch here: every handle is a source that reports itself.
func openLoop(k *Kernel, name string) (loop, error) {
	if name == "" || name == "portable" {
		return newSleeper(k), nil
	}
	return nil, fmt.Errorf("no loop named %q on this system", name)
}
