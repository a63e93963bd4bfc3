package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
)

func p924(p *port) {
	k := p.kernel()
	create(k, "D", states{
		"_start": func(kernel.Event) { k.AliasSet("D") },
		"_default": func(e kernel.Event) {
			p.out("default", e.Name, e.Arg(0), "active", k.ActiveEvent(), "sender", who(e.Sender))
			e.Return("answer to " + text(e.Arg(0)))
		},
	})
	create(k, "C", states{
		"_start": func(e kernel.Event) {
			k.Yield("unknown")
			k.Sig("BAR", "unheard")
			k.Signal(e.Session, "BAR")
		},
		"_default": func(e kernel.Event) {
			name := kernel.Arg[string](e, 0)
			if strings.HasPrefix(name, "_") {
				return
			}
			p.out("C default", name, "active", k.ActiveEvent(), "caller", e.Caller)
			got, _ := k.Call(kernel.Alias("D"), "from "+name)
			p.out("got", got)
			p.out("then", k.ActiveEvent())
		},
	})
	k.Run()
	p.out("done")
}
