//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/neyuki_detach: a child that detaches itself is lost to its
// parent first and then learns of its new one, the kernel.
func TestRegressionNeyukiDetach(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var steps []string
		step := func(s string) { steps = append(steps, s) }
		never := func(e kernel.Event) { p.Errorf("unexpected %s %v", e.Name, e.Args) }
		p.start(k, states{
			"_start":  func(e kernel.Event) { step("parent starts"); e.Kernel.Yield("parent") },
			"_parent": never,
			"_child":  func(e kernel.Event) { step("_child " + kernel.Arg[string](e, 0)) },
			"done":    nothing,
			"parent": func(e kernel.Event) {
				step("parent makes child")
				p.start(e.Kernel, states{
					"_start": func(e kernel.Event) { step("child starts"); e.Kernel.Yield("child") },
					"_child": never,
					"_parent": func(e kernel.Event) {
						step("child's _parent")
						p.is().Equal(e.Kernel.ID(), e.Arg(1))
					},
					"child": func(e kernel.Event) {
						step("child detaches")
						p.is().NoError(e.Kernel.DetachMyself())
						e.Kernel.Yield("done")
					},
					"done": nothing,
				})
				e.Kernel.Yield("done")
			},
		})
		p.run(k)
		p.is().Equal([]string{
			"parent starts", "parent makes child", "child starts", "_child create", "child detaches", "_child lose", "child's _parent",
		}, steps)
	})
}
