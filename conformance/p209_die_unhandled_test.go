package conformance

import (
	"maps"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p209(p *port) {
	k := p.kernel()
	make := func(name string, more states) {
		s := states{
			"_start": func(kernel.Event) { k.AliasSet(name); k.Delay("never", 30*time.Second) },
			"_stop":  func(kernel.Event) { p.out(name, "_stop") },
			"_child": func(e kernel.Event) {
				if e.Arg(0) != "create" {
					p.out(name, "_child", e.Arg(0))
				}
			},
		}
		maps.Copy(s, more)
		inline(k, s)
	}
	make("parent", states{"_start": func(kernel.Event) {
		k.AliasSet("parent")
		make("thrower", states{
			"_start": func(kernel.Event) { k.AliasSet("thrower"); make("grandchild", nil) },
			"boom": func(kernel.Event) {
				k.Sig("DIE", "watch")
				k.Yield("next")
				p.out("boom")
				panic("unexpected")
			},
			"watch": func(e kernel.Event) { p.out("thrower sees", e.Arg(0), "but does not handle it"); e.Return(1) },
			"next":  func(kernel.Event) { p.out("next: was queued before DIE, so it still runs") },
		})
	}})
	k.Post(kernel.Alias("thrower"), "boom")
	err := k.Run()
	p.out("run", either(err == nil, "returned", "died with <"+text(err)+">"))

	make("second", states{
		"_start": func(kernel.Event) { k.Yield("ev") },
		"ev":     func(kernel.Event) { p.out("second life works") },
	})
	err = k.Run()
	p.out("second run", either(err == nil, "returned", "died: "+text(err)))
}
