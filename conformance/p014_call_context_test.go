package conformance

import (
	"maps"

	"github.com/gopoe/poe/kernel"
)

func p014(p *port) {
	k := p.kernel()
	handlers := states{
		"context": func(e kernel.Event) { e.Return("ret") },
		"three":   func(e kernel.Event) { e.Return("x", "y", "z") },
		"nothing": func(kernel.Event) {},
		"args":    func(e kernel.Event) { e.Return(joined(e.Args)) },
	}
	other := maps.Clone(handlers)
	other["_start"] = func(kernel.Event) { k.AliasSet("other") }
	inline(k, other)
	me := maps.Clone(handlers)
	me["_start"] = func(kernel.Event) { k.AliasSet("me"); k.Yield("go") }
	me["go"] = func(kernel.Event) {
		for _, dst := range []kernel.Alias{"other", "me"} {
			p.out("==", string(dst))
			for _, context := range []string{"list", "scalar", "void"} {
				k.Call(dst, "context")
				p.notInGo("  handler context "+context, "a handler is not told what its caller does with the result")
			}
			l, _ := k.CallList(dst, "three")
			p.out(with(l, "three list")...)
			s, _ := k.Call(dst, "three")
			p.out("three scalar", s)
			l, _ = k.CallList(dst, "nothing")
			p.out("nothing list of", len(l))
			s, _ = k.Call(dst, "nothing")
			p.out("nothing scalar", s)
			l, _ = k.CallList(dst, "missing")
			p.out(with(l, "missing list of", len(l))...)
			s, err := k.Call(dst, "missing")
			p.out("missing scalar", s, "errno", errnoOf(err))
			s, err = k.Call(dst, "args", 1, nil, "b")
			p.out("args", s, "errno", errnoOf(err))
		}
		k.AliasRemove("me")
		k.Signal(k.ID(), "ZOMBIE")
	}
	inline(k, me)
	k.Run()
}
