package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p711(p *port) {
	k := p.kernel()
	of := map[any]kernel.ID{}
	var make func(name string, more ...string)
	make = func(name string, more ...string) {
		inline(k, states{
			"_start": func(e kernel.Event) {
				of[name] = e.Session
				p.check(k.AliasSet(name))
				for _, signal := range []string{"FOO", "TERM", "QUIT"} {
					p.check(k.Sig(signal, "sig"))
				}
				if len(more) > 0 {
					make(more[0], more[1:]...)
				}
			},
			"sig": func(e kernel.Event) {
				signal, sent := e.Arg(0), e.Args[1:]
				p.out(append(with(sent, name, signal), either(e.Sender == k.ID(), "kernel", "session"))...)
				if name == "mid" && signal == "FOO" {
					k.SigClear("FOO")
				}
				if name == "low" && len(sent) == 0 {
					p.check(k.Signal(of["top"], "FOO", "sent on"))
				}
				if name == "mid" && signal == "QUIT" {
					k.SigHandled()
					k.Yield("end")
				}
			},
			"end": func(kernel.Event) { p.out(name, "end"); p.check(k.Signal(of["mid"], "TERM")) },
			"_child": func(e kernel.Event) {
				if e.Arg(0) != "create" {
					p.out(name, "_child", e.Arg(0))
				}
			},
			"_stop": func(kernel.Event) { p.out(name, "_stop") },
		})
	}
	make("top", "mid", "low")
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("next", "mid", "FOO", "low", "FOO", "mid", "QUIT") },
		"next": func(e kernel.Event) {
			if len(e.Args) == 0 {
				return
			}
			to, signal := e.Arg(0), kernel.Arg[string](e, 1)
			var args []any
			if signal != "FOO" {
				args = []any{"x"}
			}
			p.out("--", signal, "to", to, one(k.Signal(of[to], signal, args...)))
			p.check(k.Delay("next", 20*time.Millisecond, e.Args[2:]...))
		},
		"_stop": func(kernel.Event) { p.out("driver _stop") },
	})
	p.check(k.Run())
	p.out("done")
}
