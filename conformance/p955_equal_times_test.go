package conformance

import (
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p955(p *port) {
	k := p.kernel()
	t := k.Now().Add(100 * time.Millisecond)
	var sessions []kernel.ID
	for _, name := range []string{"A", "B", "C"} {
		show := func(e kernel.Event) { p.out(name, e.Name, e.Arg(0)) }
		sessions = append(sessions, inline(k, states{
			"_start": func(kernel.Event) { k.AliasSet(name) },
			"set": func(e kernel.Event) {
				event, arg := kernel.Arg[string](e, 1), e.Arg(2)
				switch e.Arg(0) {
				case "alarm_add":
					k.AlarmAdd(event, t, arg)
				case "alarm_set":
					k.AlarmSet(event, t, arg)
				}
			},
			"x": show, "y": show,
		}).ID())
	}
	n := 0
	for _, how := range []string{"alarm_add", "alarm_set"} {
		for _, event := range []string{"x", "y"} {
			reversed := slices.Clone(sessions)
			slices.Reverse(reversed)
			for _, s := range append(reversed, sessions...) {
				n++
				k.Call(s, "set", how, event, n)
			}
		}
	}
	k.Run()
	p.out("done")
}
