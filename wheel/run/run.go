//go:build unix

// Package run is the wheel that runs a program, or a function of this program,
// in a process of its own: POE::Wheel::Run.
//
// The wheel writes to the child's standard input what is put, and reports what
// the child writes to its standard output and error, to the session that made
// the wheel, by events or by functions; see [Events].
//
// How the child ended is reported by [Names].Exit or [Funcs].Exit, which comes
// after the last of the output. POE has no such event: there the exit status
// is a matter of sig_child alone, which works here as well
// (kernel.SigChild(w.PID(), ...), in the handler that makes the wheel) and may
// come before the end of the output. A child whose exit is not
// watched is waited for once the wheel is closed, so that it leaves no zombie.
//
// A wheel keeps the session that made it alive as long as it has a conduit to
// the child, that to its standard input included, or waits for Exit: so it must
// be closed when the child has ended. All methods belong to the kernel's
// goroutine. After Close they do nothing.
package run

import (
	"os"
	"time"

	"github.com/gopoe/poe/driver"
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/internal/simprocess"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/internal/base"
	"github.com/gopoe/poe/wheel/readwrite"
)

var kind = base.NewKind("run")

// Conduit selects what connects the wheel with the child.
type Conduit int

// The conduits.
const (
	// Pipe is a pipe for each stream.
	Pipe Conduit = iota
	// SocketPair is a pair of sockets for each stream.
	SocketPair
	// Pty is a pseudo-terminal for all three streams. Standard error is not
	// separate from standard output, so that Stderr must not be set, and the
	// end of the output is the error EIO.
	Pty
	// PtyPipe is a pseudo-terminal for input and output, and a pipe for
	// standard error.
	PtyPipe
	// Inet is a TCP connection on the loopback interface for each stream.
	Inet
)

// Winsize is the size of a terminal: in characters, and in pixels. If both
// pixel sizes are 0, they are computed with 9 by 16 pixels per character.
type Winsize struct{ Rows, Cols, X, Y uint16 }

// Redirect is a file in place of a conduit: an open one, or the path of one to
// open, which for output is created or emptied.
type Redirect struct {
	Path string
	File *os.File // it stays open in this process
}

func (r Redirect) set() bool { return r != Redirect{} }

// Config configures a wheel. Exactly one of Command, Program and Func is
// required.
type Config struct {
	// Command is a command line. If it has characters with a meaning for the
	// shell, /bin/sh runs it; otherwise it is split at white space. Args are
	// appended to it, separated by spaces. POE: Program as a string.
	Command string
	// Program is a program and its arguments; Args are appended. A program
	// without a slash is looked for in PATH. POE: Program as a list.
	Program []string
	// Func is a function of this program, see [Functions]; Args are its
	// arguments. POE: Program as a code reference.
	Func Func
	// Args are arguments, after those of Command or Program. POE: ProgramArgs.
	Args []string

	// Dir is the child's working directory; if empty, this process's.
	Dir string
	// Env is the child's environment, as NAME=value; if nil, this process's.
	Env []string

	// Conduit connects the wheel with the child.
	Conduit Conduit
	// Winsize is the size of the child's terminal. The zero value means that of
	// this process's terminal, if it has one. It requires a Pty or PtyPipe.
	Winsize Winsize

	// Redirects give the child a file in place of a conduit; there must not be
	// an event for a redirected stream. RedirectOutput is for both standard
	// output and error. A terminal cannot be redirected.
	RedirectStdin  Redirect
	RedirectStdout Redirect
	RedirectStderr Redirect
	RedirectOutput Redirect
	// NoStdin lets the child inherit this process's standard input. It inherits
	// standard output and error if their events are not set.
	NoStdin bool

	// User and Group are the user and the group of the child: a number or a
	// name. If empty, they are those of this process. A User without a Group
	// keeps the group.
	User  string
	Group string
	// Priority is added to the child's nice value. If that is not allowed, an
	// error of the operation "setpriority" is reported.
	Priority int
	// NoSetSid prevents a child with a terminal from becoming the leader of a
	// session. The terminal is then not its controlling terminal.
	NoSetSid bool
	// NoSetPgrp leaves the child in this process's process group. Otherwise it
	// is the leader of a new one.
	NoSetPgrp bool
	// CloseOnCall closes in a Func's process the descriptors that it inherits
	// beyond the standard three. Go's own files are never inherited.
	CloseOnCall bool

	// StdioFilter serves standard input and output; or set StdinFilter and
	// StdoutFilter instead. A stream without a filter has lines that end in a
	// line feed.
	StdioFilter  filter.Filter
	StdinFilter  filter.Filter
	StdoutFilter filter.Filter
	StderrFilter filter.Filter

	// StdioDriver writes standard input and reads standard output; or set
	// StdinDriver and StdoutDriver instead. StderrDriver reads standard error.
	// A stream without a driver uses one with the default block size.
	StdioDriver  *driver.SysRW
	StdinDriver  *driver.SysRW
	StdoutDriver *driver.SysRW
	StderrDriver *driver.SysRW

	// Timeout is how long the child may run; 0 means no limit. After it Error is
	// reported for the operation "timeout", with ErrTimeout, and the child's
	// process group (see [Wheel.KillGroup]) gets SIGTERM, and SIGKILL if the
	// child and its output have not ended after another KillAfter; 0 means
	// DefaultKillAfter. Closing the wheel ends the limit.
	Timeout   time.Duration
	KillAfter time.Duration

	// KeepPartial reports what is left undecoded at the end of an output stream,
	// such as a last line without line feed, as a record of type string.
	// Otherwise it is dropped, as in POE.
	KeepPartial bool

	// Processes are those of a host in a simulated world, as
	// sim.Host.Processes returns them; nil means those of the system. The programs
	// are those of sim.Host.Program. Without a meaning there, and errors, are Func,
	// a Conduit other than Pipe, redirections, User, Group and Priority, and a
	// Command for the shell.
	Processes simprocess.System

	// Events selects how the wheel reports; nil disables reporting.
	Events Events
}

// Wheel runs one child process.
type Wheel struct {
	Heap any // for the program; the wheel does not use it

	base   base.Base
	events base.Events[Names, Funcs]

	process child // nil in a replay
	pid     int
	execErr error

	// The streams: one wheel for input and output, one for errors. Each may be
	// nil.
	stdio, stderr *readwrite.Wheel
	stdin         *kernel.Handle // nil once it is shut down
	tty           *kernel.Handle // nil without a terminal
	ownStdin      bool           // stdin is not the handle of the output as well
	open          int            // output streams that have not ended

	stdoutEnded, stderrEnded bool

	watching bool // for the exit
	reported bool // the exit
	ended    bool
	status   kernel.WaitStatus

	ownGroup           bool // the child leads a process group
	keepPartial        bool
	timeout, killAfter time.Duration
	timer              kernel.AlarmID
}

// New starts a process and makes its wheel, which belongs to the active
// session. The error is a *kernel.ConfigError that names the field, or a
// *kernel.OpError if the system refuses descriptors or a process.
//
// A program that cannot be executed is not an error of New, as in POE: there is
// a child all the same, a process of /bin/sh, which writes the reason to its
// standard error and whose exit code is the error number. [Wheel.ExecError]
// returns the error at once.
func New(k *kernel.Kernel, c Config) (*Wheel, error) {
	w := &Wheel{timeout: c.Timeout, killAfter: c.KillAfter, keepPartial: c.KeepPartial}
	w.events.Replace(c.Events, Names.funcs)
	if err := c.check(w.events.Funcs); err != nil {
		return nil, err
	}
	if w.killAfter == 0 {
		w.killAfter = DefaultKillAfter
	}
	if k.ActiveSession() == k.ID() {
		return nil, kind.ConfigError("Kernel", kernel.ErrNoActiveSession)
	}
	p, err := w.launch(k, &c)
	if err != nil {
		return nil, err
	}
	if err := w.base.Init(k, kind, w); err != nil {
		p.close()
		return nil, err
	}
	if err := w.watch(&c, p); err != nil {
		p.close()
		w.Close()
		return nil, err
	}
	if err := k.Host().TrackChild(w.pid, w.exited); err != nil {
		w.base.Warn("the child cannot be tracked", "pid", w.pid, "error", err)
	}
	w.watchExit()
	w.startTimeout()
	if c.Priority != 0 {
		w.setPriority(c.Priority)
	}
	return w, nil
}

// watch creates the wheels that read and write.
func (w *Wheel) watch(c *Config, p *stdio) (err error) {
	wants := w.events.Funcs
	w.stdin = p.stdin.parentEnd
	if c.terminal() {
		w.tty = p.stdin.parentEnd
	}
	w.ownStdin = p.stdin.parentEnd != nil && p.stdin.parentEnd != p.stdout.parentEnd
	if in, out := p.stdout.parentEnd, p.stdin.parentEnd; in != nil || out != nil {
		read := in != nil && wants.Stdout != nil
		conf := readwrite.Config{InputHandle: in, OutputHandle: out, Driver: c.StdioDriver, InputDriver: c.StdoutDriver, OutputDriver: c.StdinDriver,
			InputFilter: c.StdoutFilter, OutputFilter: c.StdinFilter, Events: w.stdioEvents(read)}
		if in == nil {
			conf.InputHandle = out
		}
		if out == nil {
			conf.OutputHandle = in
		}
		if w.stdio, err = readwrite.New(w.base.Kernel, conf); err != nil {
			return err
		}
		if read {
			w.open++
		}
	}
	if in := p.stderr.parentEnd; in != nil {
		w.stderr, err = readwrite.New(w.base.Kernel, readwrite.Config{Handle: in, Filter: c.StderrFilter, Driver: c.StderrDriver, Events: w.stderrEvents()})
		if err == nil {
			w.open++
		}
	}
	return err
}

// ID returns the wheel's ID, which is an argument of its events.
func (w *Wheel) ID() kernel.WheelID { return w.base.ID() }

// Closed reports whether the wheel has been closed.
func (w *Wheel) Closed() bool { return w.base.Closed() }

// PID returns the child's process ID.
func (w *Wheel) PID() int { return w.pid }

// ExecError returns the error with which the program could not be executed, nil
// if it was.
func (w *Wheel) ExecError() error { return w.execErr }

// Status returns how the child has ended, and reports whether it has. That is
// known only if there is an event for Exit, SigChild has been called for the
// child, or a session watches the signal CHLD.
func (w *Wheel) Status() (status kernel.WaitStatus, ended bool) { return w.status, w.ended }

// Close ends the wheel and closes its ends of the conduits; output that waits
// is lost. The child is not killed: its input ends, and its output is not read
// any more. Closing again does nothing.
func (w *Wheel) Close() error { return w.close((*readwrite.Wheel).Close) }

// Abort closes the wheel and drops the records that have been read.
func (w *Wheel) Abort() error { return w.close((*readwrite.Wheel).Abort) }

func (w *Wheel) close(inner func(*readwrite.Wheel) error) error {
	if !w.base.Close() {
		return nil
	}
	w.cancelTimeout()
	if w.stdio != nil {
		_ = inner(w.stdio)
	}
	if w.stderr != nil {
		_ = inner(w.stderr)
	}
	w.base.Kernel.Host().TrackChild(w.pid, nil)
	if w.process == nil {
		return nil
	}
	return w.process.release()
}
