//go:build unix

package daemon

// upgradeVar marks a process as a successor, as workerVar does a
// worker.
const upgradeVar = "POE_DAEMON_SUCCESSOR"

// Successor is the new process's side of an [Upgrade]. Its methods are safe
// on any goroutine.
type Successor struct{ w *Worker }

// Inherit returns what the former process has handed on, nil if this one
// was not started by an Upgrade. Call it first in main; the listeners are the
// caller's. It looks but once, as AsWorker does.
func Inherit() (*Successor, error) {
	w, err := inherit(upgradeVar)
	if w == nil || err != nil {
		return nil, err
	}
	return &Successor{w}, nil
}

// Listeners are the sockets of the former process, in its order.
func (s *Successor) Listeners() []Listener { return s.w.Listeners() }

// Ready reports to the former process that this one serves, and cuts the tie: the
// former one stops accepting now. Call it once all servers listen. On a nil
// Successor it does nothing, so that every start can call it.
func (s *Successor) Ready() error {
	if s == nil {
		return nil
	}
	if err := s.w.Ready(); err != nil {
		return err
	}
	return s.w.Close()
}
