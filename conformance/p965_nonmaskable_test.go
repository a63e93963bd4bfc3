package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p965(p *port) {
	k := p.kernel()
	var chain func(names ...string)
	chain = func(names ...string) {
		name := names[0]
		inline(k, states{
			"_start": func(kernel.Event) {
				k.AliasSet(name)
				k.Sig("ZOMBIE", "sig")
				k.Sig("UIDESTROY", "sig")
				if len(names) > 1 {
					chain(names[1:]...)
				}
			},
			"sig": func(e kernel.Event) { p.out(with(e.Args, name)...); k.SigHandled() },
			"_child": func(e kernel.Event) {
				if e.Arg(0) != "create" {
					p.out(name, "_child", e.Arg(0))
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	inline(k, states{
		"_start": func(kernel.Event) { chain("A", "B", "C"); k.Yield("one") },
		"_child": func(kernel.Event) {},
		"one":    func(kernel.Event) { k.Signal(kernel.Alias("B"), "ZOMBIE", "x"); k.Yield("wait", 3) },
		"wait": func(e kernel.Event) {
			if again(e) {
				return
			}
			p.out("all")
			k.Signal(k.ID(), "UIDESTROY")
			k.Delay("never", 30*time.Second)
		},
		"never": func(kernel.Event) { p.out("not reached") },
		"_stop": func(kernel.Event) { p.out("driver _stop") },
	})
	k.Run()
	p.out("done")
}
