//go:build linux

package syscalltest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Outcome is what an operation has come to.
type Outcome struct {
	// Complete reports that all was done that should be.
	Complete bool
	// Reports are the errors and warnings of the time.
	Reports []string
}

// Program is what runs in the child process. Its methods run on the kernel's
// goroutine, but as long as they like elsewhere.
type Program interface {
	// Start is called once, in a session.
	Start(c *Child)
	// Operate begins the operation whose calls fail. It must end with a call of
	// done, on any goroutine, or it counts as one that never ends.
	Operate(c *Child, done func(complete bool))
	// Check begins to make sure that nothing but the operation was affected.
	Check(c *Child, done func(ok bool))
}

// Child is the process in which calls fail.
type Child struct {
	Kernel *kernel.Kernel

	mu      sync.Mutex
	reports []string
}

// Report records an error that the program was notified of, on any goroutine.
func (c *Child) Report(args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reports = append(c.reports, strings.TrimSpace(fmt.Sprintln(args...)))
}

// Write records a line of the kernel's log.
func (c *Child) Write(line []byte) (int, error) {
	c.Report(strings.TrimSpace(string(line)))
	return len(line), nil
}

func (c *Child) takeReports() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	reports := c.reports
	c.reports = nil
	return reports
}

// Elsewhere runs f on another thread, where no call fails, and waits for it.
func Elsewhere(f func()) {
	done := make(chan struct{})
	go func() { defer close(done); f() }()
	<-done
}

const (
	role    = "POE_SYSCALLTEST"
	timeout = 10 * time.Second // for an operation
)

// IsChild reports whether this process is the child; the test is to call Serve
// then.
func IsChild() bool { return os.Getenv(role) != "" }

// Serve runs a program until standard input ends. It does not return.
func Serve(t *testing.T, p Program) {
	c := &Child{}
	c.Kernel = kernel.New(kernel.Options{Logger: slog.New(slog.NewTextHandler(c, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	done := make(chan bool, 1)
	finish := func(ok bool) {
		select {
		case done <- ok:
		default:
		}
	}
	s, err := session.Inline(c.Kernel, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.AliasSet("program")
			e.Kernel.Hold("the test")
			p.Start(c)
		},
		"operate": func(kernel.Event) { p.Operate(c, finish) },
		"check":   func(kernel.Event) { p.Check(c, finish) },
		"_child":  func(kernel.Event) {},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		runtime.LockOSThread()
		fmt.Println("thread", syscall.Gettid())
		fmt.Println("ended", c.Kernel.Run())
		os.Exit(1)
	}()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		select {
		case <-done: // late
		default:
		}
		var o Outcome
		c.Kernel.Outside().Post(s.ID(), in.Text())
		select {
		case o.Complete = <-done:
		case <-time.After(timeout):
			c.Report("HANGS")
		}
		for range 50 { // a peer may notice before the program does
			if o.Reports = append(o.Reports, c.takeReports()...); o.Complete || len(o.Reports) > 0 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		line, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("outcome", string(line))
	}
	os.Exit(0)
}
