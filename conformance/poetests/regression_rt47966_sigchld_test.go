//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// t/90_regression/rt47966-sigchld: of many children that end at about the same
// time none goes unnoticed. POE has 60.
func TestRegressionRT47966Sigchld(t *testing.T) {
	perLoop(t, func(p *proof) {
		const many = 60
		k := p.kernel()
		wheels := map[int]*run.Wheel{}
		heard := 0
		silent := func(e kernel.Event) { p.Errorf("a child says %v", e.Args) }
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("CHLD", "child"))
				for range many {
					w, err := run.New(e.Kernel, run.Config{
						Program: []string{"cat"},
						Events:  run.Names{Stdout: "said", Stderr: "said"},
					})
					p.ok(err)
					wheels[w.PID()] = w
				}
				p.is().Len(wheels, many)
				e.Kernel.Yield("goodbye")
			},
			"goodbye": func(e kernel.Event) {
				e.Kernel.Delay("timeout", patience)
				for _, w := range wheels {
					w.ShutdownStdin()
				}
			},
			"said":    silent,
			"timeout": func(kernel.Event) { p.Error("children are missing") },
			"child": func(e kernel.Event) {
				pid := kernel.Arg[int](e, 1)
				p.is().Equal("CHLD", e.Arg(0))
				p.must().Contains(wheels, pid)
				p.is().NoError(wheels[pid].Close())
				delete(wheels, pid)
				if heard++; heard == many {
					e.Kernel.DelayClear("timeout")
				}
			},
		})
		p.run(k)
		p.is().Empty(wheels)
		p.is().Equal(many, heard)
	})
}
