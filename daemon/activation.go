//go:build unix

package daemon

import (
	"fmt"

	"github.com/coreos/go-systemd/v22/activation"

	"github.com/gopoe/poe/kernel"
)

// Listener is a listening socket with the name under which it is passed between
// processes.
type Listener struct {
	// Name is FileDescriptorName= of the socket unit, or the name chosen in
	// PoolConfig or UpgradeConfig, which must not contain a colon.
	Name string
	// Handle is the listening socket, for Config.Listener of servertcp or
	// socketfactory.
	Handle *kernel.Handle
}

// ActivationListeners returns the sockets which systemd has opened for this
// process, in systemd's order. It returns none if the process was not started
// by socket activation. The caller owns the handles. $LISTEN_FDS, $LISTEN_PID
// and $LISTEN_FDNAMES are removed from the environment, so a second call
// returns none. Sockets without a name are called "LISTEN_FD_3" and so on.
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

// Find returns the handle of the first listener called name, or nil if there is
// none.
func Find(listeners []Listener, name string) *kernel.Handle {
	for _, l := range listeners {
		if l.Name == name {
			return l.Handle
		}
	}
	return nil
}
