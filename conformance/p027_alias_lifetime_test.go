package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p027(p *port) {
	k := p.kernel()
	service := func(name string, aliases ...string) {
		inline(k, states{
			"_start": func(kernel.Event) {
				for _, alias := range aliases {
					k.AliasSet(alias)
				}
				p.out(name, "_start")
			},
			"drop": func(e kernel.Event) {
				p.out(name, "drop", e.Arg(0), errnoOf(k.AliasRemove(kernel.Arg[string](e, 0))))
			},
			"ping": func(kernel.Event) { p.out(name, "ping") },
			"_stop": func(kernel.Event) {
				list, _ := k.AliasList(nil)
				p.out(with(strs(list), name, "_stop with aliases")...)
			},
		})
	}
	unset := func(alias string) any {
		if id, ok := k.AliasResolve(alias); ok {
			return id
		}
		return nil
	}
	service("svc1", "a", "b")
	service("svc2", "c")
	steps := []func(){
		func() { k.Post(kernel.Alias("a"), "drop", "a") },
		func() { p.out("a", unset("a"), "b", either(resolves(k, "b"), "set", "unset")) },
		func() { k.Post(kernel.Alias("b"), "drop", "b") },
		func() { p.out(with(ones(k.Post(kernel.Alias("b"), "ping")), "post to b")...) },
		func() { service("svc3", "a", "b") },
		func() { p.out(with(ones(k.Post(kernel.Alias("b"), "ping")), "post to b")...) },
		func() { k.Signal(kernel.Alias("c"), "KILL") },
		func() { p.out("c after KILL", unset("c")) },
	}
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("step") },
		"step": func(kernel.Event) {
			if len(steps) == 0 {
				p.out("steps done")
				return
			}
			step := steps[0]
			steps = steps[1:]
			step()
			k.Yield("pause", 3)
		},
		"pause": func(e kernel.Event) {
			if again(e) {
				return
			}
			k.Yield("step")
		},
		"_child": func(kernel.Event) {},
		"_stop":  func(kernel.Event) { p.out("driver _stop") },
	})
	k.Run()
	p.out("done")
}
