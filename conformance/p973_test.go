package conformance

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p973(p *port) {
	k := p.kernel()
	inline(k, states{
		"_start": func(kernel.Event) { k.AliasSet("parent"); k.Delay("late", 30*time.Second); k.Yield("go") },
		"go": func(kernel.Event) {
			k.Sig("DIE", "died")
			k.Yield("tick", 4)
			panic("first\n")
		},
		"tick": func(e kernel.Event) {
			p.out("tick", e.Arg(0))
			if n := kernel.Arg[int](e, 0); n > 1 {
				k.Yield("tick", n-1)
			}
		},
		"died":  func(kernel.Event) { p.out("died"); k.SigHandled(); panic("second\n") },
		"_stop": func(kernel.Event) { p.out("parent _stop") },
	})
	err := k.Run()
	p.out("run", either(err == nil, "returned", "died "+strings.TrimSpace(text(err))))
}
