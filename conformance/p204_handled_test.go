package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p204(p *port) {
	k := p.kernel()
	handles := map[string]string{}
	var chain func(names ...string)
	chain = func(names ...string) {
		name := names[0]
		inline(k, states{
			"_start": func(kernel.Event) {
				k.AliasSet(name)
				k.Sig("INT", "sig")
				k.Sig("TERM", "sig")
				if len(names) > 1 {
					chain(names[1:]...)
				}
			},
			"sig": func(e kernel.Event) {
				line := []any{name, e.Arg(0), e.Arg(1)}
				if handles[kernel.Arg[string](e, 1)] == name {
					line = append(line, "- handled here")
					k.SigHandled()
				}
				p.out(line...)
				e.Return(1)
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	chain("A", "B", "C")
	plan := [][3]string{
		{"leaf handles", "INT", "C"}, {"middle handles", "TERM", "B"},
		{"top handles", "INT", "A"}, {"nobody", "TERM", "none"},
	}
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("next") },
		"next": func(kernel.Event) {
			if len(plan) == 0 {
				return
			}
			label, sig, name := plan[0][0], plan[0][1], plan[0][2]
			plan = plan[1:]
			handles[label] = name
			p.out("--", label)
			k.Signal(kernel.Alias("A"), sig, label)
			k.Yield("pause", 3)
		},
		"pause": func(e kernel.Event) {
			if again(e) {
				return
			}
			k.Yield("next")
		},
	})
	k.Run()
	p.out("done")
}
