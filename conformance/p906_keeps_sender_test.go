package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p906(p *port) {
	k := p.kernel()
	create(k, "target", states{
		"_start": func(kernel.Event) { k.AliasSet("target") },
		"note":   func(e kernel.Event) { p.out("note from", who(e.Sender)) },
		"_stop":  func(kernel.Event) { p.out("target _stop") },
	})
	for _, name := range []string{"sender", "silent"} {
		create(k, name, states{
			"_start": func(kernel.Event) { k.Yield("act") },
			"act": func(kernel.Event) {
				p.out(name, "act")
				if name == "sender" {
					k.Post(kernel.Alias("target"), "note")
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	k.Run()
	p.out("done")
}
