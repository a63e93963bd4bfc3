package kernel_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

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
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			_ = self.Signal(syscall.Signal(n)) // then it waits in vain
		}
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
