package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// helper is Perl's package Helper: an object with a tag, or the package itself
// as an object of no content.
type helper struct {
	p   *port
	tag string
}

func (h *helper) greet(e kernel.Event)  { h.p.out("Helper::greet", h.tag, e.Arg(0)) }
func (h *helper) salute(e kernel.Event) { h.p.out("Helper::salute", h.tag, e.Arg(0)) }

func p019(p *port) {
	k := p.kernel()
	object, class := &helper{p, "obj"}, &helper{p, "Helper"}
	inline(k, states{
		"_start": func(kernel.Event) {
			p.out("add", errnoOf(k.State("added", func(e kernel.Event) { p.out("added", e.Arg(0)) })))
			k.Yield("added", 1)
			k.Yield("swap", 1)
			k.Yield("swap", 2)
			k.Yield("swap", 3)
			k.State("greet", session.Bind(object, (*helper).greet))
			k.State("hail", session.Bind(object, (*helper).salute))
			k.State("wave", session.Bind(class, (*helper).greet))
			k.Yield("greet", "x")
			k.Yield("hail", "x")
			k.Yield("wave", "x")
			k.Yield("drop")
			k.Yield("added", 2)
			p.notInGo("bad method: croaks (object)", "a method that does not exist does not compile")
			p.notInGo("bad method: package Helper does not have a 'nosuch' method", "a method that does not exist does not compile")
		},
		"swap": func(e kernel.Event) {
			p.out("swap original", e.Arg(0))
			k.State("swap", func(e kernel.Event) {
				p.out("swap second", e.Arg(0))
				p.out("remove itself", errnoOf(k.State("swap", nil)))
			})
		},
		"drop": func(kernel.Event) {
			p.out("drop", errnoOf(k.State("added", nil)), errnoOf(k.State("never_was", nil)))
		},
		"_default": func(e kernel.Event) {
			if name := kernel.Arg[string](e, 0); !strings.HasPrefix(name, "_") {
				p.out(with(kernel.Arg[[]any](e, 1), "_default", name)...)
			}
		},
	})
	k.Run()
	p.out("outside a session state() returns", errname(k.State("x", func(kernel.Event) {}), "other"))
}
