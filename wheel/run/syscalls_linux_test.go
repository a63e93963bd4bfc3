package run_test

import (
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/internal/syscalltest"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// A system call that fails costs one child at most, and is reported.
func TestFailingSystemCalls(t *testing.T) {
	if syscalltest.IsChild() {
		syscalltest.Serve(t, &runner{})
	}
	syscalltest.Sweep(t, false, forkExec)
}

// forkExec matches the read by which Go's runtime learns whether a child could
// be executed, and its close of the other end of that pipe before. If the read
// fails, the runtime waits for the child's end; if strace leaves the other end
// open, the read never ends.
var forkExec = regexp.MustCompile(`read\(\d+, \w+, 8\).*INJECTED|(clone3?|vfork)\(.*\n(?:--- .*\n)*close\(.*INJECTED`)

// runner runs children; another one, which is there all the time, must not be
// affected.
type runner struct {
	bystander *run.Wheel
	answered  func(ok bool)
}

func (r *runner) Start(c *syscalltest.Child) {
	var err error
	r.bystander, err = run.New(c.Kernel, run.Config{Program: []string{"cat"}, Events: run.Funcs{
		Stdout: func(_ *run.Wheel, record any) { r.answered(record == "still here") },
		Error: func(_ *run.Wheel, err *kernel.OpError, stream string) {
			c.Report("bystander", stream, err)
			r.answered(false)
		},
	}})
	if err != nil {
		c.Report(err)
	}
}

func (r *runner) Check(c *syscalltest.Child, done func(bool)) {
	r.answered = done
	r.bystander.Put("still here")
}

// Operate runs a child for each conduit, one after the other, and wants its
// answers and its exit.
func (r *runner) Operate(c *syscalltest.Child, done func(bool)) {
	r.operate(c, run.Pipe, true, done)
}

func (r *runner) operate(c *syscalltest.Child, conduit run.Conduit, complete bool, done func(bool)) {
	if conduit > run.Inet {
		done(complete)
		return
	}
	next := func(ok bool) { r.operate(c, conduit+1, complete && ok, done) }
	answers := 0
	w, err := run.New(c.Kernel, run.Config{Command: "read a; echo $a; exit 3", Conduit: conduit, Priority: 1, Timeout: time.Second, Events: run.Funcs{
		Stdout: func(_ *run.Wheel, record any) { answers++ },
		Error: func(_ *run.Wheel, err *kernel.OpError, stream string) {
			terminal := conduit == run.Pty || conduit == run.PtyPipe
			if end := err.Errno() == 0 || terminal && err.Errno() == syscall.EIO && answers > 0; !end {
				c.Report(conduit, stream, err)
			}
		},
		Exit: func(w *run.Wheel, status kernel.WaitStatus) {
			w.Close()
			if status.ExitCode() != 3 {
				c.Report(conduit, status)
			}
			next(answers > 0 && status.ExitCode() == 3)
		},
	}})
	if err != nil {
		c.Report(conduit, err)
		next(false)
		return
	}
	w.Put("hello")
}
