// Package acceptor accepts connections on a listening handle. It is the part
// that the wheels SocketFactory and ListenAccept have in common.
package acceptor

import (
	"errors"
	"net"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// batch is how many connections are accepted in one turn.
const batch = 64

// rest is how long a listener rests when the process has no descriptors left:
// the connection that cannot be accepted would report itself for ever.
const rest = 100 * time.Millisecond

// Config configures an Acceptor. All fields are required. Both functions run
// in the session that was active at New; they may stop or pause the Acceptor.
type Config struct {
	Handle   *kernel.Handle
	Name     string // shows as the active event
	Accepted func(h *kernel.Handle, from net.Addr)
	Failed   func(err error)
}

// Acceptor watches a listening handle and accepts what comes. It does not own
// the handle.
type Acceptor struct {
	k       *kernel.Kernel
	c       Config
	owner   kernel.ID
	resting kernel.AlarmID
	paused  bool
	stopped bool
}

// New starts to accept, for the active session.
func New(k *kernel.Kernel, c Config) (*Acceptor, error) {
	a := &Acceptor{k: k, c: c, owner: k.ActiveSession()}
	if err := k.Watch(c.Handle, kernel.Read, c.Name, a); err != nil {
		return nil, err
	}
	return a, nil
}

// HandleReady is called by the kernel when connections wait.
func (a *Acceptor) HandleReady(kernel.Mode) {
	for range batch {
		h, from, err := a.c.Handle.Accept()
		switch {
		case err == nil:
			a.c.Accepted(h, from)
		case errors.Is(err, kernel.ErrWouldBlock):
			return
		case outOfDescriptors(err):
			a.rest()
			a.c.Failed(err)
			return
		default:
			a.c.Failed(err)
			return
		}
		if a.stopped || a.paused {
			return
		}
	}
}

// HandleFailure is called by the kernel when the system does not watch the
// listening handle. It is tried again after a rest.
func (a *Acceptor) HandleFailure(_ kernel.Mode, err error) {
	a.rest()
	a.c.Failed(err)
}

// Pause stops accepting; connections wait in the system's queue.
func (a *Acceptor) Pause() {
	a.paused = true
	a.k.SelectPauseRead(a.c.Handle)
}

// Resume goes on accepting.
func (a *Acceptor) Resume() {
	a.paused = false
	if !a.stopped && a.resting == 0 {
		a.k.SelectResumeRead(a.c.Handle)
	}
}

// Stop ends it. The handle stays open.
func (a *Acceptor) Stop() {
	if a.stopped {
		return
	}
	a.stopped = true
	a.k.Unwatch(a.owner, a.c.Handle, kernel.Read)
	if a.resting == 0 || !a.owner.Alive() {
		return
	}
	// A session that is alive can be called.
	_ = a.k.CallFunc(a.owner, a.c.Name, func(kernel.Event) {
		_, _ = a.k.AlarmRemove(a.resting) // it may have fired
	})
}

// rest stops accepting for a moment.
func (a *Acceptor) rest() {
	if a.resting != 0 {
		return
	}
	a.k.SelectPauseRead(a.c.Handle)
	// The watcher of a living session has just been called: it can set timers.
	a.resting, _ = a.k.DelayFunc(a.c.Name+": again", rest, func(kernel.Event) {
		a.resting = 0
		if !a.paused {
			a.Resume()
		}
	})
}

func outOfDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) || errors.Is(err, syscall.ENOBUFS) || errors.Is(err, syscall.ENOMEM)
}
