package conformance

import (
	"fmt"
	"strings"

	"github.com/gopoe/poe/kernel"
)

func p970(p *port) {
	k := p.kernel()
	create(k, "other", states{
		"_start": func(kernel.Event) { k.AliasSet("other"); k.Sig("DIE", "died") },
		"bad":    func(kernel.Event) { p.out("bad"); panic("thrown in other\n") },
		"nested": func(e kernel.Event) {
			p.out("nested")
			r, _ := k.Call(kernel.Alias("third"), "worse")
			p.out("nested got", r)
			e.Return("nested-value")
		},
		"died": func(e kernel.Event) {
			x := kernel.Arg[*kernel.Exception](e, 1)
			p.out("other died", x.Event, "from", who(x.Source), x.Caller, clean(x.Err))
			k.SigHandled()
		},
	})
	create(k, "third", states{
		"_start": func(kernel.Event) { k.AliasSet("third"); k.Sig("DIE", "died") },
		"worse":  func(kernel.Event) { panic("thrown in third\n") },
		"died": func(e kernel.Event) {
			x := kernel.Arg[*kernel.Exception](e, 1)
			p.out("third died", x.Event, "from", who(x.Source), x.Caller)
			k.SigHandled()
		},
	})
	create(k, "me", states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go": func(e kernel.Event) {
			k.Sig("DIE", "died")
			r, _ := k.Call(kernel.Alias("other"), "bad")
			p.out("got", r, "and goes on, active", k.ActiveEvent())
			r, _ = k.Call(kernel.Alias("other"), "nested")
			p.out("got", r)
			func() {
				defer func() { p.out("own", "threw "+"<"+strings.TrimSpace(fmt.Sprint(recover()))+">") }()
				k.Call(e.Session, "own")
				p.out("own", "returned")
			}()
			k.Call(e.Session, "own")
			p.out("not reached")
		},
		"own": func(kernel.Event) { panic("thrown in me\n") },
		"died": func(e kernel.Event) {
			x := kernel.Arg[*kernel.Exception](e, 1)
			p.out("me died", x.Event, clean(x.Err))
			k.SigHandled()
		},
	})
	k.Run()
	p.out("done")
}
