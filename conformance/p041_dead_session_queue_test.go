package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p041(p *port) {
	k := p.kernel()
	target, victim := kernel.Alias("target"), kernel.Alias("victim")
	inline(k, states{
		"_start": func(e kernel.Event) { k.AliasSet("target"); k.RefcountIncrement(e.Session, "x") },
		"note":   func(e kernel.Event) { p.out("target note", e.Arg(0)) },
		"end":    func(e kernel.Event) { k.RefcountDecrement(e.Session, "x") },
		"_stop":  func(kernel.Event) { p.out("target _stop") },
	})
	inline(k, states{
		"_start": func(kernel.Event) { k.AliasSet("victim"); k.Delay("tick", 20*time.Second) },
		"act": func(kernel.Event) {
			p.out("victim act")
			k.Post(target, "note", "posted by victim before the signal")
			k.Signal(victim, "KILL")
			k.Post(target, "note", "posted by victim after the signal")
			k.Yield("own")
			k.Call(target, "note", "called by victim")
		},
		"own":  func(kernel.Event) { p.out("victim own (not reached)") },
		"tick": func(kernel.Event) { p.out("victim tick (not reached)") },
		"_stop": func(kernel.Event) {
			p.out("victim _stop")
			k.Post(target, "note", "posted in _stop")
			k.Call(target, "note", "called in _stop")
			k.Yield("own")
			k.Delay("tick", 0)
		},
	})
	inline(k, states{
		"_start": func(kernel.Event) { k.AliasSet("other"); k.Yield("go") },
		"go": func(kernel.Event) {
			k.Post(victim, "act")
			k.Yield("later", 4)
		},
		"later": func(e kernel.Event) {
			if again(e) {
				return
			}
			k.Post(target, "note", "posted by other")
			k.Post(target, "end")
			p.out("victim resolves", either[any](resolves(k, "victim"), 1, nil))
		},
	})
	k.Run()
	p.out("done")
}
