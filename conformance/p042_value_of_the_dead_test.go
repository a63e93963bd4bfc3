package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p042(p *port) {
	k := p.kernel()
	victim := func(name string, dies bool) {
		inline(k, states{
			"_start": func(e kernel.Event) {
				p.check(k.AliasSet(name))
				e.Return(name + " started")
				if dies {
					panic("start")
				}
			},
			"work": func(e kernel.Event) {
				e.Return(1, 2)
				if kernel.Arg[int](e, 0) != 0 {
					panic("work")
				}
			},
			"relay": func(e kernel.Event) {
				v, err := k.Call(kernel.Alias("ill"), "work", 1)
				p.check(err)
				e.Return(v)
			},
			"_default": func(e kernel.Event) {
				e.Return(0)
				if kernel.Arg[string](e, 0)[0] != '_' {
					panic("default")
				}
			},
		})
	}
	well := kernel.Alias("well")
	inline(k, states{
		"_start": func(kernel.Event) { p.check(k.Sig("DIE", "died")); k.Yield("go") },
		"go": func(kernel.Event) {
			victim("well", false)
			victim("ill", true)
			for dies := range 2 {
				v, err := k.Call(well, "work", dies)
				p.check(err)
				p.out("scalar", v)
				if dies == 0 {
					list, err := k.CallList(well, "work", dies)
					p.check(err)
					p.out(with(list, "list of", len(list))...)
				}
			}
			for _, c := range [][2]string{{"_default", "unknown"}, {"a call that relays", "relay"}} {
				v, err := k.Call(well, c[1])
				p.check(err)
				p.out(c[0], v)
			}
			p.check(k.Delay("end", 10*time.Millisecond))
		},
		"end":    func(kernel.Event) { p.check(k.Signal(k.ID(), "TERM")) },
		"died":   func(e kernel.Event) { p.out("died", kernel.Arg[*kernel.Exception](e, 1).Event); k.SigHandled() },
		"_child": func(e kernel.Event) { p.out("_child", e.Arg(0), e.Arg(2)) },
	})
	p.check(k.Run())
	p.out("done")
}
