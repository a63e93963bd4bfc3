// Package acceptor accepts connections on a listening handle. It is the part
// that the wheels SocketFactory and ListenAccept have in common.
package acceptor

import (
	"errors"
	"net"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
)

// How long a listener waits after an error before it accepts again: the
// connection that cannot be accepted would report itself forever. The time
// doubles from error to error and begins anew with a connection.
const (
	minBackoff = 50 * time.Millisecond
	maxBackoff = time.Second
)

// Config configures an Acceptor. All fields are required but Batch. Both
// functions run in the session that owns the wheel; they may stop or pause the
// Acceptor.
type Config struct {
	Base     *base.Base
	Handle   *kernel.Handle
	Name     string // shows as the active event
	Batch    int    // the most connections accepted in one turn; 0 is 1, as in POE
	Accepted func(h *kernel.Handle, from net.Addr)
	// Failed reports an error. If it is fatal, nothing more is accepted.
	Failed func(err error, fatal bool)
}

// Acceptor watches a listening handle and accepts what comes. It does not own
// the handle.
type Acceptor struct {
	Config
	retry   kernel.AlarmID // ends the wait after an error
	backoff time.Duration  // the last wait; 0 after a connection
	paused  bool
	stopped bool
}

// New starts accepting.
func New(c Config) (*Acceptor, error) {
	a := &Acceptor{Config: c}
	var err error
	c.Base.InOwner(func() { err = c.Base.Kernel.Host().Watch(c.Handle, kernel.Read, c.Name, a) })
	if err != nil {
		return nil, err
	}
	return a, nil
}

// HandleReady is called by the kernel when connections wait. As in POE it
// accepts one and leaves the others to the next turn, after the events that are
// queued, unless a batch was asked for.
func (a *Acceptor) HandleReady(kernel.Mode) {
	for range max(1, a.Batch) {
		h, from, err := a.Handle.Accept()
		switch {
		case err == nil:
			a.backoff = 0
			a.Accepted(h, from)
		case errors.Is(err, kernel.ErrWouldBlock):
			return
		default:
			a.failed(err)
			return
		}
		if a.stopped || a.paused {
			return
		}
	}
}

// failed waits for a while after an error that will pass, and stops after one
// that will not.
func (a *Acceptor) failed(err error) {
	if !Temporary(err) {
		a.Stop()
		a.Failed(err, true)
		return
	}
	a.wait()
	a.Failed(err, false)
}

// wait stops accepting for a while, longer each time.
func (a *Acceptor) wait() {
	if a.retry != 0 {
		return
	}
	a.backoff = min(max(minBackoff, 2*a.backoff), maxBackoff)
	a.Base.Kernel.SelectPauseRead(a.Handle)
	a.retry = a.Base.Delay("accept again", a.backoff, func() {
		a.retry = 0
		if !a.paused {
			a.Resume()
		}
	})
}

// HandleFailure is called by the kernel when the system does not watch the
// listening handle any more. It is tried again after a wait.
func (a *Acceptor) HandleFailure(_ kernel.Mode, err error) {
	a.wait()
	a.Failed(err, false)
}

// Pause stops accepting; connections wait in the system's queue.
func (a *Acceptor) Pause() {
	a.paused = true
	a.Base.Kernel.SelectPauseRead(a.Handle)
}

// Resume continues accepting.
func (a *Acceptor) Resume() {
	a.paused = false
	if !a.stopped && a.retry == 0 {
		a.Base.Kernel.SelectResumeRead(a.Handle)
	}
}

// Stop ends accepting. The handle stays open.
func (a *Acceptor) Stop() {
	if a.stopped {
		return
	}
	a.stopped = true
	a.Base.Kernel.Host().Unwatch(a.Base.Owner, a.Handle, kernel.Read)
	a.Base.Cancel(&a.retry)
}
