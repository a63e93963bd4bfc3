// Package auto inspects an unchanged program. Import it for its side effect,
//
//	import _ "github.com/gopoe/poe/inspect/auto"
//
// and set POE_INSPECT to an address for inspect.Listen, such as 127.0.0.1:0 or
// unix:/tmp/program.sock. Every kernel that the program then creates has an
// inspector, the first at that address and the others at free ports; their URLs
// are printed to standard error. POE_INSPECT_ACTIONS=1 allows actions, and
// POE_INSPECT_CRASH=FILE is inspect.Config.CrashDump. If POE_INSPECT is not
// set, it does nothing.
package auto

import (
	"fmt"
	"os"
	"sync/atomic"

	"github.com/gopoe/poe/inspect"
	"github.com/gopoe/poe/internal/created"
	"github.com/gopoe/poe/kernel"
)

// The environment variables.
const (
	Variable        = "POE_INSPECT"
	ActionsVariable = "POE_INSPECT_ACTIONS"
	CrashVariable   = "POE_INSPECT_CRASH"
)

func init() {
	addr := os.Getenv(Variable)
	if addr == "" {
		return
	}
	var kernels atomic.Int64
	created.Hook(func(made any) {
		at := addr
		if kernels.Add(1) > 1 {
			at = "127.0.0.1:0"
		}
		i, err := inspect.Listen(made.(*kernel.Kernel), at, inspect.Config{Actions: os.Getenv(ActionsVariable) == "1", CrashDump: os.Getenv(CrashVariable)})
		if err != nil {
			fmt.Fprintln(os.Stderr, "poe:", err)
			return
		}
		fmt.Fprintln(os.Stderr, "poe: inspect kernel", made.(*kernel.Kernel).ID(), "at", i.URL())
	})
}
