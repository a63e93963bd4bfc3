package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p016(p *port) {
	k := p.kernel()
	names := []string{"A", "B", "C"}
	for _, name := range names {
		inline(k, states{
			"_start": func(kernel.Event) {
				k.AliasSet(name)
				k.Yield("one", "self")
			},
			"one": func(e kernel.Event) {
				p.out(name, "one", e.Arg(0))
				if e.Arg(0) != "self" {
					return
				}
				for _, other := range names {
					k.Post(kernel.Alias(other), "two", "from-"+name)
				}
				k.Yield("three", "from-"+name)
				p.out(name, "yield returned", nothing)
			},
			"two": func(e kernel.Event) {
				p.out(name, "two", e.Arg(0))
				if e.Arg(0) == "from-C" {
					k.Yield("three", "via-two")
				}
			},
			"three": func(e kernel.Event) { p.out(name, "three", e.Arg(0)) },
		})
	}
	k.Post(kernel.Alias("B"), "one", "from outside")
	k.Post(kernel.Alias("A"), "one", "from outside")
	k.Run()
}
