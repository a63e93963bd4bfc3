package conformance

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p971(p *port) {
	k := p.kernel()
	inline(k, states{
		"_start": func(kernel.Event) {
			k.AliasSet("parent")
			k.Sig("DIE", "died")
			k.Delay("late", 30*time.Second)
			inline(k, states{
				"_start": func(kernel.Event) { k.Yield("work") },
				"work":   func(kernel.Event) { p.out("kid work") },
				"_stop":  func(kernel.Event) { p.out("kid _stop"); panic("bad stop\n") },
			})
			k.Yield("tick", 4)
		},
		"tick": func(e kernel.Event) {
			p.out("tick", e.Arg(0))
			if n := kernel.Arg[int](e, 0); n > 1 {
				k.Yield("tick", n-1)
			}
		},
		"died":   func(kernel.Event) { p.out("died (not reached)"); k.SigHandled() },
		"_child": func(e kernel.Event) { p.out("parent _child", e.Arg(0), e.Arg(2)) },
		"_stop":  func(kernel.Event) { p.out("parent _stop") },
	})
	err := k.Run()
	p.out("run", either(err == nil, "returned", "died "+strings.TrimSpace(text(err))))
}
