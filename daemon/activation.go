//go:build unix

package daemon

import (
	"fmt"

	"github.com/coreos/go-systemd/v22/activation"

	"github.com/gopoe/poe/kernel"
)

// Listener is a listening socket with the name by which processes that hand it
// on know it.
type Listener struct {
	// Name is FileDescriptorName= of the socket unit, or what Pool was given.
	Name string
	// Handle listens. Give it to servertcp or socketfactory as Config.Listener.
	Handle *kernel.Handle
}

// ActivationListeners returns the sockets that systemd has opened for this process, in
// its order; none if it was started otherwise. The variables $LISTEN_FDS,
// $LISTEN_PID and $LISTEN_FDNAMES are removed, so a second call finds none.
// Sockets without a name are called "LISTEN_FD_3" and so on.
func ActivationListeners() ([]Listener, error) {
	var found []Listener
	for _, f := range activation.Files(true) {
		h, err := kernel.File(f)
		if err != nil {
			for _, l := range found {
				l.Handle.Close()
			}
			return nil, fmt.Errorf("daemon: activation: %s: %w", f.Name(), err)
		}
		found = append(found, Listener{Name: f.Name(), Handle: h})
	}
	return found, nil
}

// Find returns the handle of the first listener of that name, nil if there is
// none.
func Find(listeners []Listener, name string) *kernel.Handle {
	for _, l := range listeners {
		if l.Name == name {
			return l.Handle
		}
	}
	return nil
}
