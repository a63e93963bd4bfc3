package conformance

import (
	"maps"

	"github.com/gopoe/poe/kernel"
)

func p902(p *port) {
	k := p.kernel()
	kid := func(name string, more states) {
		s := states{"_start": func(kernel.Event) {}}
		maps.Copy(s, more)
		create(k, name, s)
	}
	give := func(values ...any) kernel.Handler { return func(e kernel.Event) { e.Return(values...) } }
	create(k, "parent", states{
		"_start": func(kernel.Event) {
			kid("bare", nil)
			kid("valued", states{"_start": give("begun"), "_stop": give("ended")})
			kid("list", states{"_start": give("x", "y", "z"), "_stop": give(1, 2)})
			kid("zero", states{"_start": give(0), "_stop": give("")})
			kid("leaver", states{
				"_start":  func(e kernel.Event) { k.DetachMyself(); e.Return("gone") },
				"_parent": func(e kernel.Event) { p.out("leaver", "_parent", who(e.Arg(0)), who(e.Arg(1))) },
			})
		},
		"_child": func(e kernel.Event) { p.out("_child", e.Arg(0), who(e.Arg(1)), "argc", len(e.Args), "value", e.Arg(2)) },
		"_stop":  func(kernel.Event) { p.out("parent _stop") },
	})
	k.Run()
	p.out("done")
}
