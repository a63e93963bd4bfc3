package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p101(p *port) {
	k := p.kernel()
	const ms = time.Millisecond
	first := states{
		"_start": func(kernel.Event) {
			t := k.Now().Add(200 * ms)
			p.out("alarm", errnoOf(k.Alarm("a", t, 1)), errnoOf(k.Alarm("a", t.Add(ms), 2)))   // only 2 stays
			p.out("alarm_add", errnoOf(k.AlarmAdd("b", t, 1)), errnoOf(k.AlarmAdd("b", t, 2))) // both stay
			k.AlarmAdd("c", t, 1)
			k.DelayAdd("c", 200*ms, 2)
			k.AlarmSet("c", t, 3)
			k.DelaySet("c", 200*ms, 4)
			k.Yield("c", "posted")
			p.out("delay", errnoOf(k.Delay("c", 250*ms, "only"))) // 1-4 are gone
			k.AlarmAdd("d", t, 1)
			k.DelayAdd("d", 200*ms, 2)
			k.Yield("d", "posted")
			p.out("clear d", errnoOf(k.DelayClear("d")))
			k.AlarmSet("e", t)
			p.out("clear e", errnoOf(k.AlarmClear("e")))
			p.out("clear unknown", errnoOf(k.AlarmClear("never_set")), errnoOf(k.DelayClear("never_set")))
			k.Delay("f", 250*ms, "mine")
		},
	}
	for _, event := range []string{"a", "b", "c", "d", "e", "f", "_stop"} {
		first[event] = func(e kernel.Event) { p.out(event, e.Arg(0)) }
	}
	inline(k, first)
	inline(k, states{
		"_start": func(kernel.Event) { k.Delay("f", 300*ms, "theirs"); k.Yield("clear") },
		"clear":  func(kernel.Event) { k.DelayClear("f"); p.out("another session cleared its own f") },
		"f":      func(kernel.Event) { p.out("not reached") },
	})
	k.Run()
}
