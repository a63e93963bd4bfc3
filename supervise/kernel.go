package supervise

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// errKernelExited is the error of a kernel whose goroutine was ended.
var errKernelExited = errors.New("supervise: the kernel's goroutine was ended by runtime.Goexit")

// Kernel returns a Spec.Start for a child which is another kernel on a
// goroutine of its own: a part of the program that can use another processor,
// and whose failure does not end the rest of the program. Each start creates a
// kernel with the options o and calls setup on that goroutine to create the
// first sessions; setup must not be nil. A node is supervised by creating it in
// setup.
//
// The child ends when the kernel's Run returns. An exception that no session
// there has handled, an error of setup and a panic in setup are abnormal ends.
// The event "shutdown" sends the kernel the signal TERM, which stops its
// sessions unless they handle it. A stop by force is [kernel.Kernel.Stop]; it
// does not wait for the other goroutine.
//
// The child's session handles no other events. Sessions of the two kernels post
// to each other by ID.
func Kernel(o kernel.Options, setup func(k *kernel.Kernel) error) func(e kernel.Event) (kernel.ID, error) {
	return func(e kernel.Event) (kernel.ID, error) {
		c := &kernelChild{k: kernel.New(o)}
		s, err := session.Create(e.Kernel, c, kernelChildStates)
		if err != nil {
			return kernel.ID{}, err
		}
		go c.run(setup, e.Kernel.Outside(), s.ID())
		return s.ID(), nil
	}
}

// kernelChild is the session that stands for another kernel.
type kernelChild struct {
	k    *kernel.Kernel
	over atomic.Bool // the session has stopped
}

var kernelChildStates = session.States[kernelChild]{
	"_start":   (*kernelChild).start,
	"_stop":    (*kernelChild).stop,
	"shutdown": (*kernelChild).shutdown,
	"ended":    (*kernelChild).ended,
}

// tag keeps the session alive while its kernel runs.
const tag = "supervise: a kernel"

func (c *kernelChild) start(e kernel.Event) {
	// The session exists, so it can be counted.
	_, _ = e.Kernel.RefcountIncrement(e.Session, tag)
}

// run is the kernel's goroutine.
func (c *kernelChild) run(setup func(k *kernel.Kernel) error, parent kernel.Outside, child kernel.ID) {
	err := errKernelExited
	defer func() {
		if thrown := recover(); thrown != nil {
			err = fmt.Errorf("supervise: the setup of a kernel panicked: %v", thrown)
		}
		if !c.over.Load() {
			parent.Post(child, "ended", err)
		}
	}()
	if err = setup(c.k); err != nil {
		c.k.Stop()
	}
	err = errors.Join(err, c.k.Run())
}

func (c *kernelChild) shutdown(kernel.Event) {
	c.k.Outside().Signal(c.k.ID(), "TERM")
}

// stop comes when the kernel has ended, or by force.
func (c *kernelChild) stop(kernel.Event) {
	if !c.over.Swap(true) {
		c.k.Outside().Stop()
	}
}

// ended comes when the kernel has ended.
func (c *kernelChild) ended(e kernel.Event) {
	c.over.Store(true)
	if err, _ := kernel.ArgOK[error](e, 0); err != nil {
		// Without a supervisor there is nothing to report to.
		_ = Fail(e, err)
	}
	_, _ = e.Kernel.RefcountDecrement(e.Session, tag)
}
