//go:build unix

package poetests_test

import (
	"errors"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/rt19908-merlyn-stop: an exception in _stop ends Run; _stop
// is not called again.
func TestRegressionRT19908MerlynStop(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		thrown := errors.New("stop")
		started, stopped := 0, 0
		p.start(k, states{
			"_start": func(kernel.Event) { started++ },
			"_stop":  func(kernel.Event) { stopped++; panic(thrown) },
		})
		p.is().ErrorIs(p.end(k), thrown)
		p.is().Equal(1, started)
		p.is().Equal(1, stopped)
		p.is().NoError(p.end(k), "nothing is left")
		p.is().Equal(1, stopped)
	})
}
