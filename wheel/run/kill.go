//go:build unix

package run

import (
	"fmt"
	"os"
	"syscall"
	"time"
)

// DefaultKillAfter is how long a child may take to end after its Timeout,
// unless configured otherwise.
const DefaultKillAfter = 5 * time.Second

// ErrTimeout is reported, for the operation "timeout", when a child runs longer
// than Config.Timeout.
var ErrTimeout = fmt.Errorf("run: the child has run too long: %w", syscall.ETIMEDOUT)

// Kill sends a signal to the child; POE's default is syscall.SIGTERM. It never
// reaches another process: once the child has been waited for the error is
// os.ErrProcessDone. See also [Wheel.KillGroup].
func (w *Wheel) Kill(signal syscall.Signal) error {
	if w.ended || w.base.Closed() {
		return os.ErrProcessDone
	}
	return w.asked("kill", func() error { return w.process.signal(signal) })
}

// KillGroup sends a signal to the child's process group: to the child and those
// of its descendants that have not left the group. It also works when the child
// has ended but a descendant still holds its output open. With NoSetPgrp the
// child has no group of its own, and the error is syscall.EINVAL. When the child
// and its output have ended the error is os.ErrProcessDone.
func (w *Wheel) KillGroup(signal syscall.Signal) error {
	switch {
	case !w.ownGroup:
		return fmt.Errorf("run: the child does not lead a process group: %w", syscall.EINVAL)
	case w.base.Closed() || w.ended && w.open == 0:
		return os.ErrProcessDone
	}
	if err := w.asked("kill", func() error { return w.process.signalGroup(signal) }); err != nil {
		return os.NewSyscallError("kill", err)
	}
	return nil
}

// startTimeout limits how long the child may run.
func (w *Wheel) startTimeout() {
	if w.timeout > 0 {
		w.timer = w.base.Delay("timeout", w.timeout, func() {
			w.timer = 0
			w.timedOut()
		})
	}
}

// timedOut asks the child to end, and later makes it.
func (w *Wheel) timedOut() {
	w.emitError("timeout", ErrTimeout, "")
	if w.base.Closed() {
		return
	}
	w.killAll(syscall.SIGTERM)
	w.timer = w.base.Delay("kill", w.killAfter, func() {
		w.timer = 0
		w.killAll(syscall.SIGKILL)
	})
}

// killAll sends a signal to the child's group, or to the child alone if it does
// not lead one.
func (w *Wheel) killAll(signal syscall.Signal) {
	kill := w.KillGroup
	if !w.ownGroup {
		kill = w.Kill
	}
	if err := kill(signal); err != nil {
		w.emitError("kill", err, "")
	}
}

func (w *Wheel) cancelTimeout() { w.base.Cancel(&w.timer) }
