//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/ton-stop-corruption: Stop in the handler of a readable
// handle ends the program once and leaves nothing broken.
func TestRegressionTonStopCorruption(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		r, w, err := kernel.Pipe()
		p.must().NoError(err)
		readable, stopped := 0, 0
		p.start(k, states{
			"_start": func(e kernel.Event) { p.is().NoError(e.Kernel.SelectRead(r, "readable")) },
			"readable": func(e kernel.Event) {
				readable++
				e.Kernel.SelectClear(r, kernel.Read)
				e.Kernel.Stop()
			},
			"_stop": func(kernel.Event) { stopped++ },
		})
		p.is().NoError(w.Close())
		p.run(k)
		p.is().NoError(r.Close())
		p.is().Equal(1, readable)
		p.is().Equal(1, stopped)
	})
}
