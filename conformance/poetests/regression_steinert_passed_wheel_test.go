//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// t/90_regression/steinert-passed-wheel: a wheel may travel in an event's
// arguments. Perl ends it with the last reference; here the handler closes it,
// or the session does when it stops.
func TestRegressionSteinertPassedWheel(t *testing.T) {
	perLoop(t, func(p *proof) {
		for _, closes := range []bool{true, false} {
			k := p.kernel()
			var wheel *readwrite.Wheel
			stopped := 0
			p.start(k, states{
				"_start": func(e kernel.Event) {
					r, w, err := kernel.Pipe()
					p.ok(err)
					wheel, err = readwrite.New(e.Kernel, readwrite.Config{
						InputHandle: r, OutputHandle: w, Events: readwrite.Names{Input: "input"},
					})
					p.ok(err)
					e.Kernel.Yield("end", wheel)
				},
				"input": nothing,
				"end": func(e kernel.Event) {
					p.is().Same(wheel, e.Arg(0))
					e.Return(e.Args...)
					if closes {
						p.is().NoError(kernel.Arg[*readwrite.Wheel](e, 0).Close())
					} else {
						p.is().NoError(e.Kernel.Signal(e.Session, "TERM"))
					}
				},
				"_stop": func(kernel.Event) { stopped++ },
			})
			p.run(k)
			p.is().Equal(1, stopped, "a normal end")
			p.is().True(wheel.Closed())
		}
	})
}
