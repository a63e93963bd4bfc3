package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p011(p *port) {
	k := p.kernel()
	result := func(err error) {
		p.out("result", either(err == nil, "1", "(empty)"), "errno", errname(err, "none"))
	}
	make := func(name string, rounds int) kernel.ID {
		return create(k, name, states{
			"_start": func(e kernel.Event) { k.Yield("tick", rounds); e.Return(name + "-start") },
			"tick": func(e kernel.Event) {
				n := kernel.Arg[int](e, 0)
				p.out(name, "tick", n)
				if n > 1 {
					k.Yield("tick", n-1)
				}
			},
			"_parent": func(e kernel.Event) {
				p.out(name, "_parent", who(e.Arg(0)), "->", who(e.Arg(1)), "sender", who(e.Sender))
			},
			"_stop": func(e kernel.Event) { p.out(name, "_stop"); e.Return(name + "-stop") },
		}).ID()
	}
	stranger := make("stranger", 4)
	var kid kernel.ID
	create(k, "boss", states{
		"_start": func(kernel.Event) { kid = make("kid", 3); k.Yield("go") },
		"_child": func(e kernel.Event) { p.out("boss _child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
		"go": func(kernel.Event) {
			result(k.DetachChild(kernel.Alias("no-such-session")))
			result(k.DetachChild(stranger))
			result(k.DetachChild(kid))
			result(k.DetachChild(kid))
			p.out("boss go returns")
		},
		"_stop": func(kernel.Event) { p.out("boss _stop") },
	})
	k.Run()
	p.out("done")
}
