package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p981(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	got := 0
	drain := func() {
		for s := p.sysread(far); s != ""; s = p.sysread(far) {
			got += len(s)
		}
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Filter: stream(), Marks: readwrite.Marks{High: 8_000_000, Low: 10},
				Events: readwrite.Names{Flushed: "flushed", Error: "error", High: "high", Low: "low"}}))
			p.out("put", truth(w.Put(strings.Repeat("x", 4_000_000))))
			w.SetHighMark(1000)
		},
		"high": func(e kernel.Event) {
			p.out("high", "argc", len(e.Args), "my id", yesNo(e.Arg(0) == w.ID()))
			k.Yield("drain")
		},
		"drain": func(kernel.Event) {
			if drain(); got < 4_000_000 {
				k.Yield("drain")
			}
		},
		"low":     func(kernel.Event) { p.out("low", "octets", w.OutOctets()) },
		"flushed": func(kernel.Event) { p.out("flushed"); w.Close() },
		"error":   func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop":   func(kernel.Event) { drain(); p.out("far end got", got) },
	})
	k.Run()
}
