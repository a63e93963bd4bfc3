package conformance

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p714(p *port) {
	const ms = time.Millisecond
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	bars := func() string { return strings.ReplaceAll(p.sysread(far), "\n", "|") }
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Filter: lines("\n"), Events: readwrite.Names{Input: "first"}}))
			p.syswrite(far, "1\n2\n3\n4\n")
			w.Put("silent")
		},
		"first": func(e kernel.Event) {
			p.out("first", e.Arg(0))
			switch e.Arg(0) {
			case "2":
				w.SetEvents(readwrite.Names{Input: "second", Flushed: "flushed"})
			case "6":
				w.ReplaceEvents(readwrite.Names{Input: "first", Error: "trouble"})
				w.Put("unheard")
				p.check(k.Delay("close", 20*ms))
			}
		},
		"second": func(e kernel.Event) {
			p.out("second", e.Arg(0))
			if e.Arg(0) == "4" {
				w.ReplaceEvents(readwrite.Names{Flushed: "flushed"})
				p.syswrite(far, "5\n6\n")
				w.Put("heard")
				p.check(k.Delay("back", 30*ms))
			}
		},
		"flushed": func(kernel.Event) { p.out("flushed", bars()) },
		"back":    func(kernel.Event) { p.out("back"); w.SetEvents(readwrite.Names{Input: "first"}) },
		"close":   func(kernel.Event) { p.out("close", bars()); p.syswrite(far, "unfinished"); far.Close() },
		"trouble": func(e kernel.Event) { p.out("error", e.Arg(0), e.Arg(1)); w.Close() },
		"_stop":   func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("done")
}
