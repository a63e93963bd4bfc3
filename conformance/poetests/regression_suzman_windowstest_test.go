//go:build unix

package poetests_test

import (
	"os"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// t/90_regression/suzman_windows: a session that watches CHLD hears of a
// process that the program has started by itself. Here the kernel must be told
// of it, by SigChild.
func TestRegressionSuzmanWindows(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		heard := 0
		var pid int
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("CHLD", "child"))
				e.Kernel.Delay("timeout", patience)
				process, err := os.StartProcess("/bin/sh", []string{"sh", "-c", "echo foo >/dev/null"}, &os.ProcAttr{})
				p.ok(err)
				pid = process.Pid
				p.is().NoError(e.Kernel.SigChild(pid, "mine"))
			},
			"mine": nothing,
			"child": func(e kernel.Event) {
				heard++
				p.is().Equal([]any{"CHLD", pid, kernel.WaitStatus(0)}, e.Args)
				e.Kernel.DelayClear("timeout")
				e.Kernel.SigClear("CHLD")
			},
			"timeout": func(kernel.Event) { p.Error("no CHLD") },
		})
		p.run(k)
		p.is().Equal(1, heard)
	})
}
