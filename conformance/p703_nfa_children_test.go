package conformance

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session/nfa"
)

func p703(p *port) {
	type reports struct{ n int }
	type event = nfa.Event
	k := p.kernel()
	var m *nfa.Machine
	kid := func(name string, n int) {
		inline(k, states{
			"_start": func(e kernel.Event) {
				p.out(name, "_start", either(e.Sender == m.ID(), "POE::NFA", "kernel"))
				k.Yield("count", n)
				e.Return(name + " born")
			},
			"count": func(e kernel.Event) {
				n := kernel.Arg[int](e, 0)
				p.out(name, "count", n)
				if n > 0 {
					k.Yield("count", n-1)
				} else {
					_ = k.Post(kernel.Alias("m"), "report", name) // the last one finds no session
				}
			},
			"_stop": func(e kernel.Event) { p.out(name, "_stop"); e.Return(name + " dead") },
		})
	}
	m, err := nfa.Spawn(k, &reports{}, nfa.States[reports]{
		"idle": {
			"setup": func(_ *reports, e event) {
				m = e.Machine
				p.check(k.AliasSet("m"))
				kid("a", 1)
				p.check(m.GotoState("busy", "enter", "x"))
			},
			"_child": func(_ *reports, e event) { p.out("idle _child", e.Arg(0), e.Arg(2)) },
			"report": func(_ *reports, e event) { p.out("idle report", e.Arg(0)) },
			"leave":  func(*reports, event) { p.out("idle leave"); kid("b", 0) },
		},
		"busy": {
			"enter": func(_ *reports, e event) { p.out("busy enter", e.Arg(0)); kid("c", 2) },
			"_child": func(_ *reports, e event) {
				p.out("busy _child", e.Arg(0), e.Arg(2))
				if e.Arg(0) == "lose" {
					k.Yield("lost")
				}
			},
			"report": func(r *reports, e event) { r.n++; p.out("busy report", e.Arg(0), r.n) },
			"lost": func(r *reports, _ event) {
				p.out("busy lost", r.n)
				if r.n == 3 {
					r.n++
					p.check(m.GotoState("over", "end"))
				}
			},
		},
		"over": {
			"end":      func(*reports, event) { p.out("over"); kid("d", 0); p.check(k.AliasRemove("m")) },
			"_child":   func(_ *reports, e event) { p.out("over _child", e.Arg(0), e.Arg(2)) },
			"lost":     func(*reports, event) { p.out("over lost") },
			"_default": func(_ *reports, e event) { p.out("over _default", e.Arg(0)) },
		},
	})
	p.check(err)
	p.check(m.GotoState("idle", "setup"))
	p.check(k.Run())
	p.out("done")
}
