package kernel_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/require"
)

type states = session.Funcs

// childMode is the environment variable that makes this program a child
// process of one of the tests.
const childMode = "KERNEL_TEST_CHILD"

func TestMain(m *testing.M) {
	if mode := os.Getenv(childMode); mode != "" {
		beChild(mode)
	}
	os.Exit(m.Run())
}

// beChild waits for the end of its input, and then ends as it is told.
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

// log is what the tests write down, from handlers and from other goroutines.
type log struct {
	mu    sync.Mutex
	lines []string
}

func (l *log) add(args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, strings.TrimSuffix(fmt.Sprintln(args...), "\n"))
}

func (l *log) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string(nil), l.lines...)
}

// Handle makes a log a slog.Handler.
func (l *log) Handle(_ context.Context, r slog.Record) error {
	line := []any{r.Message}
	r.Attrs(func(a slog.Attr) bool {
		line = append(line, a.Key+"="+fmt.Sprint(a.Value.Any()))
		return true
	})
	l.add(line...)
	return nil
}

func (l *log) Enabled(context.Context, slog.Level) bool { return true }
func (l *log) WithAttrs([]slog.Attr) slog.Handler       { return l }
func (l *log) WithGroup(string) slog.Handler            { return l }

// contains tells whether a line has that text in it.
func (l *log) contains(text string) bool {
	for _, line := range l.all() {
		if strings.Contains(line, text) {
			return true
		}
	}
	return false
}

// newKernel makes a kernel that checks its own books.
func newKernel(options ...kernel.Options) *kernel.Kernel {
	var o kernel.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.Assert |= kernel.AssertData
	return kernel.New(o)
}

// start makes a session of closures; a table without _start gets an empty one.
func start(t testing.TB, k *kernel.Kernel, s states, args ...any) kernel.ID {
	t.Helper()
	if s["_start"] == nil {
		s["_start"] = func(kernel.Event) {}
	}
	ses, err := session.Inline(k, s, args...)
	require.NoError(t, err)
	return ses.ID()
}

// alias sets an alias, as the whole of _start.
func alias(name string) kernel.Handler {
	return func(e kernel.Event) { _ = e.Kernel.AliasSet(name) }
}

// run runs a kernel in the background and returns, once it runs, what waits
// for its end.
func run(t testing.TB, k *kernel.Kernel) (wait func() error) {
	done, runs := make(chan error, 1), make(chan struct{})
	start(t, k, states{"_start": func(kernel.Event) { k.Yield("runs") }, "runs": func(kernel.Event) { close(runs) }})
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
func (c *fakeClock) Patience() time.Duration { return 0 }

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

// leftovers counts the goroutines and descriptors of this process.
func leftovers() (goroutines, descriptors int) {
	open, _ := filepath.Glob("/proc/self/fd/*")
	return runtime.NumGoroutine(), len(open)
}

// noLeftovers fails if f leaves goroutines or descriptors behind.
func noLeftovers(t *testing.T, f func()) {
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
