//go:build !unix

package poll

import "fmt"

// Open opens the poller of that name: "portable", or empty for the same. There
// are no descriptors to watch here: every handle is a source that reports itself.
func Open(gate Gate, name string) (Poller, error) {
	if name == "" || name == "portable" {
		return NewTimer(gate), nil
	}
	return nil, fmt.Errorf("no loop named %q on this system", name)
}
