package conformance

import (
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p983(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near,
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			w.Put("lost")
			w.ShutdownOutput()
			p.out("octets", w.OutOctets())
			p.out("far end reads", len(p.sysread(far)))
			p.syswrite(far, "still read\n")
		},
		"input": func(e kernel.Event) {
			p.out("input", e.Arg(0))
			w.ShutdownInput()
			k.Yield("wait", 5)
		},
		"wait":    settled("wait", func(kernel.Event) { p.out("quiet"); w.Close() }),
		"flushed": func(kernel.Event) { p.out("flushed (not reached)") },
		"error":   func(e kernel.Event) { p.out("error (not reached)", e.Arg(0), e.Arg(1)) },
		"_stop":   func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
