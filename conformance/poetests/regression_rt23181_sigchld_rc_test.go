//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/rt23181-sigchld-rc: taking back a watcher that was never set
// harms nobody.
func TestRegressionRT23181SigchldRC(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		tested, stopped := 0, 0
		p.start(k, states{
			"_start": func(e kernel.Event) { e.Kernel.Yield("test") },
			"test":   func(e kernel.Event) { e.Kernel.SigChildClear(12); tested++ },
			"_stop":  func(kernel.Event) { stopped++ },
		})
		p.run(k)
		p.is().Equal(1, tested)
		p.is().Equal(1, stopped)
	})
}
