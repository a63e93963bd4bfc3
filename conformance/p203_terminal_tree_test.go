package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p203(p *port) {
	k := p.kernel()
	type link struct {
		name  string
		watch bool
	}
	var chain func(links ...link)
	chain = func(links ...link) {
		name := links[0].name
		inline(k, states{
			"_start": func(kernel.Event) {
				k.AliasSet(name)
				if links[0].watch {
					k.Sig("TERM", "term", "arg of "+name)
				}
				if len(links) > 1 {
					chain(links[1:]...)
				}
			},
			"term": func(e kernel.Event) { p.out(with(e.Args, name, "got")...) },
			"shot": func(e kernel.Event) {
				p.out(name, "sends TERM to", e.Arg(0), one(k.Signal(kernel.Alias(kernel.Arg[string](e, 0)), "TERM", "now")))
			},
			"ping": func(kernel.Event) { p.out(name, "is alive") },
			"_child": func(e kernel.Event) {
				if e.Arg(0) != "create" {
					p.out(name, "_child", e.Arg(0))
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	chain(link{"top", true}, link{"mid", true}, link{"silent", false}, link{"leaf", true})
	chain(link{"other", true})
	k.Post(kernel.Alias("top"), "shot", "mid")
	ping := func(names ...string) func() {
		return func() {
			for _, name := range names {
				k.Post(kernel.Alias(name), "ping")
			}
		}
	}
	later := []func(){
		ping("top", "mid", "leaf", "other"),
		func() { k.Post(kernel.Alias("other"), "shot", "top") },
		ping("top", "other"),
	}
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("wait", 3) },
		"wait": func(e kernel.Event) {
			if again(e) {
				return
			}
			if len(later) == 0 {
				return
			}
			later[0]()
			later = later[1:]
			k.Yield("wait", 3)
		},
	})
	k.Run()
	p.out("done")
}
