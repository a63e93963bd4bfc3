//go:build unix

package kernel_test

import (
	"fmt"
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// SigChild waits for one child process and keeps the session alive until it has
// ended.
func ExampleKernel_SigChild() {
	k := kernel.New()
	create(k, session.Funcs{
		"_start": func(kernel.Event) {
			pid, err := syscall.ForkExec("/bin/sh", []string{"sh", "-c", "exit 3"}, nil)
			if err != nil {
				panic(err)
			}
			_ = k.SigChild(pid, "ended", "the shell")
		},
		"ended": func(e kernel.Event) {
			fmt.Println(e.Arg(0), e.Arg(3), "ended with", kernel.Arg[kernel.WaitStatus](e, 2))
		},
	})
	runToEnd(k)
	// Output: CHLD the shell ended with exit code 3
}
