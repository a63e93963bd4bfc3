//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// t/90_regression/broeren-win32-nbio: a child answers what it is asked, and
// ends when it is told to and not before. POE runs it on Windows alone.
func TestRegressionBroerenWin32NBIO(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		var wheel *run.Wheel
		var said []any
		left := 3
		ended := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("CHLD", "reaper"))
				var err error
				wheel, err = run.New(e.Kernel, run.Config{
					Program: []string{"sh", "-c", `while read line; do case $line in kill) exit;; esac; echo "read: $line"; done`},
					Events:  run.Names{Stdout: "output", Exit: "exit"},
				})
				p.must().NoError(err)
				e.Kernel.Yield("next")
			},
			"next": func(kernel.Event) {
				if left--; left > 0 {
					wheel.Put("Can you hear me?")
				} else {
					wheel.Put("kill")
				}
			},
			"output": func(e kernel.Event) { said = append(said, e.Arg(0)); e.Kernel.Yield("next") },
			"exit":   func(kernel.Event) { wheel.Close() },
			"reaper": func(e kernel.Event) {
				ended++
				p.is().Zero(left, "not before it was told")
				e.Kernel.SigHandled()
			},
		})
		p.run(k)
		p.is().Equal([]any{"read: Can you hear me?", "read: Can you hear me?"}, said)
		p.is().Equal(1, ended)
	})
}
