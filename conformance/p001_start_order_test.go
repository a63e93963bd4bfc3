package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p001(p *port) {
	k := p.kernel()
	makeChild := func() {
		create(k, "child", states{
			"_start": func(e kernel.Event) { p.out("child _start"); k.Yield("work"); e.Return("start-value") },
			"work":   func(kernel.Event) { p.out("child work") },
			"_stop":  func(e kernel.Event) { p.out("child _stop"); e.Return("stop-value") },
		})
	}
	create(k, "parent", states{
		"_start": func(kernel.Event) {
			p.out("parent _start begins")
			makeChild()
			p.out("parent _start ends")
		},
		"_child": func(e kernel.Event) { p.out("parent _child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
		"_stop":  func(kernel.Event) { p.out("parent _stop") },
	})
	p.out("created, now run")
	k.Run()
	p.out("run returned")
}
