//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

const omg = "OMG THEY CANCELLED FRIENDS"

// t/10_units/07_exceptions/01_normal: an exception that is handled leaves the
// program going.
func TestUnitsExceptionsNormal(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.virtual()
		seen := numbers{}
		p.start(k, states{
			"_start": func(e kernel.Event) {
				seen[e.Name]++
				p.is().NoError(e.Kernel.Sig("DIE", "avoid_death"))
				e.Kernel.Yield("death")
				p.is().NoError(e.Kernel.Delay("party", time.Second))
			},
			"death": func(kernel.Event) { panic(omg) },
			"avoid_death": func(e kernel.Event) {
				seen[e.Name]++
				p.is().Equal("DIE", e.Arg(0))
				x := kernel.Arg[*kernel.Exception](e, 1)
				p.is().Equal("_start", x.Caller, "from_state")
				p.is().ErrorContains(x.Err, omg)
				e.Kernel.SigClear("DIE")
				e.Kernel.SigHandled()
			},
			"party": func(e kernel.Event) { seen[e.Name]++ },
			"_stop": func(e kernel.Event) { seen[e.Name]++ },
		})
		p.is().NoError(p.end(k))
		p.is().Equal(numbers{"_start": 1, "avoid_death": 1, "party": 1, "_stop": 1}, seen)
	})
}

// t/10_units/07_exceptions/02_turn_off: without handlers an exception comes
// out of Run. In POE CATCH_EXCEPTIONS has to be off for that, and _stop is
// called when Perl ends; here the session ends in order before Run does.
func TestUnitsExceptionsTurnOff(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.virtual()
		started, stopped := 0, 0
		p.start(k, states{
			"_start": func(e kernel.Event) { started++; e.Kernel.Yield("death") },
			"death":  func(kernel.Event) { panic(omg) },
			"_stop":  func(kernel.Event) { stopped++ },
		})
		p.is().ErrorContains(p.end(k), omg)
		p.is().Equal([]int{1, 1}, []int{started, stopped})
	})
}

// t/10_units/07_exceptions/03_not_handled: an exception that a handler of DIE
// sees but does not handle ends all sessions and comes out of Run.
func TestUnitsExceptionsNotHandled(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.virtual()
		seen := numbers{}
		note := func(what string) func(kernel.Event) { return func(kernel.Event) { seen[what]++ } }
		p.start(k, states{
			"_start": func(e kernel.Event) {
				seen["started"]++
				e.Kernel.Sig("DIE", "mock_death")
				e.Kernel.Yield("death")
			},
			"death":      func(kernel.Event) { panic(omg) },
			"mock_death": func(e kernel.Event) { seen["mock "+kernel.Arg[string](e, 0)]++ },
			"_stop":      note("stopped"),
		})
		p.start(k, states{
			"_start":      func(e kernel.Event) { seen["other started"]++; e.Kernel.Delay("last_breath", time.Second) },
			"last_breath": note("survived"),
			"_stop":       note("other stopped"),
		})
		err := p.end(k)
		p.is().ErrorContains(err, omg)
		p.is().Equal(numbers{"started": 1, "mock DIE": 1, "stopped": 1, "other started": 1, "other stopped": 1}, seen)
		p.is().NoError(p.end(k), "it is over")
	})
}
