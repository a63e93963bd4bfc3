// Package kerneltest holds what the tests of several packages need around a
// kernel: sessions of closures, a kernel that runs in the background, a log, datagrams
// in memory, connections from another process, a check for leaks.
package kerneltest

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// States is a session's table of closures.
type States = session.Funcs

// New makes a kernel that checks its own invariants.
func New(options ...kernel.Options) *kernel.Kernel {
	var o kernel.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.Assert.Data = true
	return kernel.New(o)
}

// Start makes a session of closures. A table without _start gets an empty one.
func Start(t testing.TB, k *kernel.Kernel, s States, args ...any) kernel.ID {
	t.Helper()
	if s["_start"] == nil {
		s["_start"] = func(kernel.Event) {}
	}
	ses, err := session.Inline(k, s, args...)
	require.NoError(t, err)
	return ses.ID()
}

// Held makes a session with the alias "held", which keeps the kernel running
// until it gets "quit".
func Held(t testing.TB, k *kernel.Kernel, s States) kernel.ID {
	t.Helper()
	var hold *kernel.Hold
	s["_start"] = func(kernel.Event) {
		_ = k.AliasSet("held")
		hold = k.Hold("the test")
	}
	s["quit"] = func(kernel.Event) { hold.Release() }
	return Start(t, k, s)
}

// Run runs a kernel in the background and returns, once it runs, what waits for
// its end.
func Run(t testing.TB, k *kernel.Kernel) (wait func() error) {
	t.Helper()
	done, runs := make(chan error, 1), make(chan struct{})
	Start(t, k, States{"_start": func(kernel.Event) { k.Yield("runs") }, "runs": func(kernel.Event) { close(runs) }})
	go func() { done <- k.Run() }()
	<-runs
	return func() error {
		select {
		case err := <-done:
			return err
		case <-time.After(20 * time.Second):
			t.Fatal("the kernel does not end")
			return nil
		}
	}
}

// leftovers counts the goroutines and descriptors of this process.
func leftovers() (goroutines, descriptors int) {
	open, _ := filepath.Glob("/proc/self/fd/*")
	return runtime.NumGoroutine(), len(open)
}

// NoLeftovers fails if f leaves goroutines or descriptors behind.
func NoLeftovers(t testing.TB, f func()) {
	t.Helper()
	f() // what the runtime and the libraries make once and keep
	goroutines, descriptors := leftovers()
	f()
	var g, d int
	for range 2000 { // goroutines that have been told to end need a moment
		runtime.GC()
		if g, d = leftovers(); g <= goroutines && d <= descriptors {
			return
		}
		runtime.Gosched()
	}
	var stacks [1 << 16]byte
	t.Fatalf("%d goroutines, %d before; %d descriptors, %d before\n%s",
		g, goroutines, d, descriptors, stacks[:runtime.Stack(stacks[:], true)])
}
