package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p908(p *port) {
	k := p.kernel()
	service := func(label string, rounds int, handle bool) {
		p.out("--", label)
		inline(k, states{
			"_start": func(kernel.Event) { k.AliasSet("svc"); k.Sig("IDLE", "idle") },
			"idle": func(e kernel.Event) {
				p.out("idle", e.Arg(0), "rounds left", rounds)
				if rounds--; rounds >= 0 {
					k.Yield("work", rounds)
					if handle {
						k.SigHandled()
					}
				}
			},
			"work":  func(e kernel.Event) { p.out("work", e.Arg(0)) },
			"_stop": func(kernel.Event) { p.out("svc _stop") },
		})
		k.Run()
	}
	service("queues, does not handle", 2, false)
	service("queues and handles", 2, true)
	service("neither", 0, false)
	p.out("done")
}
