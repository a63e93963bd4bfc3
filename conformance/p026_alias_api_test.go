package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p026(p *port) {
	k := p.kernel()
	each := func(f func(string) error, names ...string) []any {
		var codes []any
		for _, name := range names {
			codes = append(codes, code(f(name)))
		}
		return codes
	}
	list := func(of kernel.Dest) []any {
		names, _ := k.AliasList(of)
		return strs(names)
	}
	uno := inline(k, states{
		"_start": func(kernel.Event) {
			p.out(with(each(k.AliasSet, "zulu", "alpha", "mike"), "one set")...)
			p.out("one again", code(k.AliasSet("zulu")))
		},
		"hello": func(e kernel.Event) { p.out("one got hello", e.Arg(0)) },
		"clear": func(kernel.Event) { p.out(with(each(k.AliasRemove, "zulu", "alpha", "mike"), "one clear")...) },
	}).ID()
	inline(k, states{
		"_start": func(kernel.Event) {
			p.out("two set", code(k.AliasSet("alpha")), "errno", 0) // the error is a value here, too
			p.out("two remove", code(k.AliasRemove("alpha")), code(k.AliasRemove("nonesuch")))
			own := code(k.AliasSet("two"))
			p.out(with(list(nil), "two own", own, "list")...)
			p.out(with(list(kernel.Alias("mike")), "list of one by alias")...)
			byNumber, _ := k.ByNumber(uno.Number())
			p.out(with(append(append(list(uno), "by id"), list(byNumber)...), "list of one by ref")...)
			p.out("scalar", list(uno)[0])
			none, err := k.AliasList(kernel.Alias("nonesuch"))
			p.out("list of unknown", len(none), "errno", errname(err, "other"))
			for _, name := range []string{"zulu", "alpha", "mike"} {
				k.Post(kernel.Alias(name), "hello", "via "+name)
			}
			k.Post(kernel.Alias("zulu"), "clear")
			k.Yield("later")
		},
		"later": func(kernel.Event) {
			taken := code(k.AliasSet("alpha"))
			p.out(with(list(nil), "two takes over", taken, "list")...)
			p.out("one has", len(list(uno)))
			p.out(with(each(k.AliasRemove, "two", "alpha", "alpha"), "remove")...)
			var first any
			if l := list(nil); len(l) > 0 {
				first = l[0]
			}
			p.out("none left, scalar", first)
		},
	})
	k.Run()
	p.out("done")
}
