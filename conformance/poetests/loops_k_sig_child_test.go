//go:build unix

package poetests_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// spawn starts a child process that waits for the end of its input. It is the
// active session's.
func (p *proof) spawn(k *kernel.Kernel) *run.Wheel {
	w, err := run.New(k, run.Config{Program: []string{"cat"}, Events: run.Names{Stdout: "said"}})
	p.ok(err)
	return w
}

// POE::Test::Loops::k_sig_child: of eight children that are killed, both
// sessions that watch for each of them hear, and the one that watches CHLD.
func TestLoopsKSigChild(t *testing.T) {
	perLoop(t, func(p *proof) {
		const many = 8
		k := p.kernel()
		watched, caught, signals, reaped := map[int]bool{}, 0, 0, 0
		p.start(k, states{
			"_start": func(e kernel.Event) { p.is().NoError(e.Kernel.AliasSet("catcher")) },
			"catch": func(e kernel.Event) {
				pid := kernel.Arg[int](e, 0)
				p.is().NoError(e.Kernel.Sig("CHLD", "signal"))
				p.is().NoError(e.Kernel.SigChild(pid, "child"))
				watched[pid] = true
			},
			"child": func(e kernel.Event) {
				p.is().True(watched[kernel.Arg[int](e, 1)])
				p.is().Equal(int(unix.SIGINT), kernel.Arg[kernel.WaitStatus](e, 2).Signal())
				caught++
			},
			"signal": func(kernel.Event) { signals++ },
		})
		var wheels []*run.Wheel
		p.start(k, states{
			"_start": func(e kernel.Event) {
				for range many {
					w := p.spawn(e.Kernel)
					wheels = append(wheels, w)
					p.is().NoError(e.Kernel.SigChild(w.PID(), "child"))
					p.is().NoError(e.Kernel.Post(kernel.Alias("catcher"), "catch", w.PID()))
				}
				e.Kernel.Yield("kill")
			},
			"said": nothing,
			"kill": func(kernel.Event) {
				for _, w := range wheels {
					p.is().NoError(w.Kill(unix.SIGINT))
				}
			},
			"child": func(kernel.Event) {
				if reaped++; reaped == many {
					for _, w := range wheels {
						w.Close()
					}
				}
			},
		})
		p.run(k)
		p.is().Len(watched, many)
		p.is().Equal([]int{many, many, many}, []int{caught, signals, reaped})
	})
}
