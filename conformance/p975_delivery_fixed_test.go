package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p975(p *port) {
	k := p.kernel()
	create(k, "top", states{
		"_start": func(kernel.Event) {
			k.AliasSet("top")
			k.Sig("FOO", "foo", "a")
			k.Sig("BAR", "foo", "b")
			create(k, "kid", states{
				"_start": func(kernel.Event) { k.AliasSet("kid"); k.Sig("FOO", "sig"); k.Sig("BAR", "sig") },
				"sig": func(e kernel.Event) {
					p.out("kid", e.Arg(0))
					k.Call(kernel.Alias("top"), "change "+kernel.Arg[string](e, 0))
				},
			})
			k.Yield("go")
		},
		"go": func(kernel.Event) {
			for _, n := range []int{1, 2} {
				k.Signal(kernel.Alias("top"), "FOO", n)
				k.Signal(kernel.Alias("top"), "BAR", n)
			}
		},
		"foo":        func(e kernel.Event) { p.out(with(e.Args, "top foo")...) },
		"new":        func(e kernel.Event) { p.out(with(e.Args, "top new")...) },
		"change FOO": func(kernel.Event) { p.out("top stops watching FOO"); k.SigClear("FOO") },
		"change BAR": func(kernel.Event) { p.out("top watches BAR otherwise"); k.Sig("BAR", "new", "c") },
	})
	k.Run()
	p.out("done")
}
