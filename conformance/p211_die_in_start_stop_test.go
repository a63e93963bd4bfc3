package conformance

import (
	"maps"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p211(p *port) {
	k := p.kernel()
	clean := func(err error) string { return "<" + text(err) + ">" }
	scenario := func(label string, handle bool, kid states) {
		p.out("--", label)
		inline(k, states{
			"_start": func(kernel.Event) {
				k.Sig("DIE", "report")
				table := states{"_stop": func(e kernel.Event) { p.out("kid _stop"); e.Return("kid-stop") }}
				maps.Copy(table, kid)
				s, err := session.Inline(k, table)
				p.out("create gave", either(s == nil, "", "POE::Session"), either(err == nil, "no exception", text(err)))
			},
			"report": func(e kernel.Event) {
				x := kernel.Arg[*kernel.Exception](e, 1)
				p.out("parent report", x.Event, clean(x.Err))
				if handle {
					k.SigHandled()
				}
			},
			"_child": func(e kernel.Event) { p.out("parent _child", e.Arg(0), e.Arg(2)) },
			"_stop":  func(kernel.Event) { p.out("parent _stop") },
		})
		err := k.Run()
		p.out("run", either(err == nil, "returned", "died "+clean(err)))
	}
	bad := func(kernel.Event) { p.out("kid _start"); panic("bad start") }
	scenario("_start dies, handled by the parent", true, states{"_start": bad})
	scenario("_start dies, not handled", false, states{"_start": bad})
	scenario("_stop dies", true, states{
		"_start": func(kernel.Event) {},
		"_stop":  func(kernel.Event) { p.out("kid _stop dies"); panic("bad stop") },
	})
}
