//go:build unix

package poetests_test

import (
	"os/exec"
	"testing"

	"github.com/gopoe/poe/kernel"
)

// POE::Test::Loops::z_merijn_sigchld_system: a program that runs others by
// itself, with os/exec, gets their status, whether a session watches CHLD or
// not; and those are no children of the kernel's.
func TestLoopsZMerijnSigchldSystem(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		caught := 0
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(exec.Command("true").Run())
				p.is().NoError(e.Kernel.Sig("CHLD", "child"))
				p.is().NoError(exec.Command("true").Run())
				p.is().ErrorContains(exec.Command("false").Run(), "exit status 1")
				e.Kernel.SigClear("CHLD")
				p.is().NoError(exec.Command("true").Run())
			},
			"child": func(kernel.Event) { caught++ },
		})
		p.run(k)
		p.is().Zero(caught)
	})
}
