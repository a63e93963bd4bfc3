package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p035(p *port) {
	k := p.kernel()
	pb := map[string]*kernel.Postback{}
	use := func(b *kernel.Postback, args ...any) int { // POE's postbacks return 0, always
		b.Post(args...)
		return 0
	}
	create(k, "owner", states{
		"_start": func(e kernel.Event) {
			pb["a"] = e.Session.Postback("answer", "made", 1)
			pb["b"] = e.Session.Postback("answer")
		},
		"answer": func(e kernel.Event) {
			made, given := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
			p.out("answer", "["+joined(made)+"]", "["+joined(given)+"]", "argc", len(e.Args), "sender", who(e.Sender))
			if len(made) > 0 {
				made[0] = "touched"
			}
		},
		"_stop": func(kernel.Event) { p.out("owner _stop") },
	})
	create(k, "caller", states{
		"_start": func(kernel.Event) { k.Yield("use") },
		"use": func(kernel.Event) {
			p.out("call returns", use(pb["a"], "x", nil))
			p.out("call returns", use(pb["a"]))
			p.out("call returns", use(pb["b"], 1, 2, 3))
			k.Yield("drop", 2)
		},
		"drop": func(e kernel.Event) {
			if again(e) {
				return
			}
			pb["a"].Release()
			p.out("one dropped")
			k.Yield("drop_b", 2)
		},
		"drop_b": func(e kernel.Event) {
			if again(e) {
				return
			}
			rest := pb["b"]
			delete(pb, "b")
			p.out("a copy is left")
			use(rest, "via copy")
			rest.Release()
			p.out("none left")
			k.Yield("end")
		},
		"end":   func(kernel.Event) { p.out("end") },
		"_stop": func(kernel.Event) { p.out("caller _stop") },
	})
	p.out("outside a handler", use(pb["a"], "early"))
	k.Run()

	create(k, "killed", states{
		"_start": func(e kernel.Event) { pb["c"] = e.Session.Postback("x"); k.Signal(e.Session, "KILL") },
		"x":      func(kernel.Event) { p.out("never") },
		"_stop":  func(kernel.Event) { p.out("killed _stop") },
	})
	k.Run()
	p.out("dead session", use(pb["c"], "late"))
	pb["c"].Release()
}
