package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
)

func p936(p *port) {
	k := p.kernel()
	cb := map[string]*kernel.Callback{}
	spaced := func(args []any) string {
		words := make([]string, len(args))
		for i, a := range args {
			words[i] = text(a)
		}
		return "[" + strings.Join(words, " ") + "]"
	}
	create(k, "owner", states{
		"_start": func(e kernel.Event) { cb["it"] = e.Session.Callback("answer", "made") },
		"answer": func(e kernel.Event) {
			made, given := kernel.Arg[[]any](e, 0), kernel.Arg[[]any](e, 1)
			p.out("answer", spaced(made), spaced(given), "argc", len(e.Args), "sender", who(e.Sender), "caller", e.Caller)
			made[0] = "touched"
			e.Return("returned")
		},
		"_stop": func(kernel.Event) { p.out("owner _stop") },
	})
	create(k, "user", states{
		"_start": func(kernel.Event) { k.Yield("use") },
		"use": func(kernel.Event) {
			p.out("gave", cb["it"].Call("x", "y"))
			p.out("gave", cb["it"].Call())
			k.Yield("drop", 2)
		},
		"drop": func(e kernel.Event) {
			if again(e) {
				return
			}
			cb["it"].Release()
			p.out("dropped")
			k.Yield("end", 2)
		},
		"end": func(e kernel.Event) {
			if !again(e) {
				p.out("end")
			}
		},
		"_stop": func(kernel.Event) { p.out("user _stop") },
	})
	k.Run()
	create(k, "killed", states{
		"_start": func(e kernel.Event) { cb["dead"] = e.Session.Callback("x"); k.Signal(e.Session, "KILL") },
		"x":      func(kernel.Event) { p.out("never") },
		"_stop":  func(kernel.Event) { p.out("killed _stop") },
	})
	k.Run()
	p.out("dead session", cb["dead"].Call("late"))
	cb["dead"].Release()
}
