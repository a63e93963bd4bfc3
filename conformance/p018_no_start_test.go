package conformance

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p018(p *port) {
	k := p.kernel()
	p.warned = func(message string, _ map[string]any) {
		if message == "discarding session: no _start handler" {
			message = "discarding session - no '_start' state"
		}
		p.out("warning:", message)
	}
	s, _ := session.Inline(k, states{
		"_default": func(kernel.Event) { p.out("never") },
		"_stop":    func(kernel.Event) { p.out("never") },
	})
	p.out("create returned", either[any](s == nil, nil, s))
	s, _ = session.Inline(k, states{
		"_start": func(kernel.Event) { p.out("bare _start"); k.Yield("unheard", 1, 2, 3) },
	})
	p.out("create returned", either[any](s == nil, nil, "POE::Session"))
	k.Run()
	p.out("done")
}
