//go:build unix

package poetests_test

import (
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// POE::Test::Loops::k_signals: a session that watches CHLD hears of eight
// children that are killed, while others post to each other and one gets the
// system's signals USR1 and PIPE.
func TestLoopsKSignals(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		const many = 8
		reaped, served := 0, 0
		var wheels []*run.Wheel
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.is().NoError(e.Kernel.Sig("CHLD", "child"))
				for range many {
					wheels = append(wheels, p.spawn(e.Kernel))
				}
				e.Kernel.Delay("timeout", patience)
				e.Kernel.Yield("kill")
			},
			"said": nothing,
			"kill": func(kernel.Event) {
				for _, w := range wheels {
					p.is().NoError(w.Kill(unix.SIGINT))
				}
			},
			"child": func(e kernel.Event) {
				if reaped++; reaped == many {
					e.Kernel.DelayClear("timeout")
					e.Kernel.SigClear("CHLD")
					for _, w := range wheels {
						w.Close()
					}
				}
			},
			"timeout": func(kernel.Event) { p.Errorf("only %d of the children", reaped) },
		})
		p.start(k, states{
			"_start": func(e kernel.Event) {
				p.start(e.Kernel, states{
					"_start":   func(e kernel.Event) { e.Kernel.AliasSet("server") },
					"do_thing": func(e kernel.Event) { e.Kernel.Post(e.Sender, "thing_done") },
				})
				p.is().NoError(e.Kernel.Post(kernel.Alias("server"), "do_thing"))
			},
			"thing_done": func(kernel.Event) { served++ },
		})
		caught := p.signalled(k)
		p.run(k)
		p.is().Equal(many, reaped)
		p.is().Equal(1, served)
		p.is().Equal(numbers{"USR1": 1, "PIPE": 1}, caught)
	})
}

// signalled is a session to which two of the system's signals are sent.
func (p *proof) signalled(k *kernel.Kernel) numbers {
	caught := numbers{}
	got := func(e kernel.Event) {
		caught[kernel.Arg[string](e, 0)]++
		if len(caught) == 2 {
			e.Kernel.DelayClear("timeout")
		}
	}
	p.start(k, states{
		"_start": func(e kernel.Event) {
			p.is().NoError(e.Kernel.Sig("USR1", "got"))
			p.is().NoError(e.Kernel.Sig("PIPE", "got"))
			e.Kernel.Delay("timeout", patience)
			e.Kernel.Yield("send")
		},
		"send": func(kernel.Event) {
			p.is().NoError(unix.Kill(unix.Getpid(), unix.SIGUSR1))
			p.is().NoError(unix.Kill(unix.Getpid(), unix.SIGPIPE))
		},
		"got":     got,
		"timeout": func(kernel.Event) { p.Error("a signal is missing") },
	})
	return caught
}
