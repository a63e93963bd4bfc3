package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p974(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	defer rd.Close()
	defer wr.Close()
	kid := func() {
		create(k, "kid", states{
			"_start":  func(kernel.Event) { k.Sig("FOO", "foo"); k.AliasSet("kid") },
			"foo":     func(kernel.Event) { p.out("kid foo"); panic("in foo\n") },
			"leave":   func(kernel.Event) { k.DetachMyself(); k.AliasRemove("kid"); p.out("kid has left") },
			"_parent": func(kernel.Event) { p.out("kid _parent"); k.Sig("DIE", "died"); panic("in _parent\n") },
			"died": func(e kernel.Event) {
				x := kernel.Arg[*kernel.Exception](e, 1)
				p.out("kid died", x.Event, "of", who(x.Dest), "from", who(x.Source))
				k.SigHandled()
			},
			"_stop": func(kernel.Event) { p.out("kid _stop") },
		})
	}
	create(k, "top", states{
		"_start": func(kernel.Event) {
			k.Sig("DIE", "died")
			k.Sig("FOO", "foo")
			k.AliasSet("top")
			k.SelectRead(rd, "readable")
			wr.Write([]byte("x"))
			kid()
		},
		"readable": func(e kernel.Event) {
			k.SelectClear(rd, kernel.Read)
			k.Signal(e.Session, "FOO")
			k.Post(kernel.Alias("kid"), "leave")
			panic("in readable\n")
		},
		"foo": func(kernel.Event) { p.out("top foo") },
		"died": func(e kernel.Event) {
			x := kernel.Arg[*kernel.Exception](e, 1)
			p.out("died", x.Event, "of", who(x.Dest), "from", who(x.Source), orUndef(x.Caller))
			k.SigHandled()
		},
		"_child": func(e kernel.Event) {
			p.out("_child", e.Arg(0))
			if e.Arg(0) == "lose" {
				panic("in _child\n")
			}
		},
		"_stop": func(kernel.Event) { p.out("top _stop") },
	})
	err = k.Run()
	p.out("run", either(err == nil, "returned", "died"))
}
