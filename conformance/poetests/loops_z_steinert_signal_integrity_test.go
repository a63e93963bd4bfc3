//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
)

// POE::Test::Loops::z_steinert_signal_integrity: both a parent and its child
// get a signal to the kernel with all of its arguments.
func TestLoopsZSteinertSignalIntegrity(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.virtual()
		sessions := 0
		var got [][]any
		var begin func()
		begin = func() {
			sessions++
			p.start(k, states{
				"_start": func(e kernel.Event) {
					if sessions < 2 {
						begin()
					}
					p.is().NoError(e.Kernel.Sig("MOO", "got_signal"))
					p.is().NoError(e.Kernel.Delay("timed_out", time.Minute))
				},
				"got_signal": func(e kernel.Event) {
					got = append(got, e.Args)
					p.is().NoError(e.Kernel.Delay("timed_out", time.Second))
				},
				"timed_out": func(e kernel.Event) { e.Kernel.SigClear("MOO") },
			})
		}
		begin()
		p.is().NoError(k.Signal(k.ID(), "MOO", 99))
		p.run(k)
		p.is().Equal([][]any{{"MOO", 99}, {"MOO", 99}}, got)
	})
}
