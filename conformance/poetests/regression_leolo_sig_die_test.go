//go:build unix

package poetests_test

import (
	"errors"

	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/leolo-sig-die: calls within a session give their values back
// in whatever handler they stand, an exception in one goes straight through
// its caller and out of Run, as it was thrown. Go has no $SIG{__DIE__}: what is
// thrown arrives unchanged because nothing is called in between.
func TestRegressionLeoloSigDie(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		thrown := errors.New("array_ctx3\nmore")
		seen := numbers{}
		list := []any{1, 2, 3, 4, 5, 6, 7}
		p.start(k, states{
			"_start": func(e kernel.Event) { seen[e.Name]++; e.Kernel.Yield("step2") },
			"step2": func(e kernel.Event) {
				seen[e.Name]++
				got, err := e.Kernel.Call(e.Session, "scalar")
				p.is().NoError(err)
				p.is().Equal(42, got)
				all, err := e.Kernel.CallList(e.Session, "array")
				p.is().NoError(err)
				p.is().Equal(list, all)
				e.Kernel.Post(e.Session, "step3")
			},
			"scalar": func(e kernel.Event) { seen[e.Name]++; e.Return(42) },
			"array":  func(e kernel.Event) { seen[e.Name]++; e.Return(list...) },
			"step3": func(e kernel.Event) {
				seen[e.Name]++
				got, err := e.Kernel.Call(e.Session, "scalar")
				p.is().NoError(err)
				p.is().Equal(42, got)
				e.Kernel.Call(e.Session, "array3")
				seen["beyond"]++
			},
			"array3": func(e kernel.Event) { seen[e.Name]++; panic(thrown) },
		})
		err := p.end(k)
		p.is().ErrorIs(err, thrown)
		p.is().ErrorContains(err, "array_ctx3\nmore")
		p.is().Equal(numbers{"_start": 1, "step2": 1, "scalar": 2, "array": 1, "step3": 1, "array3": 1}, seen)
	})
}
