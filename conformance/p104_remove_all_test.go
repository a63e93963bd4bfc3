package conformance

import (
	"math"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p104(p *port) {
	k := p.kernel()
	inline(k, states{
		"_start":   func(kernel.Event) { k.Delay("survivor", 300*time.Millisecond) },
		"survivor": func(kernel.Event) { p.out("timer of another session fired") },
	})
	second := states{
		"_start": func(kernel.Event) {
			t := k.Now().Add(50 * time.Second)
			k.AlarmSet("c", t.Add(3*time.Second), 1, []any{2, 3})
			k.Alarm("a", t.Add(time.Second))
			k.AlarmAdd("b", t.Add(2*time.Second), "x", "y")
			k.AlarmAdd("b", t.Add(2*time.Second), "z")
			k.DelaySet("d", 60*time.Second, nil)
			k.Yield("queued")
			all := k.AlarmRemoveAll()
			p.out("removed", len(all))
			for _, timer := range all {
				line := []any{timer.Name, "after", math.Round(timer.Time.Sub(t).Seconds()), "args"}
				for _, a := range timer.Args {
					if list, ok := a.([]any); ok {
						a = "[" + joined(list) + "]"
					}
					line = append(line, a)
				}
				p.out(line...)
			}
			p.out("again", len(k.AlarmRemoveAll()))
			p.out("scalar", "ARRAY", len(k.AlarmRemoveAll()))
			k.Delay("last", 10*time.Millisecond)
			p.out("scalar", k.AlarmRemoveAll()[0].Name)
		},
		"queued": func(kernel.Event) { p.out("queued event arrives") },
	}
	for _, event := range []string{"a", "b", "c", "d", "last"} {
		second[event] = func(kernel.Event) { p.out("not reached", event) }
	}
	inline(k, second)
	k.Run()
}
