//go:build unix

package poetests_test

import (
	"testing"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// t/90_regression/rt1648-tied-stderr: the wheel hears a child's standard error
// whatever has become of the program's own. There the handle is tied, here it
// is Go's os.Stderr, which the wheel does not look at.
func TestRegressionRT1648TiedStderr(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var wheel *run.Wheel
		var said []any
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("CHLD", "child"))
				e.Kernel.RefcountIncrement(e.Session, "teapot")
				var err error
				wheel, err = run.New(e.Kernel, run.Config{
					Program: []string{"sh", "-c", "echo OK >&2"}, Events: run.Names{Stderr: "stderr"},
				})
				p.ok(err)
				e.Kernel.Delay("shutdown", patience)
			},
			"stderr": func(e kernel.Event) {
				said = append(said, e.Arg(0))
				p.is().NoError(wheel.Close())
				e.Kernel.DelayClear("shutdown")
			},
			"shutdown": func(kernel.Event) { p.Error("no word from the child"); wheel.Close() },
			"child": func(e kernel.Event) {
				p.is().Equal(wheel.PID(), e.Arg(1))
				e.Kernel.SigClear("CHLD")
				e.Kernel.RefcountDecrement(e.Session, "teapot")
			},
		})
		before := time.Now()
		p.run(k)
		p.is().Equal([]any{"OK"}, said)
		p.is().Less(time.Since(before), patience)
	})
}
