package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/poetest"
)

func p111(p *port) {
	var clock poetest.Clock // a handler blocks as long as it says, on any machine
	k := p.kernelWith(kernel.Options{Clock: &clock})
	const ms = time.Millisecond
	inline(k, states{
		"_start": func(kernel.Event) {
			k.AliasSet("hog")
			k.DelayAdd("ev", 20*ms, "timer 20 ms")
			k.DelayAdd("ev", 150*ms, "timer 150 ms")
			k.DelayAdd("ev", 400*ms, "timer 400 ms")
			k.Yield("ev", "queued at 0 ms")
			clock.Pass(50 * ms)
			k.Yield("ev", "queued at 50 ms")
			clock.Pass(130 * ms)
			k.Yield("ev", "queued at 180 ms")
		},
		"ev": func(e kernel.Event) { p.out(e.Arg(0)) },
	})
	inline(k, states{
		"_start": func(kernel.Event) { k.Post(kernel.Alias("hog"), "ev", "queued later by another session") },
	})
	k.Run()
}
