// Package kernelgroup runs several kernels in one process, each on a goroutine
// of its own, so that a program can use more than one processor.
//
// The kernels of a [Group] are equals and share nothing. Each has its own
// sessions, aliases, timers and handles, and its own order of events, which is
// as deterministic as that of a kernel alone. Sessions of different kernels
// communicate by posting: to the ID of the other session, which means the same
// in the whole process, or to a destination that [Group.To] or [Group.Alias]
// makes of its name. So the code of a handler does not depend on which kernel
// the other session belongs to, and a handler can always answer Event.Sender.
//
// Arguments are not copied. A value must not be changed after it was posted to
// another kernel, and whatever handlers of several kernels use, variables of
// closures included, must be safe for concurrent use.
package kernelgroup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Config configures a group.
type Config struct {
	// Size is the number of kernels; 0 means one for each processor that Go
	// uses, runtime.GOMAXPROCS.
	Size int
	// Options returns the options of the kernel with that number, from 0; it is
	// called by New. If nil, all kernels have the zero Options. Kernels without
	// a name get one that ends in their number.
	Options func(index int) kernel.Options
	// Setup makes the first sessions of a kernel, on its goroutine. It is
	// required. The kernels are set up one after the other, and none of them
	// runs before all of them are; what is posted meanwhile waits. An error
	// stops the group before it has begun. A kernel that gets no session ends
	// at once, unless Stay is set.
	Setup func(m *Member) error
	// Stay keeps every kernel running until the group is stopped, by a session
	// of its own that does nothing. Without it a kernel whose last sessions have
	// only aliases ends, as a kernel alone would: sessions that do nothing but
	// answer those of other kernels then need a kernel.Hold.
	Stay bool
}

// Group is a set of kernels. Its methods are safe on any goroutine.
type Group struct {
	config  Config
	members []*Member
	names   directory

	begun atomic.Bool
}

// Member is one kernel of a group.
type Member struct {
	// Kernel is the kernel; it belongs to its own goroutine.
	Kernel *kernel.Kernel
	// Index is its number in the group, from 0.
	Index int
	// Group is the group.
	Group *Group

	err error // once its goroutine has ended
}

// ErrStarted indicates that a group has been run already: a group runs once.
var ErrStarted = errors.New("kernelgroup: the group has been run already")

// Error is the error of one kernel of a group.
type Error struct {
	Index int // which kernel
	Err   error
}

// Error names the kernel and its error.
func (e *Error) Error() string { return "kernel " + strconv.Itoa(e.Index) + ": " + e.Err.Error() }

// Unwrap returns the error.
func (e *Error) Unwrap() error { return e.Err }

// errGone is the error of a kernel whose goroutine has ended by
// runtime.Goexit.
var errGone = errors.New("its goroutine was ended by runtime.Goexit")

// New makes the kernels of a group, which do not run yet. The error is a
// *kernel.ConfigError.
func New(c Config) (*Group, error) {
	switch {
	case c.Size < 0:
		return nil, &kernel.ConfigError{Package: "kernelgroup", Field: "Size", Err: fmt.Errorf("%d is negative; 0 is one for each processor", c.Size)}
	case c.Setup == nil:
		return nil, &kernel.ConfigError{Package: "kernelgroup", Field: "Setup", Err: errors.New("is required")}
	}
	if c.Size == 0 {
		c.Size = runtime.GOMAXPROCS(0)
	}
	g := &Group{config: c}
	host, _ := os.Hostname() // without one the name is just the number
	for i := range c.Size {
		var o kernel.Options
		if c.Options != nil {
			o = c.Options(i)
		}
		if o.Name == "" {
			o.Name = fmt.Sprintf("%s-%d-%d", host, os.Getpid(), i)
		}
		g.members = append(g.members, &Member{Kernel: kernel.New(o), Index: i, Group: g})
	}
	return g, nil
}

// Run makes a group and runs it. The errors are those of [New] and [Group.Run].
func Run(ctx context.Context, c Config) error {
	g, err := New(c)
	if err != nil {
		return err
	}
	return g.Run(ctx)
}

// Size returns the number of kernels.
func (g *Group) Size() int { return len(g.members) }

// Outside returns the view of one of the kernels for other goroutines. It
// panics if index is out of range.
func (g *Group) Outside(index int) kernel.Outside { return g.members[index].Kernel.Outside() }

// Run sets the kernels up and runs them, each on a goroutine of its own, until
// all have ended. If one ends with an error, of Setup or by an exception that
// no session handled, the others are stopped. They are also stopped when ctx is
// done; then its error is returned as well. The errors of kernels are of type
// *Error, joined. A group runs once; a second call returns [ErrStarted].
func (g *Group) Run(ctx context.Context) error {
	if g.begun.Swap(true) {
		return ErrStarted
	}
	stop := context.AfterFunc(ctx, g.Stop)
	defer stop()
	g.runAll()
	var all []error
	for _, m := range g.members {
		if m.err != nil {
			all = append(all, &Error{m.Index, m.err})
		}
	}
	return errors.Join(append(all, ctx.Err())...)
}

// runAll runs the members until the last has ended. The turn of setting up goes
// from one to the next.
func (g *Group) runAll() {
	ready := make(chan struct{}) // all are set up, or one has failed
	var running sync.WaitGroup
	failed := false
	for _, m := range g.members {
		done := make(chan bool)
		running.Go(func() { m.run(done, ready, &failed) })
		if ok := <-done; !ok {
			failed = true
			break
		}
	}
	close(ready)
	running.Wait()
}

// run is a kernel's goroutine. done gets a value when it is set up; *failed may be
// read once ready is closed.
func (m *Member) run(done chan<- bool, ready <-chan struct{}, failed *bool) {
	told := false
	m.err = errGone
	defer func() {
		if !told {
			done <- false
		}
		m.Group.names.drop(m)
		if m.err != nil {
			m.Group.Stop()
		}
	}()
	err := m.setUp()
	told = true
	done <- err == nil
	<-ready
	if *failed {
		m.Kernel.Stop()
	}
	if ran := m.Kernel.Run(); err == nil {
		err = ran
	}
	m.err = err
}

func (m *Member) setUp() error {
	if m.Group.config.Stay {
		if _, err := session.Inline(m.Kernel, session.Funcs{"_start": stay}); err != nil {
			return err
		}
	}
	return m.Group.config.Setup(m)
}

// stay is the _start of a session that stays until it is stopped.
func stay(e kernel.Event) {
	// It exists, so it can be counted.
	_, _ = e.Kernel.RefcountIncrement(e.Session, "kernelgroup: Stay")
}

// Stop makes all kernels stop all of their sessions, as [kernel.Kernel.Stop]
// does, and does not wait for that; then Run returns. A group that is stopped
// before it runs stops as soon as it has been set up.
func (g *Group) Stop() {
	for _, m := range g.members {
		m.Kernel.Outside().Stop()
	}
}
