package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p201(p *port) {
	k := p.kernel()
	create(k, "S", states{
		"_start": func(e kernel.Event) {
			k.Sig("FOO", "first", "w1", "w2")
			k.Sig("BAR", "second")
			p.out("signal", one(k.Signal(e.Session, "FOO", "s1", nil, "s3")))
			k.Signal(e.Session, "BAR", "extra")
			k.Signal(e.Session, "BAZ", "nobody watches this")
			k.Yield("replace")
		},
		"first":  func(e kernel.Event) { p.out(append(with(e.Args, "first"), "sender", who(e.Sender))...) },
		"second": func(e kernel.Event) { p.out(with(e.Args, "second")...) },
		"replace": func(e kernel.Event) {
			k.Sig("FOO", "second", "new")
			k.Signal(e.Session, "FOO", "s")
			k.Yield("remove")
		},
		"remove": func(e kernel.Event) {
			k.SigClear("FOO")
			k.SigClear("BAR")
			k.SigClear("NEVER_WATCHED")
			p.out("signal still returns", one(k.Signal(e.Session, "FOO")), one(k.Signal(e.Session, "BAR")))
			k.Sig("FOO", "no_handler_for_this", "x")
			k.State("_default", func(e kernel.Event) { p.out(with(kernel.Arg[[]any](e, 1), "_default", e.Arg(0))...) })
			k.Signal(e.Session, "FOO", "y")
		},
	})
	k.Run()
	p.out("done")
}
