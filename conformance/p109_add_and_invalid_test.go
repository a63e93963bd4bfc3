package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p109(p *port) {
	k := p.kernel()
	const ms = time.Millisecond
	inline(k, states{
		"_start": func(kernel.Event) {
			p.out("no name", code(k.Alarm("", k.Now())), code(k.AlarmAdd("", k.Now())), code(k.Delay("", 1)), code(k.DelayAdd("", 1)))
			noDelay := p.without("EINVAL", "a delay without a time does not compile; DelayClear clears")
			p.out("no time", code(k.AlarmAdd("x", time.Time{})), noDelay, code(k.AlarmClear("x")), code(k.DelayClear("x")), code(k.DelayClear("x")))
			p.out("errno", 0) // the errors are values here, too
			var codes []any
			for _, n := range []int{3, 1, 2} {
				codes = append(codes, code(k.DelayAdd("hit", time.Duration(n)*100*ms, n)))
			}
			p.out(with(codes, "delay_add")...)
			k.Delay("gone", 10*ms)
			k.DelayClear("gone")
			k.Delay("gone", 450*ms, "set again")
		},
		"hit":  func(e kernel.Event) { p.out("hit", e.Arg(0)) },
		"gone": func(e kernel.Event) { p.out("gone", e.Arg(0)) },
	})
	k.Run()
}
