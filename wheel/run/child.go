//go:build unix

package run

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/internal/simprocess"
)

// child is a process that was started: one of the machine, or a simulated one.
type child interface {
	// signal sends a signal. The error is os.ErrProcessDone if the process has been
	// waited for.
	signal(s syscall.Signal) error
	signalGroup(s syscall.Signal) error
	// release ends the use of the child, which is not affected.
	release() error
}

// machineChild is a process of the machine.
type machineChild struct {
	process *os.Process
	pid     int // Release makes process forget it
}

func (c machineChild) signal(s syscall.Signal) error      { return c.process.Signal(s) }
func (c machineChild) signalGroup(s syscall.Signal) error { return unix.Kill(-c.pid, s) }
func (c machineChild) release() error                     { return c.process.Release() }

// simulatedChild is a process of a simulated host, which is alone in its group.
type simulatedChild struct {
	on  simprocess.System
	pid int
}

func (c simulatedChild) signal(s syscall.Signal) error { return c.on.Signal(c.pid, s) }

func (c simulatedChild) signalGroup(s syscall.Signal) error {
	if err := c.on.Signal(c.pid, s); errors.Is(err, os.ErrProcessDone) {
		return syscall.ESRCH
	} else {
		return err
	}
}

func (c simulatedChild) release() error { return nil }

// launchSimulated starts a process of a simulated host.
func (w *Wheel) launchSimulated(c *Config) (l launched, err error) {
	argv := append(append(strings.Fields(c.Command), c.Program...), c.Args...)
	wants := w.events.Funcs
	spec := simprocess.Spec{Argv: argv, Dir: c.Dir, Env: c.Env, Stdin: !c.NoStdin, Stdout: wants.Stdout != nil, Stderr: wants.Stderr != nil}
	p, err := c.Processes.Start(spec)
	if err != nil {
		if op := simulatedOp(err); op != "exec" {
			return l, opError(op, err)
		}
		l.ExecErr = opError("exec", err)
		spec.Argv, spec.Message, spec.Exit = nil, cannotExec(strings.Join(argv, " "), errnoOf(err)), int(errnoOf(err))&0xff
		if p, err = c.Processes.Start(spec); err != nil {
			return l, opError("fork", err)
		}
	}
	w.process = simulatedChild{c.Processes, p.PID}
	l.Stdin, l.Stdout, l.Stderr, l.PID, l.OwnGroup = p.Stdin, p.Stdout, p.Stderr, p.PID, !c.NoSetPgrp
	return l, nil
}

// simulatedOp is the operation that an error of Start is one of.
func simulatedOp(err error) string {
	switch errnoOf(err) {
	case syscall.EMFILE, syscall.ENFILE:
		return "pipe"
	case syscall.EAGAIN, syscall.ENOMEM:
		return "fork"
	}
	return "exec"
}

// errnoOf is the number of an error, EIO if it has none.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return syscall.EIO
	}
	return errno
}

// cannotExec is what a child that stands for a program that could not be executed
// says.
func cannotExec(name string, errno syscall.Errno) string {
	return fmt.Sprintf("can't exec (%s): %v", name, errno)
}

var (
	errNotSimulated = errors.New("is not simulated")
	errNoShell      = errors.New("a simulated host has no shell")
)

// checkSimulated finds what a simulated host does not have.
func (c *Config) checkSimulated() error {
	if c.Processes == nil {
		return nil
	}
	for _, f := range []struct {
		field string
		set   bool
	}{
		{"Func", c.Func != Func{}}, {"Conduit", c.Conduit != Pipe},
		{"RedirectStdin", c.RedirectStdin.set()}, {"RedirectStdout", c.RedirectStdout.set()},
		{"RedirectStderr", c.RedirectStderr.set()}, {"RedirectOutput", c.RedirectOutput.set()},
		{"User", c.User != ""}, {"Group", c.Group != ""}, {"Priority", c.Priority != 0},
	} {
		if f.set {
			return kind.ConfigError(f.field, errNotSimulated)
		}
	}
	if c.Command != "" && needsShell(strings.Join(append([]string{c.Command}, c.Args...), " ")) {
		return kind.ConfigError("Command", errNoShell)
	}
	return nil
}
