package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p111(p *port) {
	k := p.kernel()
	const ms = time.Millisecond
	inline(k, states{
		"_start": func(kernel.Event) {
			k.AliasSet("hog")
			k.DelayAdd("ev", 20*ms, "timer 20 ms")
			k.DelayAdd("ev", 150*ms, "timer 150 ms")
			k.DelayAdd("ev", 400*ms, "timer 400 ms")
			k.Yield("ev", "queued at 0 ms")
			time.Sleep(50 * ms) // a handler that blocks: that is what the program is about
			k.Yield("ev", "queued at 50 ms")
			time.Sleep(130 * ms)
			k.Yield("ev", "queued at 180 ms")
		},
		"ev": func(e kernel.Event) { p.out(e.Arg(0)) },
	})
	inline(k, states{
		"_start": func(kernel.Event) { k.Post(kernel.Alias("hog"), "ev", "queued later by another session") },
	})
	k.Run()
}
