//go:build unix

// Package process lets a supervisor of package supervise start, restart and stop
// child processes.
package process

import (
	"fmt"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/supervise"
	"github.com/gopoe/poe/wheel/run"
)

// Start returns a Spec.Start for a child which is a process:
//
//	supervise.Spec{Name: "worker", Start: process.Start(func() (run.Config, run.Funcs) {
//		return run.Config{Program: []string{"worker", "-v"}}, run.Funcs{Stdout: log}
//	})}
//
// configure is called for each start, on the kernel's goroutine. It returns the
// process to run and the functions which get its output; the field Events of the
// configuration is ignored. The functions run in the child's session; any of
// them may be nil.
//
// The child ends when the process has ended and its output has been read. An exit
// status other than 0, or a signal, is an abnormal end with an [ExitError].
// The event "shutdown" sends the process SIGTERM; a stop by force sends SIGKILL
// to it and the other processes of its group. The event "put" writes its
// arguments, as records, to the standard input of the process.
func Start(configure func() (run.Config, run.Funcs)) func(e kernel.Event) (kernel.ID, error) {
	return func(e kernel.Event) (kernel.ID, error) {
		c := &child{}
		c.config, c.funcs = configure()
		s, err := session.Create(e.Kernel, c, states)
		if err == nil {
			err = c.err
		}
		if err != nil {
			return kernel.ID{}, err
		}
		return s.ID(), nil
	}
}

// ExitError is the reason for the abnormal end of a child whose process has
// failed: an exit status other than 0, or a signal.
type ExitError struct {
	PID    int
	Status kernel.WaitStatus
}

// Error describes how the process ended.
func (e *ExitError) Error() string { return fmt.Sprintf("process %d: %v", e.PID, e.Status) }

// child is the session that owns a process.
type child struct {
	config run.Config
	funcs  run.Funcs
	event  kernel.Event // _start, for its kernel and session
	wheel  *run.Wheel
	err    error // of starting it
	closed bool  // its output has been read
	exited bool
}

var states = session.States[child]{
	"_start":   (*child).start,
	"_stop":    (*child).stop,
	"put":      (*child).put,
	"shutdown": (*child).shutdown,
}

func (c *child) start(e kernel.Event) {
	c.event = e
	f := c.funcs
	f.Close, f.Exit = c.gotClose, c.gotExit
	c.config.Events = f
	c.wheel, c.err = run.New(e.Kernel, c.config)
}

func (c *child) put(e kernel.Event) { c.wheel.Put(e.Args...) }

func (c *child) shutdown(kernel.Event) {
	_ = c.wheel.Kill(syscall.SIGTERM) // it may have ended
}

// stop comes when the process has ended, or by force.
func (c *child) stop(kernel.Event) {
	if c.wheel != nil && !(c.closed && c.exited) {
		_ = c.wheel.KillGroup(syscall.SIGKILL) // it may have ended
	}
}

func (c *child) gotClose(w *run.Wheel) {
	if c.funcs.Close != nil {
		c.funcs.Close(w)
	}
	c.closed = true
	c.end(w)
}

func (c *child) gotExit(w *run.Wheel, status kernel.WaitStatus) {
	if c.funcs.Exit != nil {
		c.funcs.Exit(w, status)
	}
	c.exited = true
	if status != 0 {
		// The session is the child of a supervisor, or its result is unused.
		_ = supervise.Fail(c.event, &ExitError{PID: w.PID(), Status: status})
	}
	c.end(w)
}

// end closes the wheel, which ends the session, once everything has come.
func (c *child) end(w *run.Wheel) {
	if c.closed && c.exited {
		w.Close()
	}
}
