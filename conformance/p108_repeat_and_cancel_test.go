package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p108(p *port) {
	k := p.kernel()
	const ms = time.Millisecond
	var dog, two kernel.AlarmID
	inline(k, states{
		"_start": func(kernel.Event) {
			k.Delay("tick", 10*ms, 1)
			dog, _ = k.DelaySet("dog", 10*time.Second, "bites")
			k.Delay("nobody_handles_this", 10*ms)
		},
		"tick": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			p.out("tick", n)
			if n < 4 {
				k.Delay("tick", 10*ms, n+1)
				k.DelayAdjust(dog, 10*time.Second)
			} else {
				k.DelayAdjust(dog, 10*ms)
			}
		},
		"dog": func(e kernel.Event) {
			p.out("dog", e.Arg(0))
			t := k.Now().Add(20 * ms)
			k.AlarmSet("one", t)
			two, _ = k.AlarmSet("two", t)
		},
		"one": func(kernel.Event) {
			timer, _ := k.AlarmRemove(two)
			p.out("one cancels", timer.Name)
		},
		"two":   func(kernel.Event) { p.out("not reached") },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
