package conformance

import (
	"errors"
	"strings"

	"github.com/gopoe/poe/kernel"
)

func p976(p *port) {
	k := p.kernel()
	died := func(err error) string {
		var h *kernel.HandlerError
		if !errors.As(err, &h) || h.Previous == nil {
			return strings.TrimSpace(text(err))
		}
		return strings.TrimSpace(text(h.Value)) + " | Additional error thrown in handler for previous error: | " + strings.TrimSpace(text(h.Previous))
	}
	for _, c := range []string{"throws", "watches", "handles", "throws later"} {
		p.out("--", c)
		newborn := states{
			"_start": func(kernel.Event) {
				p.out("newborn _start")
				k.AliasSet("newborn")
				if c == "watches" || c == "handles" {
					k.Sig("DIE", "died")
				}
				if c == "throws later" {
					k.Yield("late")
					return
				}
				panic("second\n")
			},
			"late": func(kernel.Event) { p.out("newborn late"); panic("second\n") },
			"died": func(e kernel.Event) {
				p.out("newborn DIE", strings.TrimSpace(text(e.Arg(1).(*kernel.Exception).Err)))
				if c == "handles" {
					k.SigHandled()
				}
			},
			"_stop": func(kernel.Event) { p.out("newborn _stop") },
		}
		inline(k, states{
			"_start": func(kernel.Event) { k.AliasSet("bystander") },
			"_child": func(e kernel.Event) { p.out("bystander _child", e.Arg(0)) },
			"_stop":  func(kernel.Event) { p.out("bystander _stop"); inline(k, newborn) },
		})
		inline(k, states{
			"_start": func(kernel.Event) { k.Yield("go") },
			"go":     func(kernel.Event) { panic("first\n") },
			"_stop":  func(kernel.Event) { p.out("thrower _stop") },
		})
		err := k.Run()
		p.out("run", either(err == nil, "returned", "died "+died(err)))
	}
}
