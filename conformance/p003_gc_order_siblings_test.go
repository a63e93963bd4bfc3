package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p003(p *port) {
	k := p.kernel()
	make := func(name string, yields int) {
		create(k, name, states{
			"_start": func(kernel.Event) {
				p.out(name, "_start")
				if yields > 0 {
					k.Yield("tick", yields)
				}
			},
			"tick": func(e kernel.Event) {
				left := kernel.Arg[int](e, 0)
				p.out(name, "tick", left)
				if left > 1 {
					k.Yield("tick", left-1)
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	make("A", 0)
	make("B", 0)
	make("C", 0)
	make("D", 2)
	make("E", 1)
	make("F", 1)
	make("G", 3)
	p.out("run")
	k.Run()
	p.out("done")
}
