package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p915(p *port) {
	k := p.kernel()
	show := func(label string) {
		p.out(label, "active event", orUndef(k.ActiveEvent()), "session", who(k.ActiveSession()))
	}
	create(k, "other", states{
		"_start": func(kernel.Event) { k.AliasSet("other") },
		"asked": func(e kernel.Event) {
			show("other asked")
			p.out("  state", e.Name, "sender", who(e.Sender), "caller", e.Caller)
		},
	})
	create(k, "me", states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go": func(e kernel.Event) {
			show("go")
			k.Call(e.Session, "inner", "x")
			show("go again")
			k.Call(kernel.Alias("other"), "asked")
			show("go at last")
		},
		"inner": func(e kernel.Event) {
			show("inner")
			p.out("  state", e.Name, "sender", who(e.Sender), "caller", e.Caller, "arg", e.Arg(0))
			k.Yield("queued")
			k.Call(kernel.Alias("other"), "asked")
		},
		"queued": func(e kernel.Event) { p.out("queued by", e.Caller) },
	})
	show("outside")
	k.Run()
	p.out("done")
}
