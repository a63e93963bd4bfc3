package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p710(p *port) {
	k := p.kernel()
	one, two := kernel.Alias("one"), kernel.Alias("two")
	aliases := func(e kernel.Event) []any {
		names, err := k.AliasList(e.Session)
		p.check(err)
		return strs(names)
	}
	there := func(alias string) string { return either(resolves(k, alias), "there", "undef") }
	inline(k, states{
		"_start": func(e kernel.Event) {
			p.out("set", errnoOf(k.AliasSet("one")), errnoOf(k.AliasSet("two")), errnoOf(k.AliasSet("one")))
			p.out(with(aliases(e), "list")...)
			k.Yield("go")
		},
		"go": func(e kernel.Event) {
			removed := errnoOf(k.AliasRemove("one"))
			p.out(with(aliases(e), "removed", removed, "left")...)
			inline(k, states{
				"_start": func(e kernel.Event) {
					first, second := errnoOf(k.AliasSet("one")), errnoOf(k.AliasSet("two"))
					p.out(with(aliases(e), "other", first, second)...)
				},
				"hello": func(e kernel.Event) {
					id, _ := k.AliasResolve("two")
					p.out("other hello", e.Arg(0), either(e.Sender == id, "from two", "from elsewhere"))
					k.Yield("bye")
				},
				"bye":   func(kernel.Event) { p.out("other bye"); p.check(k.AliasRemove("one")) },
				"_stop": func(kernel.Event) { p.out("other _stop") },
			})
			p.check(k.Post(one, "hello", 1))
			p.check(k.Post(two, "hello", 2))
			if err := k.Post(kernel.Alias("three"), "hello", 3); err != nil {
				p.out("three", errname(err, "other"))
			}
		},
		"hello": func(e kernel.Event) {
			p.out("hello", e.Arg(0))
			p.out("gone", errnoOf(k.AliasRemove("two")), len(aliases(e)))
			p.out("twice", either(k.AliasRemove("two") != nil, "error", "fine"))
			p.out("resolve", there("two"), there("one"))
		},
		"_child": func(e kernel.Event) { p.out("_child", e.Arg(0)) },
		"_stop":  func(e kernel.Event) { p.out(with(aliases(e), "_stop")...) },
	})
	p.check(k.Run())
	p.out("done")
}
