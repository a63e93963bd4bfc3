package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p403(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	flushes := 0
	put := func(char string, n int) bool { return w.Put(strings.Repeat(char, n)) }
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Filter: stream(), Marks: readwrite.Marks{High: 100, Low: 10},
				Events: readwrite.Names{Flushed: "flushed", Error: "error", High: "high", Low: "low"}}))
			for _, n := range []int{50, 49, 1, 1} {
				high := put("x", n)
				p.out("put", n, "returns", truth(high), "octets", w.OutOctets())
			}
		},
		"high": func(e kernel.Event) { p.out("high", "argc", len(e.Args)) },
		"low": func(e kernel.Event) {
			p.out("low", "argc", len(e.Args), "my id", yesNo(e.Arg(0) == w.ID()), "octets", w.OutOctets())
		},
		"flushed": func(kernel.Event) {
			p.out("flushed", "octets", w.OutOctets())
			switch flushes++; flushes {
			case 1:
				p.out("small put", truth(put("y", 20)))
			case 2:
				w.SetHighMark(15)
				p.out("mark lowered, put", truth(put("z", 20)))
			case 3:
				w.SetLowMark(14)
				p.out("exactly the mark, put", truth(put("z", 15)))
			case 4:
				w.Close()
			}
		},
		"error": func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop": func(kernel.Event) { p.out("far end got", len(p.sysread(far))) },
	})
	k.Run()
}
