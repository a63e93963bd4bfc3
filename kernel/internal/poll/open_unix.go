//go:build unix && !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package poll

import "fmt"

// Open opens the poller of that name: "portable", or empty for the same.
func Open(gate Gate, name string) (Poller, error) {
	if name == "" || name == "portable" {
		return newPollSet(gate)
	}
	return nil, fmt.Errorf("no loop named %q on this system", name)
}
