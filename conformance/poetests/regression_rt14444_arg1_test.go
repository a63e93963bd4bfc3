//go:build unix

package poetests_test

import (
	"slices"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/rt14444-arg1: the list of arguments that _default is given
// is there to be kept: an event that carries it finds it as it was.
func TestRegressionRT14444Arg1(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		given := []any{"some", "random", "args"}
		seen := numbers{}
		check := func(e kernel.Event) {
			seen[e.Name]++
			p.is().Equal(given, e.Arg(0), e.Name)
		}
		p.start(k, states{
			"_start": func(e kernel.Event) { e.Kernel.Yield("some_random_state", given...) },
			"_default": func(e kernel.Event) {
				args := kernel.Arg[[]any](e, 1)
				if e.Arg(0) == "some_random_state" {
					seen["default"]++
					p.is().Equal(given, args)
					e.Kernel.Yield("check_ref", args)
					e.Kernel.Yield("check_copy", slices.Clone(args))
				}
			},
			"check_ref":  check,
			"check_copy": check,
		})
		p.run(k)
		p.is().Equal(numbers{"default": 1, "check_ref": 1, "check_copy": 1}, seen)
	})
}
