package conformance

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p707(p *port) {
	k := p.kernel()
	spaced := func(e kernel.Event, i int) string {
		return strings.ReplaceAll(joined(kernel.Arg[[]any](e, i)), ",", " ")
	}
	give := func(b *kernel.Postback, args ...any) int { // POE's postbacks return 0, always
		b.Post(args...)
		return 0
	}
	var stray, back *kernel.Postback
	create(k, "worker", states{
		"_start": func(kernel.Event) { p.check(k.AliasSet("worker")) },
		"work": func(e kernel.Event) {
			cb := kernel.Arg[*kernel.Callback](e, 0)
			back = kernel.Arg[*kernel.Postback](e, 1)
			p.out(with(cb.CallList("q1", "q2"), "worker asks")...)
			p.out(with(cb.CallList("list"), "in a list")...)
			p.out("postback gives", give(back, "r1"))
			cb.Release()
			p.check(k.Delay("later", 20*time.Millisecond))
		},
		"later": func(kernel.Event) {
			p.out("later", give(back, "r2", "r3"))
			back.Release()
			p.check(k.AliasRemove("worker"))
		},
		"_stop": func(kernel.Event) { p.out("worker _stop") },
	})
	create(k, "owner", states{
		"_start": func(e kernel.Event) {
			p.check(k.Post(kernel.Alias("worker"), "work", e.Session.Callback("ask", "c1", "c2"), e.Session.Postback("done", "p1")))
			stray = e.Session.Postback("stray", "z")
			p.out("started")
		},
		"ask": func(e kernel.Event) {
			p.out("ask", spaced(e, 0), spaced(e, 1), who(e.Sender), e.Name)
			e.Return("one", "two")
		},
		"done": func(e kernel.Event) {
			p.out("done", spaced(e, 0), spaced(e, 1), who(e.Sender))
			if len(kernel.Arg[[]any](e, 1)) == 2 {
				k.Yield("let_go")
			}
		},
		"let_go": func(kernel.Event) {
			p.out("let go")
			stray.Post(1)
			stray.Post(2)
			stray.Release()
		},
		"stray": func(e kernel.Event) { p.out("stray", spaced(e, 0), spaced(e, 1), who(e.Sender)) },
		"_stop": func(kernel.Event) { p.out("owner _stop") },
	})
	p.check(k.Run())
	p.out("done")
}
