package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p962(p *port) {
	k := p.kernel()
	inline(k, states{
		"_start": func(kernel.Event) { k.Sig("FOO", "foo") },
		"foo":    func(e kernel.Event) { p.out("idle watcher got", e.Arg(0)) },
		"_stop":  func(kernel.Event) { p.out("idle watcher _stop") },
	})
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("wait", 2) },
		"wait": func(e kernel.Event) {
			if !again(e) {
				k.Yield("go")
			}
		},
		"go": func(kernel.Event) {
			k.Signal(k.ID(), "FOO", "early")
			k.Sig("FOO", "foo")
			k.Sig("BAR", "bar")
			k.Signal(k.ID(), "BAR")
			k.SigClear("BAR")
			k.Signal(k.ID(), "BAZ")
			inline(k, states{
				"_start": func(kernel.Event) { k.Sig("BAZ", "baz") },
				"baz":    func(e kernel.Event) { p.out("late child got", e.Arg(0)) },
				"_stop":  func(kernel.Event) { p.out("late child _stop") },
			})
			k.Yield("end")
		},
		"foo":    func(e kernel.Event) { p.out(with(e.Args, "foo")...); k.Sig("FOO", "other") },
		"other":  func(e kernel.Event) { p.out(with(e.Args, "other")...) },
		"bar":    func(kernel.Event) { p.out("bar (not reached)") },
		"end":    func(kernel.Event) { p.out("end") },
		"_child": func(kernel.Event) {},
		"_stop":  func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
	p.out("done")
}
