//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/grinnz-die-in-die: an exception in the handler of DIE ends
// Run, and its error tells of both.
func TestRegressionGrinnzDieInDie(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		p.start(k, states{
			"_start": func(e kernel.Event) {
				e.Kernel.Sig("DIE", "sig_DIE")
				panic("original error")
			},
			"sig_DIE": func(e kernel.Event) {
				x := kernel.Arg[*kernel.Exception](e, 1)
				p.is().Equal("_start", x.Event)
				p.is().ErrorContains(x.Err, "original error")
				panic("error in error handler")
			},
		})
		err := p.end(k)
		p.is().ErrorContains(err, "original error")
		p.is().ErrorContains(err, "error in error handler")
	})
}
