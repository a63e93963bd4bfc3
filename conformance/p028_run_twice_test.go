package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p028(p *port) {
	k := p.kernel()
	job := func(name string, n int) {
		inline(k, states{
			"_start": func(e kernel.Event) {
				k.AliasSet(name)
				p.out(name, "_start")
				k.Yield("count", e.Arg(0))
			},
			"count": func(e kernel.Event) {
				n := kernel.Arg[int](e, 0)
				p.out(name, "count", n)
				if n > 1 {
					k.Yield("count", n-1)
				} else {
					k.AliasRemove(name)
				}
			},
			"extra": func(e kernel.Event) { p.out(name, "extra", e.Arg(0)) },
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		}, n)
	}
	p.out("run with no sessions")
	k.Run()
	p.out("returned")
	job("first", 2)
	p.out("post", one(k.Post(kernel.Alias("first"), "extra", "between")))
	k.Run()
	p.out(with(ones(k.Post(kernel.Alias("first"), "extra", "too late")), "returned", "post now")...)
	job("second", 1)
	job("third", 1)
	p.out("post", one(k.Post(kernel.Alias("third"), "extra", "again")))
	k.Run()
	p.out("returned")
	k.Run()
	p.out("returned at once")
}
