package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p106(p *port) {
	k := p.kernel()
	inline(k, states{
		"_start": func(kernel.Event) {
			k.Yield("ev", "yield 1")
			k.DelayAdd("ev", 0, "delay 0, first")
			k.Yield("ev", "yield 2")
			k.DelayAdd("ev", 0, "delay 0, second")
			k.AlarmAdd("ev", k.Now().Add(-10*time.Second), "alarm 10 s ago")
			k.AlarmAdd("ev", k.Now().Add(-20*time.Second), "alarm 20 s ago")
			k.AlarmSet("ev", time.Unix(1, 0), "alarm in 1970")
			k.DelaySet("ev", -15*time.Second, "delay -15")
			k.Yield("ev", "yield 3")
			k.Yield("go_on")
		},
		"ev": func(e kernel.Event) { p.out(e.Arg(0)) },
		"go_on": func(kernel.Event) {
			p.out("-- inside a handler")
			k.Yield("ev", "yield 4")
			k.AlarmSet("ev", k.Now().Add(-5*time.Second), "alarm 5 s ago")
			k.DelaySet("ev", 0, "delay 0")
			k.Yield("ev", "yield 5")
		},
	})
	k.Run()
}
