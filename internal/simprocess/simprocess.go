// Package simprocess is what a program asks of child processes in a simulated
// world, in place of the system.
package simprocess

import (
	"io"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

// System runs the child processes of one host. Its methods are called on the
// goroutine of the host's kernel.
type System interface {
	// Start starts a process. The error is a syscall.Errno: of fork, of pipe, or of
	// exec if there is no process because there is no such program.
	Start(s Spec) (Started, error)
	// Signal sends a signal. The error is os.ErrProcessDone if the process has been
	// waited for.
	Signal(pid int, s syscall.Signal) error
	// PID returns the number of the program that starts the processes.
	PID() int
	// Now returns the time since some moment, as no setting of a clock changes it.
	Now() time.Duration
}

// Spec says what to start.
type Spec struct {
	// Argv is the name of a program and its arguments. If it is empty, the process
	// writes Message to its standard error and exits with Exit: it stands for a
	// program that cannot be executed.
	Argv    []string
	Message string
	Exit    int

	Dir string
	Env []string

	// The streams that are to be pipes to the starting program. Others are empty, or
	// lead nowhere.
	Stdin, Stdout, Stderr bool
	// Parent asks for a connection with the starting program, besides.
	Parent bool
	// Listeners are listening sockets of the host that the process inherits.
	Listeners []*kernel.Handle
}

// Started is what the starting program has of a process: its ends of the streams
// that it has asked for.
type Started struct {
	PID                           int
	Stdin, Stdout, Stderr, Parent *kernel.Handle
}

// Child is a process as its own program sees it.
type Child interface {
	// Getenv returns the value of an environment variable, empty if there is none.
	Getenv(name string) string
	// ParentPID is 1 once the process that has started this one has ended.
	ParentPID() int
	// Parent is the connection of Spec.Parent, nil without one.
	Parent() io.ReadWriteCloser
	// AtParentsEnd calls f when the other end of that connection has been closed.
	AtParentsEnd(f func())
}
