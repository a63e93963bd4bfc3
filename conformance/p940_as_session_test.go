package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p940(p *port) {
	k := p.kernel()
	byNumber, _ := k.ByNumber(0)
	create(k, "S", states{
		"_start": func(kernel.Event) {
			k.Sig("FOO", "foo")
			p.out("post by ref", one(k.Post(k.ID(), "anything", 1)))
			p.out("post by id", one(k.Post(byNumber, "anything", 1)))
			first, _ := k.Call(k.ID(), "anything")
			second, _ := k.Call(byNumber, "_start")
			p.out("call", first, second)
			p.out("signal", one(k.Signal(k.ID(), "FOO", "x")))
			p.out("active session", who(k.ActiveSession()))
		},
		"foo":   func(e kernel.Event) { p.out(with(e.Args, "foo")...) },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	gave, _ := k.Call(k.ID(), "x")
	p.out("outside", who(k.ActiveSession()), "call", gave)
	k.Run()
	p.out("done")
}
