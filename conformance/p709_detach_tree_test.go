package conformance

import (
	"maps"

	"github.com/gopoe/poe/kernel"
)

func p709(p *port) {
	k := p.kernel()
	of := map[string]kernel.ID{}
	common := func(name string) states {
		return states{
			"_child":  func(e kernel.Event) { p.out(name, "_child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
			"_parent": func(e kernel.Event) { p.out(name, "_parent", who(e.Arg(0)), who(e.Arg(1))) },
			"_stop":   func(e kernel.Event) { p.out(name, "_stop"); e.Return(name + " value") },
			"quit":    func(kernel.Event) { p.out(name, "quit"); p.check(k.AliasRemove(name)) },
		}
	}
	var make func(name string, more ...string)
	make = func(name string, more ...string) {
		s := common(name)
		s["_start"] = func(e kernel.Event) {
			of[name] = e.Session
			p.check(k.AliasSet(name))
			if len(more) > 0 {
				make(more[0], more[1:]...)
			}
			e.Return(name + " here")
		}
		create(k, name, s)
	}
	top := common("top")
	maps.Copy(top, states{
		"_start": func(e kernel.Event) {
			of["top"] = e.Session
			p.check(k.AliasSet("top"))
			make("mid", "low")
			make("other")
			k.Yield("go")
		},
		"go": func(kernel.Event) {
			p.out("grandchild", errname(k.DetachChild(of["low"]), "yes"))
			p.out("kernel", errname(k.DetachChild(k.ID()), "yes"))
			p.out("by alias", errname(k.DetachChild(kernel.Alias("mid")), "yes"))
			p.out("again", errname(k.DetachChild(kernel.Alias("mid")), "yes"))
			p.out("nobody", errname(k.DetachChild(kernel.Alias("nobody")), "yes"))
			p.check(k.Post(kernel.Alias("low"), "quit"))
			p.check(k.Post(kernel.Alias("top"), "quit"))
			k.Yield("watch", 3)
		},
		"watch": settled("watch", func(kernel.Event) {
			p.out("watch")
			p.check(k.Post(kernel.Alias("mid"), "quit"))
			p.check(k.Post(kernel.Alias("other"), "quit"))
		}),
	})
	create(k, "top", top)
	p.check(k.Run())
	p.out("done")
}
