package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p912(p *port) {
	k := p.kernel()
	result := func(err error) {
		p.out("result", either(err == nil, "1", "(empty)"), "errno", errname(err, "none"))
	}
	leaf := func() {
		create(k, "leaf", states{
			"_start": func(kernel.Event) { k.Yield("tick", 3) },
			"tick": func(e kernel.Event) {
				p.out("leaf tick", e.Arg(0))
				if n := kernel.Arg[int](e, 0); n > 1 {
					k.Yield("tick", n-1)
				}
			},
			"_parent": func(kernel.Event) { p.out("leaf _parent (not reached)") },
			"_stop":   func(kernel.Event) { p.out("leaf _stop") },
		})
	}
	create(k, "top", states{
		"_start": func(kernel.Event) {
			result(k.DetachMyself())
			create(k, "mid", states{
				"_start": func(e kernel.Event) { k.Yield("go"); leaf(); e.Return("mid-start") },
				"go": func(kernel.Event) {
					p.out("mid go")
					result(k.DetachMyself())
					result(k.DetachMyself())
					p.out("mid go ends")
				},
				"_child": func(e kernel.Event) { p.out("mid _child", e.Arg(0), who(e.Arg(1))) },
				"_parent": func(e kernel.Event) {
					p.out("mid _parent", who(e.Arg(0)), "->", who(e.Arg(1)), "sender", who(e.Sender))
				},
				"_stop": func(kernel.Event) { p.out("mid _stop") },
			})
		},
		"_child": func(e kernel.Event) { p.out("top _child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
		"_stop":  func(kernel.Event) { p.out("top _stop") },
	})
	k.Run()
	p.out("done")
}
