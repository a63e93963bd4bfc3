//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

type fubar struct{}

func (*fubar) start(e kernel.Event) { e.Return("_start") }
func (*fubar) stop(e kernel.Event)  { e.Return("_stop") }

// t/90_regression/meh-startstop-return: what methods of an object return for
// _start and _stop comes with the parent's _child.
func TestRegressionMehStartstopReturn(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var results [][]any
		p.start(k, states{
			"_start": func(e kernel.Event) {
				f := &fubar{}
				p.start(e.Kernel, states{
					"_start": session.Bind(f, (*fubar).start), "_stop": session.Bind(f, (*fubar).stop),
				})
			},
			"_child": func(e kernel.Event) { results = append(results, []any{e.Arg(0), e.Arg(2)}) },
		})
		p.run(k)
		p.is().Equal([][]any{{"create", "_start"}, {"lose", "_stop"}}, results)
	})
}
