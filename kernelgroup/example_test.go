package kernelgroup_test

import (
	"context"
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernelgroup"
	"github.com/gopoe/poe/session"
)

// A session in one kernel asks one in the other, which answers its sender.
func Example() {
	setup := func(m *kernelgroup.Member) error {
		states := session.Funcs{
			"_start": func(e kernel.Event) { _ = m.Register("adder") },
			"add":    func(e kernel.Event) { _ = e.Kernel.Post(e.Sender, "sum", kernel.Arg[int](e, 0)+kernel.Arg[int](e, 1)) },
		}
		if m.Index == 0 {
			states = session.Funcs{
				"_start": func(e kernel.Event) {
					_ = e.Kernel.AliasSet("asker") // stays until the answer is there
					e.Kernel.Yield("ask")
				},
				"ask": func(e kernel.Event) { _ = e.Kernel.Post(m.Group.Alias("adder"), "add", 2, 3) },
				"sum": func(e kernel.Event) {
					fmt.Println("the sum is", kernel.Arg[int](e, 0))
					m.Group.Stop()
				},
			}
		}
		_, err := session.Inline(m.Kernel, states)
		return err
	}
	err := kernelgroup.Run(context.Background(), kernelgroup.Config{Size: 2, Stay: true, Setup: setup})
	fmt.Println("ended:", err)
	// Output:
	// the sum is 5
	// ended: <nil>
}
