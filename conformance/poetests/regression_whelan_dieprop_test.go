//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/whelan-dieprop: DIE reaches the session that threw, then its
// parent, which saves both.
func TestRegressionWhelanDieprop(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var heard []string
		hear := func(e kernel.Event) { heard = append(heard, e.Name+" "+kernel.Arg[string](e, 0)) }
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("DIE", "parent_exception"))
				p.start(e.Kernel, states{
					"_start": func(e kernel.Event) {
						p.is().NoError(e.Kernel.Sig("DIE", "child_exception"))
						e.Kernel.Yield("throw")
					},
					"throw":           func(kernel.Event) { panic("goodbye") },
					"child_exception": hear,
				})
			},
			"parent_exception": func(e kernel.Event) { hear(e); e.Kernel.SigHandled() },
		})
		p.is().NoError(p.end(k), "handled by the parent")
		p.is().Equal([]string{"child_exception DIE", "parent_exception DIE"}, heard)
	})
}
