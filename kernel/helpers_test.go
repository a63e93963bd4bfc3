package kernel_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/internal/kerneltest"
	"github.com/gopoe/poe/kernel"
)

type states = kerneltest.States

// childMode is the environment variable that makes this program a child
// process of one of the tests.
const childMode = "KERNEL_TEST_CHILD"

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		beChild(mode)
	}
	os.Exit(m.Run())
}

// beChild waits for the end of its input, and then ends as mode demands.
func beChild(mode string) {
	os.Stdin.Read(make([]byte, 1))
	if sig, ok := strings.CutPrefix(mode, "signal:"); ok {
		n, _ := strconv.Atoi(sig)
		syscall.Kill(os.Getpid(), syscall.Signal(n))
		select {}
	}
	code, _ := strconv.Atoi(mode)
	os.Exit(code)
}

type log = kerneltest.Log

var (
	newKernel   = kerneltest.New
	start       = kerneltest.Start
	held        = kerneltest.Held
	run         = kerneltest.Run
	noLeftovers = kerneltest.NoLeftovers
)

// alias sets an alias, as the whole of _start.
func alias(name string) kernel.Handler {
	return func(e kernel.Event) { _ = e.Kernel.AliasSet(name) }
}

// fakeClock is a clock that stands until the kernel has nothing to do.
type fakeClock struct {
	mono time.Duration
	wall time.Time
}

func newFakeClock() *fakeClock {
	return &fakeClock{wall: time.Date(2001, 9, 9, 1, 46, 40, 0, time.UTC)}
}

func (c *fakeClock) Mono() time.Duration     { return c.mono }
func (c *fakeClock) Wall() time.Time         { return c.wall }
func (c *fakeClock) MaxBlock() time.Duration { return 0 }

func (c *fakeClock) Advance(until time.Duration) bool {
	c.pass(until - c.mono)
	return true
}

func (c *fakeClock) pass(d time.Duration) {
	if d > 0 {
		c.mono += d
		c.wall = c.wall.Add(d)
	}
}
