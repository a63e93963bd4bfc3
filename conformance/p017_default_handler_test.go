package conformance

import (
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p017(p *port) {
	k := p.kernel()
	short := func(args []any) []any {
		list := slices.Clone(args)
		for i, a := range list {
			if id, ok := a.(kernel.ID); ok {
				list[i] = "[" + who(id) + "]"
			}
		}
		return list
	}
	create(k, "D", states{
		"_start": func(kernel.Event) {
			k.AliasSet("D")
			create(k, "kid", states{"_start": func(e kernel.Event) { e.Return("kid-start") }})
			k.Yield("unknown", 1, "two")
			k.Yield("known", "x")
		},
		"known":  func(e kernel.Event) { p.out("known", e.Arg(0)); k.Yield("settle") },
		"settle": func(kernel.Event) { k.Delay("timer", 20*time.Millisecond, "late") },
		"_default": func(e kernel.Event) {
			event, args := e.Arg(0), kernel.Arg[[]any](e, 1)
			p.out("default", event, "("+joined(short(args))+")",
				"state", e.Name, "sender", who(e.Sender), "argc", len(e.Args))
			e.Return("default-ret-" + text(event))
		},
	})
	create(k, "C", states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go": func(kernel.Event) {
			gave, _ := k.CallList(kernel.Alias("D"), "asked", "a", nil)
			p.out(with(gave, "call gave")...)
			gave, _ = k.CallList(kernel.Alias("D"), "_default", "fake", []any{"direct"})
			p.out(with(gave, "call gave")...)
		},
	})
	k.Run()
	p.out("done")
}
