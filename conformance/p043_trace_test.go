package conformance

import (
	"fmt"
	"maps"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// traces prints what the option trace warns of, in POE's words.
func (p *port) traces() {
	p.warned = func(message string, attrs map[string]any) {
		text := fmt.Sprintf("warning: N -> %v", attrs["event"])
		if message == "event redirected to _default" {
			if state, ok := attrs["state"]; ok {
				text += fmt.Sprintf(" redirected to EN_DEFAULT in state '%v'", state)
			} else {
				text += " redirected to _default"
			}
		}
		p.out(text)
	}
}

func p043(p *port) {
	k := p.kernel()
	p.traces()
	traced := func(name string, more states) {
		says := func(what string) kernel.Handler { return func(kernel.Event) { p.out(name, what) } }
		option := func(what string, value any) kernel.Handler {
			return func(e kernel.Event) {
				p.out(name, what)
				e.Session.Session().(*session.Session).SetOption("trace", value)
			}
		}
		funcs := states{
			"_start": func(kernel.Event) { p.out(name, "starts"); p.check(k.Sig("DIE", "died")); k.Yield("outer") },
			"outer": func(e kernel.Event) {
				p.out(name, "outer")
				for _, event := range []string{"inner", "nowhere"} {
					_, err := k.Call(e.Session, event)
					p.check(err)
				}
				for _, event := range []string{"unheard", "dies", "off", "silent", "on", "again"} {
					k.Yield(event)
				}
			},
			"inner":  says("inner"),
			"dies":   func(kernel.Event) { panic("oops") },
			"died":   func(kernel.Event) { p.out(name, "died"); k.SigHandled() },
			"off":    option("off", 0),
			"silent": says("silent"),
			"on":     option("on", "yes"),
			"again": func(kernel.Event) {
				p.out(name, "again")
				inline(k, states{"_start": func(kernel.Event) {}})
				p.check(k.State("late", says("late")))
				k.Yield("late")
				p.check(k.Delay("timer", 10*time.Millisecond))
			},
			"timer": says("timer"),
		}
		maps.Copy(funcs, more)
		_, err := session.New(k, session.Config[named]{Funcs: funcs, Options: map[string]any{"trace": 1}})
		p.check(err)
		p.check(k.Run())
	}
	traced("plain", nil)
	traced("default", states{"_default": func(e kernel.Event) { p.out("_default", e.Arg(0)) }})
	p.out("done")
}
