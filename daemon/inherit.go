//go:build unix

package daemon

// upgradeVar marks a process as a successor, as workerVar does a
// worker.
const upgradeVar = "POE_DAEMON_SUCCESSOR"

// Successor is the new process's side of an [Upgrade]. Its methods may be
// called on any goroutine.
type Successor struct{ w *Worker }

// Inherit returns what the previous process has passed on, or nil if this
// process was not started by an Upgrade. Call it first in main. The caller owns
// the listeners. A second call returns nil, since the first one changes the
// environment.
func Inherit() (*Successor, error) {
	w, err := inherit(upgradeVar)
	if w == nil || err != nil {
		return nil, err
	}
	return &Successor{w}, nil
}

// Listeners returns the sockets of the previous process, in the order of
// UpgradeConfig.Listeners. It must not be called on a nil Successor.
func (s *Successor) Listeners() []Listener { return s.w.Listeners() }

// Ready reports to the previous process that this one serves, and closes the
// connection to it; the previous process then stops accepting. Call it once,
// when all servers listen; later calls return os.ErrClosed. On a nil Successor
// it does nothing, so that programs can call it after every start.
func (s *Successor) Ready() error {
	if s == nil {
		return nil
	}
	if err := s.w.Ready(); err != nil {
		return err
	}
	return s.w.Close()
}
