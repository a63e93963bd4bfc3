//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/20_resources/00_base/extrefs_gc: a session that only a reference holds
// ends when the reference is taken back, before the program is idle; one whose
// reference has come and gone still does what it has queued.
func TestResourcesExtrefsGC(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		const tag = "just hold me"
		var steps []string
		step := func(what string) func(kernel.Event) {
			return func(kernel.Event) { steps = append(steps, what) }
		}
		bystander := p.start(k, states{
			"_start": func(e kernel.Event) { e.Kernel.RefcountIncrement(e.Session, tag) },
			"_stop":  step("bystander stops"),
		})
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("IDLE", "idle"))
				p.is().NoError(e.Kernel.AliasSet("stayin_alive"))
			},
			"idle":  step("idle"),
			"_stop": step("idle one stops"),
		})
		p.start(k, states{
			"_start": func(e kernel.Event) {
				e.Kernel.RefcountIncrement(e.Session, tag)
				e.Kernel.RefcountDecrement(e.Session, tag)
				e.Kernel.Yield("do_something")
			},
			"do_something": step("does something"),
			"_stop": func(e kernel.Event) {
				step("last one stops")(e)
				_, err := e.Kernel.RefcountDecrement(bystander, tag)
				p.is().NoError(err)
			},
		})
		p.run(k)
		p.is().Equal([]string{"does something", "last one stops", "bystander stops", "idle", "idle one stops"}, steps)
	})
}
