package conformance

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// truth is Perl's `$x ? 'true' : 'false'`.
func truth(b bool) string { return either(b, "true", "false") }

func p401(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inputs := 0
	mine := func(e kernel.Event, i int) string { return yesNo(e.Arg(i) == w.ID()) }
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near,
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			p.out("id is a number", yesNo(w.ID() > 0), "octets", w.OutOctets())
			high := w.Put("one", "two")
			p.out("put returns", truth(high), "octets", w.OutOctets(), "messages", w.OutMessages())
			w.Put("three")
			p.out("octets", w.OutOctets(), "messages", w.OutMessages())
		},
		"flushed": func(e kernel.Event) {
			p.out("flushed", "argc", len(e.Args), "my id", mine(e, 0), "octets", w.OutOctets())
			p.out("far end got", vis(p.sysread(far)))
			p.syswrite(far, "first\r\nsecond\n\npart")
		},
		"input": func(e kernel.Event) {
			p.out("input", vis(e.Arg(0)), "argc", len(e.Args), "my id", mine(e, 1), "sender is me", yesNo(e.Sender == e.Session))
			if inputs++; inputs == 3 {
				p.syswrite(far, "ial\nlost")
				far.Close()
			}
		},
		"error": func(e kernel.Event) {
			p.out("error", e.Arg(0), e.Arg(1), fmt.Sprintf("<%s>", e.Arg(2)), "argc", len(e.Args), "my id", mine(e, 3))
			k.Yield("later", 3)
		},
		"later": settled("later", func(kernel.Event) {
			p.out("still alive, now the wheel goes")
			w.Close()
		}),
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
