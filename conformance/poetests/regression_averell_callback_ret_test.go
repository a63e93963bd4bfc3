//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/averell-callback-ret: a callback gives what its handler
// returns.
func TestRegressionAverellCallbackRet(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var callback *kernel.Callback
		p.start(k, states{
			"_start": func(e kernel.Event) {
				callback = e.Session.Callback("callback")
				e.Kernel.Yield("try")
			},
			"try": func(kernel.Event) {
				p.is().Equal(42, callback.Call())
				callback.Release()
			},
			"callback": func(e kernel.Event) { e.Return(42) },
		})
		p.run(k)
		p.is().Zero(k.Stats().LostPostbacks)
	})
}
