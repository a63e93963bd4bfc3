package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p909(p *port) {
	k := p.kernel()
	child := func() {
		create(k, "child", states{
			"_start": func(e kernel.Event) { p.out("child _start"); k.Yield("work", 2); e.Return("child-start") },
			"work": func(e kernel.Event) {
				p.out("child work", e.Arg(0))
				if n := kernel.Arg[int](e, 0); n > 1 {
					k.Yield("work", n-1)
				}
			},
			"_parent": func(e kernel.Event) {
				p.out("child _parent", who(e.Arg(0)), "->", who(e.Arg(1)), "argc", len(e.Args))
			},
			"_stop": func(e kernel.Event) { p.out("child _stop"); e.Return("child-stop") },
		})
	}
	create(k, "grand", states{
		"_start": func(kernel.Event) {
			k.AliasSet("grand")
			create(k, "parent", states{
				"_start": func(e kernel.Event) { k.AliasSet("parent"); k.Sig("TERM", "term"); e.Return("parent-start") },
				"term":   func(kernel.Event) { p.out("parent term"); child() },
				"_child": func(e kernel.Event) { p.out("parent _child", e.Arg(0), who(e.Arg(1)), "argc", len(e.Args)) },
				"_stop":  func(e kernel.Event) { p.out("parent _stop"); e.Return("parent-stop") },
			})
			k.Yield("shoot")
		},
		"shoot": func(kernel.Event) { k.Signal(kernel.Alias("parent"), "TERM") },
		"_child": func(e kernel.Event) {
			p.out("grand _child", e.Arg(0), who(e.Arg(1)), "argc", len(e.Args), "value", e.Arg(2))
		},
		"_stop": func(kernel.Event) { p.out("grand _stop") },
	})
	k.Run()
	p.out("done")
}
