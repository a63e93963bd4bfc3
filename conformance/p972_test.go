package conformance

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gopoe/poe/kernel"
)

func p972(p *port) {
	k := p.kernel()
	died := func(err error) string { // in POE's words
		var h *kernel.HandlerError
		if errors.As(err, &h) && h.Previous != nil {
			return strings.TrimSpace(text(h.Previous)) + " | Additional error thrown in handler for previous error: | " +
				strings.TrimSpace(fmt.Sprint(h.Value))
		}
		return strings.TrimSpace(text(err))
	}
	var chain func(does map[string]string, names ...string)
	chain = func(does map[string]string, names ...string) {
		name := names[0]
		create(k, name, states{
			"_start": func(kernel.Event) {
				k.AliasSet(name)
				k.Sig("DIE", "died")
				if len(names) > 1 {
					chain(does, names[1:]...)
				}
			},
			"boom": func(kernel.Event) { panic("boom in " + name + "\n") },
			"died": func(e kernel.Event) {
				x := kernel.Arg[*kernel.Exception](e, 1)
				p.out(name, "sees", e.Arg(0), "of", who(x.Dest), clean(x.Err))
				switch does[name] {
				case "handle":
					k.SigHandled()
				case "die":
					panic("in the handler of " + name + "\n")
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	for _, c := range []struct {
		label string
		does  map[string]string
	}{
		{"top handles", map[string]string{"top": "handle"}}, {"leaf handles", map[string]string{"leaf": "handle"}},
		{"nobody", nil}, {"handler dies", map[string]string{"top": "die"}},
	} {
		p.out("--", c.label)
		chain(c.does, "top", "mid", "low", "leaf")
		k.Post(kernel.Alias("low"), "boom")
		if err := k.Run(); err != nil {
			p.out("run", "died "+died(err))
		} else {
			p.out("run", "returned")
		}
	}
}
