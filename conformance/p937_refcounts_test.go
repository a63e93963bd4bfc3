package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p937(p *port) {
	k := p.kernel()
	up := func(id kernel.ID, tag string) any { return orErr(k.RefcountIncrement(id, tag)) }
	down := func(id kernel.ID, tag string) any { return orErr(k.RefcountDecrement(id, tag)) }
	var dead kernel.ID
	inline(k, states{
		"_start": func(kernel.Event) {},
		"_stop":  func(e kernel.Event) { dead = e.Session },
	})
	k.Run() // an ID that names nobody is one of a session that has stopped
	inline(k, states{
		"_start": func(e kernel.Event) {
			p.out("a", up(e.Session, "a"), up(e.Session, "a"), up(e.Session, "a"))
			p.out("b", up(e.Session, "b"))
			p.out("a down", down(e.Session, "a"), down(e.Session, "a"))
			_, err := k.RefcountIncrement(dead, "a")
			p.out("unknown", one(err), errname(err, "0"))
			_, err = k.RefcountDecrement(dead, "a")
			p.out("unknown", one(err), errname(err, "0"))
			k.Yield("first", 3)
		},
		"first": func(e kernel.Event) {
			if again(e) {
				return
			}
			p.out("b down", down(e.Session, "b"))
			k.Yield("second", 3)
		},
		"second": func(e kernel.Event) {
			if !again(e) {
				p.out("a down", down(e.Session, "a"))
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
	p.out("done")
}
