package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p712(p *port) {
	const ms = time.Millisecond
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	p.check(err)
	slice := func(words ...any) {
		_, err := k.RunOneTimeslice()
		p.check(err)
		p.out(with(words, "slice")...)
	}
	wait := true
	inline(k, states{
		"_start": func(kernel.Event) {
			k.Yield("step", 1)
			k.Yield("step", 2)
			p.check(k.SelectRead(rd, "readable"))
		},
		"step": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			p.out("step", n)
			if n < 10 {
				k.Yield("step", n+10)
			}
		},
		"readable": func(kernel.Event) {
			b := p.sysread(rd)
			p.out("readable", b)
			if b == "end" {
				k.SelectClear(rd, kernel.Read)
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	slice(1)
	slice(2)
	inline(k, states{
		"_start": func(kernel.Event) { p.out("born between"); k.Yield("hi") },
		"hi":     func(kernel.Event) { p.out("hi"); p.syswrite(wr, "abc"); p.check(k.Delay("loop", 10*ms)) },
		"loop": func(kernel.Event) {
			p.out("loop in")
			p.check(k.Delay("stop_waiting", 20*ms))
			k.Yield("inner")
			p.check(k.RunWhile(&wait))
			p.out("loop out")
		},
		"inner":        func(kernel.Event) { p.out("inner") },
		"stop_waiting": func(kernel.Event) { p.out("stop waiting"); wait = false; p.syswrite(wr, "end") },
		"_stop":        func(kernel.Event) { p.out("second _stop") },
	})
	slice()
	p.check(k.Run())
	p.out("done")
}
