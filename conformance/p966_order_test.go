package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p966(p *port) {
	k := p.kernel()
	var chain func(sig string, names ...string)
	chain = func(sig string, names ...string) {
		name := names[0]
		inline(k, states{
			"_start": func(kernel.Event) {
				k.AliasSet(name)
				if name != "B" {
					k.Sig(sig, "sig")
				}
				if len(names) > 1 {
					chain(sig, names[1:]...)
				}
			},
			"sig": func(e kernel.Event) {
				p.out(name, "sees", e.Arg(0))
				k.Yield("late")
				k.Post(kernel.Alias("A"), "late")
			},
			"late":  func(kernel.Event) { p.out(name, "late") },
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	for _, sig := range []string{"INT", "QUIT", "HUP", "KILL", "TERM", "USR1", "CONT", "MADE_UP"} {
		chain(sig, "A", "B", "C")
		p.out("--", sig)
		k.Signal(kernel.Alias("A"), sig)
		k.Run()
	}
	p.out("done")
}
