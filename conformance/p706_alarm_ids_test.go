package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p706(p *port) {
	const ms = time.Millisecond
	k := p.kernel()
	id := map[any]kernel.AlarmID{}
	set := func(name string, d time.Duration) {
		var err error
		id[name], err = k.DelaySet("ring", d, name)
		p.check(err)
	}
	adjust := func(name string, d time.Duration) {
		_, err := k.DelayAdjust(id[name], d)
		p.check(err)
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				set(name, 100*time.Second)
			}
			adjust("c", 20*ms)
			adjust("a", 60*ms)
			adjust("b", 100*ms)
			gone, err := k.AlarmRemove(id["d"])
			p.check(err)
			p.out(with(gone.Args, "removed", gone.Name, 3)...) // name, time and arguments
			_, err = k.AlarmRemove(id["d"])
			p.out("again", 0, errname(err, "other"))
		},
		"ring": func(e kernel.Event) {
			p.out("ring", e.Arg(0))
			switch e.Arg(0) {
			case "c":
				_, err := k.DelayAdjust(id["c"], time.Second)
				p.out("its own", either(err == nil, "moved", "undef"), errname(err, "other"))
				set("f", 0)
				p.out("order", either(id["f"] > id["e"], "grows", "other"))
				k.Yield("ring", "yielded")
			case "a":
				p.check(k.Delay("ring", 20*ms, "g"))
			case "g":
				_, err := k.AlarmRemove(id["b"])
				p.out("left", either(err == nil, 3, 0))
				p.check(k.AlarmClear("ring"))
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("done")
}
