package conformance

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p957(p *port) {
	k := p.kernel()
	target, victim := kernel.Alias("target"), kernel.Alias("victim")
	inline(k, states{
		"_start": func(kernel.Event) { k.AliasSet("target") },
		"note":   func(e kernel.Event) { p.out("note", e.Arg(0)) },
		"_stop":  func(kernel.Event) { p.out("target _stop") },
	})
	for _, name := range []string{"victim", "friend"} {
		inline(k, states{
			"_start": func(kernel.Event) { k.AliasSet(name) },
			"act": func(kernel.Event) {
				for n := 1; n <= 3; n++ {
					k.Post(target, "note", fmt.Sprint(name, " ", n))
				}
				k.Delay("tick", 10*time.Millisecond)
				k.Post(victim, "unheard")
			},
			"tick":    func(kernel.Event) { p.out(name, "tick"); k.AliasRemove(name) },
			"unheard": func(kernel.Event) { p.out(name, "unheard") },
			"_stop":   func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go": func(kernel.Event) {
			k.Signal(victim, "KILL")
			k.Call(victim, "act")
			k.Call(kernel.Alias("friend"), "act")
			k.Call(victim, "act")
			k.Post(target, "note", "mine")
		},
		"_stop": func(kernel.Event) { p.out("driver _stop") },
	})
	k.Run()
	p.out("done")
}
