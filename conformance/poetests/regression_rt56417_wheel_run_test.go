//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// t/90_regression/rt56417-wheel-run: a program that exists ends with 0, one
// that does not with something else, and both sessions end as they should.
func TestRegressionRT56417WheelRun(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		ended, stopped := numbers{}, numbers{}
		for name, path := range map[string]string{"real": "/bin/sh", "fake": "/COMPLETELY/MADE/UP/PATH"} {
			var wheel *run.Wheel
			p.start(k, states{
				"_start": func(e kernel.Event) {
					var err error
					wheel, err = run.New(e.Kernel, run.Config{
						Program: []string{path, "-c", ":"},
						Events:  run.Names{Stdout: "output", Stderr: "output", Close: "closed"},
					})
					p.must().NoError(err, name)
					p.is().Equal(name == "fake", wheel.ExecError() != nil)
					p.is().NoError(e.Kernel.SigChild(wheel.PID(), "child"))
					e.Kernel.Delay("timeout", patience)
				},
				"output": nothing,
				"closed": func(kernel.Event) { wheel.Close() },
				"child": func(e kernel.Event) {
					ended[name] = kernel.Arg[kernel.WaitStatus](e, 2).ExitCode()
					e.Kernel.SigHandled()
					e.Kernel.DelayClear("timeout")
				},
				"timeout": func(kernel.Event) { p.Errorf("%s has not ended", name) },
				"_stop":   func(kernel.Event) { stopped[name]++ },
			})
		}
		p.run(k)
		p.is().Contains(ended, "real")
		p.is().Zero(ended["real"])
		p.is().Positive(ended["fake"])
		p.is().Equal(numbers{"real": 1, "fake": 1}, stopped)
	})
}
