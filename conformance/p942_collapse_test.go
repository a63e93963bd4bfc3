package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p942(p *port) {
	k := p.kernel()
	var chain func(names ...string)
	chain = func(names ...string) {
		name := names[0]
		create(k, name, states{
			"_start": func(kernel.Event) {
				if len(names) > 1 {
					chain(names[1:]...)
				} else {
					k.Yield("leaf")
				}
				if name == "busy" {
					k.Delay("busy", 50*time.Millisecond)
				}
			},
			"leaf": func(kernel.Event) { p.out("leaf works") },
			"busy": func(kernel.Event) { p.out("busy works") },
			"_child": func(e kernel.Event) {
				if e.Arg(0) == "lose" {
					p.out(name, "_child", e.Arg(0), who(e.Arg(1)))
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	chain("top", "busy", "low", "leaf")
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("tick", 2) },
		"tick": func(e kernel.Event) {
			p.out("tick", e.Arg(0))
			if n := kernel.Arg[int](e, 0); n > 1 {
				k.Yield("tick", n-1)
			}
		},
		"_stop": func(kernel.Event) { p.out("ticker _stop") },
	})
	k.Run()
	p.out("done")
}
