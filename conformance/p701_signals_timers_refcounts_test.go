package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p701(p *port) {
	const ms = time.Millisecond
	k := p.kernel()
	up := func(e kernel.Event) any { return orErr(k.RefcountIncrement(e.Session, "held")) }
	inline(k, states{
		"_start": func(e kernel.Event) {
			p.check(k.Sig("FOO", "foo", "extra", 7))
			p.check(k.Sig("BAR", "bar"))
			for n := range 3 {
				p.check(k.DelayAdd("tick", time.Duration(n+1)*20*ms, n+1))
			}
			_, err := k.DelaySet("tock", 500*time.Second, "never")
			p.check(err)
			p.out("signal", one(k.Signal(e.Session, "FOO", "a", "b")))
			k.Yield("go")
		},
		"go": func(e kernel.Event) {
			p.out("go")
			k.SigClear("BAR")
			p.check(k.Signal(e.Session, "BAR"))
			k.Yield("after")
		},
		"after": func(kernel.Event) { p.out("after") },
		"foo": func(e kernel.Event) {
			p.out(with(e.Args, "foo")...)
			var gone []any
			for _, timer := range k.AlarmRemoveAll() {
				gone = append(gone, timer.Name+","+joined(timer.Args))
			}
			p.out(with(gone, "removed")...)
			p.out("count", up(e), up(e))
			p.check(k.Delay("release", 30*ms, "x"))
			p.check(k.Delay("release", 10*ms, "y"))
		},
		"bar":  func(kernel.Event) { p.out("bar") },
		"tick": func(e kernel.Event) { p.out("tick", e.Arg(0)) },
		"tock": func(kernel.Event) { p.out("tock") },
		"release": func(e kernel.Event) {
			p.out("release", e.Arg(0), orErr(k.RefcountDecrement(e.Session, "held")))
			if e.Arg(0) == "y" {
				p.check(k.Delay("release", 10*ms, "z"))
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop", len(k.AlarmRemoveAll())) },
	})
	p.check(k.Run())
	p.out("done")
}
