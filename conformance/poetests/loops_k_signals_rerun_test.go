//go:build unix

package poetests_test

import (
	"errors"
	"strconv"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// POE::Test::Loops::k_signals_rerun: one kernel runs program after program,
// each with a child process; an exception in _stop because of a bad exit code
// comes out of Run and does not spoil the next.
func TestLoopsKSignalsRerun(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		bad := errors.New("bad exit")
		for _, dies := range []bool{false, true} {
			for _, code := range []int{0, 1, 0, 0} {
				p.start(k, states{"_start": func(e kernel.Event) { p.childOf(e.Kernel, code, dies, bad) }})
				if err := p.end(k); dies && code != 0 {
					p.is().ErrorIs(err, bad)
				} else {
					p.is().NoError(err)
				}
			}
		}
	})
}

// childOf makes a session with a child process that has an exit code.
func (p *proof) childOf(k *kernel.Kernel, code int, dies bool, bad error) {
	var wheel *run.Wheel
	var status kernel.WaitStatus
	ended := 0
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.Sig("CHLD", "child"))
			var err error
			wheel, err = run.New(e.Kernel, run.Config{
				Program: []string{"sh", "-c", "exit " + strconv.Itoa(code)}, Events: run.Names{Stdin: "stdin", Stdout: "stdout"},
			})
			p.ok(err)
			e.Kernel.RefcountIncrement(e.Session, "running")
		},
		"stdin": nothing, "stdout": nothing,
		"child": func(e kernel.Event) {
			p.is().Equal(wheel.PID(), e.Arg(1))
			status = kernel.Arg[kernel.WaitStatus](e, 2)
			ended++
			e.Kernel.RefcountDecrement(e.Session, "running")
			e.Kernel.SigClear("CHLD")
			wheel.Close()
		},
		"_stop": func(kernel.Event) {
			p.is().Equal(1, ended)
			p.is().Equal(code, status.ExitCode())
			if dies && code != 0 {
				panic(bad)
			}
		},
	})
}
