package conformance

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p708(p *port) {
	const ms = time.Millisecond
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	p.check(err)
	inline(k, states{
		"_start": func(kernel.Event) {
			p.check(k.Sig("DIE", "died"))
			p.check(k.AliasSet("top"))
			k.Yield("make")
		},
		"make": func(kernel.Event) {
			inline(k, states{
				"_start": func(kernel.Event) {
					p.check(k.SelectRead(rd, "readable"))
					p.syswrite(wr, "x")
					p.check(k.Sig("FOO", "foo"))
					p.check(k.Delay("timer", 20*ms))
				},
				"readable": func(e kernel.Event) {
					p.out("readable")
					k.SelectClear(rd, kernel.Read)
					back := e.Session.Postback("back")
					back.Post()
					back.Release()
					k.Yield("next", 1)
					panic("in readable\n")
				},
				"back": func(kernel.Event) { p.out("back"); k.Yield("next", 2); panic("in back\n") },
				"next": func(e kernel.Event) { p.out("next", e.Arg(0)) },
				"timer": func(e kernel.Event) {
					p.out("timer")
					p.check(k.Signal(e.Session, "FOO"))
					k.Yield("next", 3)
					panic("in timer\n")
				},
				"foo": func(kernel.Event) {
					p.out("foo")
					k.Yield("next", 4)
					p.check(k.Delay("last", 20*ms))
					panic("in foo\n")
				},
				"last":  func(kernel.Event) { p.out("last"); k.Yield("next", 5); panic("the last\n") },
				"_stop": func(kernel.Event) { p.out("kid _stop") },
			})
		},
		"_child": func(e kernel.Event) { p.out("_child", e.Arg(0)) },
		"died": func(e kernel.Event) {
			x := kernel.Arg[*kernel.Exception](e, 1)
			p.out("died", x.Event, clean(x.Err), orUndef(x.Caller))
			if clean(x.Err) != "<the last>" {
				k.SigHandled()
			}
		},
		"_stop": func(kernel.Event) { p.out("top _stop") },
	})
	if err := k.Run(); err != nil {
		p.out("run died", "<"+strings.TrimSpace(text(err))+">")
	}
	p.check(k.Run())
	p.out("done")
}
