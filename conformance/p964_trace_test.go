package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session/nfa"
)

func nfaTrace(p *port) {
	k := p.kernel()
	p.traces()
	var callback *kernel.Callback
	returns := func(values ...any) nfaHandler { return func(_ *nobody, e nfa.Event) { e.Return(values...) } }
	m, err := nfa.New(k, nfa.Config[nobody]{
		Options: map[string]any{"trace": 1},
		States: nfa.States[nobody]{
			"one": {
				"setup": func(*nobody, nfa.Event) {
					p.check(k.AliasSet("m"))
					p.check(k.Sig("DIE", "died"))
					p.out("setup")
				},
				"died": func(_ *nobody, e nfa.Event) {
					p.out("died", kernel.Arg[*kernel.Exception](e.Event, 1).Event)
					k.SigHandled()
				},
				"list":   returns(1, 2, 3),
				"none":   returns(),
				"single": returns("one"),
				"dies":   func(*nobody, nfa.Event) { panic("oops") },
				"visit":  func(_ *nobody, e nfa.Event) { p.check(e.Machine.CallState("back", "two", "enter", "v")) },
				"back":   func(_ *nobody, e nfa.Event) { p.out(with(e.Args, "back")...) },
				"leave":  p.says("leave one"),
				"quiet": func(_ *nobody, e nfa.Event) {
					e.Machine.SetOption("trace", 0)
					p.check(e.Machine.GotoState("two", ""))
				},
			},
			"two": {
				"enter": func(*nobody, nfa.Event) {
					p.out("enter two")
					p.check(k.State("internal", func(e kernel.Event) { p.out("internal"); e.Return(7, 8) }))
				},
				"_default": func(_ *nobody, e nfa.Event) { p.out("_default", e.Arg(0)); e.Return("a", "b") },
				"home":     func(_ *nobody, e nfa.Event) { p.check(e.Machine.ReturnState("r")) },
				"loud":     func(_ *nobody, e nfa.Event) { e.Machine.SetOption("trace", 1) },
				"end": func(_ *nobody, e nfa.Event) {
					callback = e.Machine.ID().Callback("called", "made")
					p.check(k.AliasRemove("m"))
				},
				"called": p.says("never: called"),
			},
		},
	})
	p.check(err)
	p.check(m.GotoState("one", "setup"))
	to := kernel.Alias("m")
	both := func(events ...string) {
		for _, event := range events {
			list, err := k.CallList(to, event)
			p.check(err)
			v, err := k.Call(to, event)
			p.check(err)
			p.out(append(with(list, event, "list of", len(list)), "scalar", v)...)
		}
	}
	post := func(next string, events ...string) {
		for _, event := range events {
			p.check(k.Post(to, event))
		}
		p.check(k.Delay(next, 20*time.Millisecond))
	}
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("calls") },
		"calls":  func(kernel.Event) { both("list", "none", "single"); post("visit", "dies") },
		"visit":  func(kernel.Event) { post("there", "visit") },
		"there":  func(kernel.Event) { both("internal", "unheard", "_start"); post("quiet", "home") },
		"quiet":  func(kernel.Event) { post("loud", "quiet") },
		"loud":   func(kernel.Event) { post("call", "loud", "end") },
		"call": func(kernel.Event) {
			n := 0
			if callback.Call("used") != nil {
				n = 1
			}
			p.out("callback gave", n)
			callback.Release()
		},
	})
	p.check(k.Run())
	p.out("done")
}
