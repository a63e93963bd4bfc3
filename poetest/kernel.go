package poetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// New makes a kernel for a test: strict, on a virtual [Clock] of its own, with
// warnings in the test's log. At its end the test fails if anything is left of
// the kernel: sessions, watched handles, queued events, holds, postbacks that
// were not released, or goroutines that were started since. A test that ends
// before its sessions do calls Stop first. A test that has failed already is
// not checked.
//
// At most one Options may be given. Its Clock and Logger, if not nil, replace
// those of New; Strict is always on.
func New(t testing.TB, options ...kernel.Options) *kernel.Kernel {
	t.Helper()
	var o kernel.Options
	if len(options) > 1 {
		t.Fatalf("poetest: %d Options given, of which only one can be used", len(options))
	}
	if len(options) > 0 {
		o = options[0]
	}
	if o.Clock == nil {
		o.Clock = &Clock{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(testLog(t, slog.LevelInfo))
	}
	if o.Name == "" {
		o.Name = "poetest"
	}
	o.Strict = true
	k := kernel.New(o)
	started := markGoroutines(fmt.Sprintf("%s %p", t.Name(), k))
	t.Cleanup(func() {
		checkKernel(t, k)
		started.check(t)
	})
	return k
}

// RunFor runs a kernel for the virtual time d: it dispatches everything that is
// due until then, and leaves the clock at that time. more is false if the last
// session has stopped before, and err is what Run would return. c must be the
// kernel's clock.
func RunFor(k *kernel.Kernel, c *Clock, d time.Duration) (more bool, err error) {
	c.stopAt(c.Mono() + max(0, d))
	defer c.unlimit()
	for !c.atLimit() {
		if more, err := k.RunOneTimeslice(); err != nil || !more {
			return false, err
		}
	}
	if k.Stats().Sessions > 0 {
		return true, nil
	}
	return false, finish(k) // the limit and the end came in one slice
}

// finish runs a kernel without sessions until it says that there are none.
func finish(k *kernel.Kernel) error {
	for {
		if more, err := k.RunOneTimeslice(); err != nil || !more {
			return err
		}
	}
}

// checkKernel fails the test for what is left of a kernel, and clears it away.
func checkKernel(t testing.TB, k *kernel.Kernel) {
	t.Helper()
	var left []string
	look := func(k *kernel.Kernel) {
		left = leftOver(k)
		k.Stop()
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	switch err := k.Outside().Do(ctx, look); {
	case err == nil:
		t.Error("poetest: the kernel still runs on another goroutine at the end of the test")
	case errors.Is(err, kernel.ErrNotRunning), errors.Is(err, kernel.ErrWouldDeadlock):
		look(k)
		if err := finish(k); err != nil {
			left = append(left, "an exception that nobody saw: "+err.Error())
		}
	default:
		t.Errorf("poetest: the kernel's goroutine does not answer: %v", err)
	}
	if t.Failed() {
		return
	}
	for _, what := range left {
		t.Errorf("poetest: left at the end of the test: %s", what)
	}
}

func leftOver(k *kernel.Kernel) (left []string) {
	s := k.Stats()
	if s.Sessions > 0 || s.Handles > 0 || s.Queued > 0 || s.Holds > 0 {
		var b strings.Builder
		_ = k.DumpAlive(&b) // a Builder takes everything
		left = append(left, b.String())
	}
	if s.LostPostbacks > 0 {
		left = append(left, "postbacks that were not released")
	}
	return left
}

// testLog is a handler for slog that writes to a test's log, as long as the
// test runs.
func testLog(t testing.TB, level slog.Level) slog.Handler {
	out := &testOutput{t: t}
	t.Cleanup(func() { out.over.Store(true) })
	return slog.NewTextHandler(out, &slog.HandlerOptions{Level: level, ReplaceAttr: withoutTime})
}

// withoutTime drops the time of a record: it is the real one.
func withoutTime(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && a.Key == slog.TimeKey {
		return slog.Attr{}
	}
	return a
}

type testOutput struct {
	t    testing.TB
	over atomic.Bool
}

func (o *testOutput) Write(p []byte) (int, error) {
	if !o.over.Load() {
		o.t.Log(strings.TrimSuffix(string(p), "\n"))
	}
	return len(p), nil
}
