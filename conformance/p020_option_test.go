package conformance

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p020(p *port) {
	k := p.kernel()
	p.warned = func(message string, attrs map[string]any) {
		if message == "no handler, and none for _default" {
			message = fmt.Sprintf("a '%v' event was sent from FILE at LINE to session N"+
				" but session N has neither a handler for it nor one for _default", attrs["event"])
		}
		p.out("warning:", message)
	}
	var s *session.Session
	session.New(k, session.Config[named]{
		Options: map[string]any{"user": "Yes", "default": 0},
		Funcs: states{
			"_start": func(e kernel.Event) {
				s = e.Session.Session().(*session.Session)
				p.out("user", s.Option("user"))
				p.out("set user", s.SetOption("USER", "on"), "now", s.Option("User"))
				p.out("set user", s.SetOption("user", "False"), "now", s.Option("user"))
				p.out("set user", s.SetOption("user", "maybe"), "now", s.Option("user"))
				p.out("remove user", s.SetOption("user", nil), "now", s.Option("user"))
				p.out("never set", s.Option("nonesuch"))
				a, b, d := s.SetOption("a", 1), s.SetOption("b", "no"), s.SetOption("default", "yes")
				p.out("three at once", "a="+text(a), "b="+text(b), "default="+text(d))
				a, b = s.SetOption("a", 2), s.Option("b")
				p.out("set one, get one", "a="+text(a), "b="+text(b))
				k.Yield("lost", 1)
				k.Yield("quiet")
			},
			"quiet": func(e kernel.Event) {
				r, _ := k.Call(e.Session, "lost too")
				p.out("call gave", r)
				s.SetOption("default", 0)
				k.Yield("lost in silence")
			},
			"_stop": func(kernel.Event) {},
		},
	})
	k.Run()
	p.out("done")
}
