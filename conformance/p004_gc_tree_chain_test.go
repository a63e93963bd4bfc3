package conformance

import (
	"fmt"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p004(p *port) {
	k := p.kernel()
	var make func(depth int)
	make = func(depth int) {
		name := fmt.Sprint("L", depth)
		create(k, name, states{
			"_start": func(e kernel.Event) {
				p.out(name, "_start")
				if depth < 3 {
					make(depth + 1)
				} else {
					k.Delay("leaf_done", 50*time.Millisecond)
				}
				p.out(name, "_start returns")
				e.Return(fmt.Sprint("start", depth))
			},
			"leaf_done": func(kernel.Event) { p.out(name, "leaf_done") },
			"_child":    func(e kernel.Event) { p.out(name, "_child", e.Arg(0), who(e.Arg(1)), e.Arg(2)) },
			"_parent":   func(kernel.Event) { p.out(name, "_parent") },
			"_stop":     func(e kernel.Event) { p.out(name, "_stop"); e.Return(fmt.Sprint("stop", depth)) },
		})
	}
	make(1)
	k.Run()
	p.out("done")
}
