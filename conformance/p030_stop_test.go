package conformance

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p030(p *port) {
	k := p.kernel()
	var tree func(name string, depth int)
	tree = func(name string, depth int) {
		full := fmt.Sprint(name, depth)
		create(k, full, states{
			"_start": func(kernel.Event) {
				k.AliasSet(full)
				k.Delay("never", 30*time.Second)
				if depth < 2 {
					tree(name, depth+1)
				}
			},
			"halt": func(kernel.Event) {
				k.Yield("queued")
				p.out("halt begins")
				k.Stop()
				p.out("stop returned", 0, "active session", who(k.ActiveSession()))
				left := []any{"aliases left"}
				for _, alias := range []string{"t0", "t1", "t2"} {
					if resolves(k, alias) {
						left = append(left, alias)
					}
				}
				p.out(left...)
				p.out("halt ends")
			},
			"queued": func(kernel.Event) { p.out("queued event (not reached)") },
			"never":  func(kernel.Event) { p.out("timer (not reached)") },
			"_child": func(e kernel.Event) {
				if e.Arg(0) != "create" {
					p.out(who(e.Session), "_child", e.Arg(0), who(e.Arg(1)))
				}
			},
			"_stop": func(e kernel.Event) { p.out(who(e.Session), "_stop") },
		})
	}
	tree("t", 0)
	k.Post(kernel.Alias("t1"), "halt")
	k.Post(kernel.Alias("t2"), "queued")
	k.Run()
	p.out("run returned")
	create(k, "new", states{
		"_start": func(kernel.Event) { p.out("new _start"); k.Yield("work") },
		"work":   func(kernel.Event) { p.out("new work") },
		"_stop":  func(kernel.Event) { p.out("new _stop") },
	})
	k.Run()
	p.out("done")
}
