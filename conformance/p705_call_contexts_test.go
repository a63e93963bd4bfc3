package conformance

import (
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
)

func p705(p *port) {
	k := p.kernel()
	svc, two := kernel.Alias("svc"), kernel.Alias("two")
	returns := func(values ...any) func(kernel.Event) { return func(e kernel.Event) { e.Return(values...) } }
	inline(k, states{
		"_start": func(kernel.Event) { p.check(k.AliasSet("svc")) },
		"three":  returns(1, 2, 3),
		"none":   returns(),
		"undefd": returns(nil),
		"array":  returns(4, 5, 6),
		"nested": func(e kernel.Event) {
			r, err := k.CallList(two, "pair", e.Args...)
			p.check(err)
			e.Return(with(r, len(r))...)
		},
		"swap":   func(e kernel.Event) { p.check(k.State("swap", returns("new"))); e.Return("old") },
		"dies":   func(kernel.Event) { p.check(k.Sig("DIE", "died")); panic("oops\n") },
		"died":   func(e kernel.Event) { p.out("died", kernel.Arg[*kernel.Exception](e, 1).Event); k.SigHandled() },
		"stopme": func(e kernel.Event) { p.check(k.AliasRemove("svc")); e.Return("stopping") },
		"_default": func(e kernel.Event) {
			if name := kernel.Arg[string](e, 0); !strings.HasPrefix(name, "_") {
				e.Return("dflt", name, len(kernel.Arg[[]any](e, 1)))
			}
		},
		"_stop": func(kernel.Event) { p.out("svc _stop") },
	})
	list := func(event string, args ...any) []any {
		r, err := k.CallList(svc, event, args...)
		p.check(err)
		return r
	}
	scalar := func(event string, args ...any) any {
		v, err := k.Call(svc, event, args...)
		p.check(err)
		return v
	}
	inline(k, states{
		"_start": func(kernel.Event) { p.check(k.AliasSet("two")); k.Yield("go") },
		"pair": func(e kernel.Event) {
			args := slices.Clone(e.Args)
			slices.Reverse(args)
			e.Return(args...)
		},
		"go": func(kernel.Event) {
			for _, event := range []string{"three", "none", "undefd", "array", "swap", "swap", "missing"} {
				l := list(event, "x")
				v := scalar(event, "x")
				p.out(event, len(l), "["+strings.ReplaceAll(joined(l), ",", " ")+"]", v)
			}
			p.out(with(list("nested", "p", "q"), "nested")...)
			p.out("dies", scalar("dies"))
			p.out(with(list("stopme"), "stopme")...)
			r, err := k.CallList(svc, "three")
			p.out("unknown", len(r), errname(err, "other"))
			p.check(k.AliasRemove("two"))
		},
	})
	p.check(k.Run())
	p.out("done")
}
