//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// t/90_regression/hinrik-wheel-run-die: a function that dies in a process of
// its own has an exit code, which another session may be told.
func TestRegressionHinrikWheelRunDie(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var status kernel.WaitStatus
		told := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				owner := e.Session
				left := 2 // the end of the process and that of its output
				var wheel *run.Wheel
				gone := func(kernel.Event) {
					if left--; left == 0 {
						p.is().NoError(wheel.Close())
					}
				}
				p.start(e.Kernel, states{
					"_start": func(e kernel.Event) {
						var err error
						wheel, err = run.New(e.Kernel, run.Config{
							Func:   children.Func("die"),
							Events: run.Names{Close: "gone", Stdout: "dummy", Stderr: "dummy"},
						})
						p.ok(err)
						p.is().NoError(e.Kernel.SigChild(wheel.PID(), "ended"))
					},
					"dummy": nothing,
					"gone":  gone,
					"ended": func(e kernel.Event) {
						p.is().NoError(e.Kernel.Post(owner, "exit", e.Arg(2)))
						gone(e)
					},
				})
			},
			"exit": func(e kernel.Event) { told++; status = kernel.Arg[kernel.WaitStatus](e, 0) },
		})
		p.run(k)
		p.is().Equal(1, told)
		p.is().Equal(255, status.ExitCode())
	})
}
