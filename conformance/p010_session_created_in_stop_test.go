package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p010(p *port) {
	k := p.kernel()
	late := func() {
		create(k, "late", states{
			"_start": func(e kernel.Event) {
				p.out("late _start, sender", who(e.Sender))
				k.Yield("work")
				e.Return("late-start")
			},
			"work":    func(kernel.Event) { p.out("late work") },
			"_parent": func(e kernel.Event) { p.out("late _parent", who(e.Arg(0)), "->", who(e.Arg(1))) },
			"_stop":   func(e kernel.Event) { p.out("late _stop"); e.Return("late-stop") },
		})
	}
	create(k, "top", states{
		"_start": func(kernel.Event) {
			create(k, "mid", states{
				"_start": func(kernel.Event) { p.out("mid _start"); k.Yield("work") },
				"work":   func(kernel.Event) { p.out("mid work") },
				"_child": func(e kernel.Event) { p.out("mid _child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
				"_stop": func(e kernel.Event) {
					p.out("mid _stop begins")
					late()
					p.out("mid _stop ends")
					e.Return("mid-stop")
				},
			})
		},
		"_child": func(e kernel.Event) { p.out("top _child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
		"_stop":  func(kernel.Event) { p.out("top _stop") },
	})
	k.Run()
	p.out("done")
}
