package conformance

import (
	"syscall"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p980(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near,
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			p.syswrite(far, "last words\n")
			far.Close()
			w.Put("never", "heard")
		},
		"input":   func(e kernel.Event) { p.out("input", e.Arg(0)) },
		"flushed": func(kernel.Event) { p.out("flushed (not reached)") },
		"error": func(e kernel.Event) {
			what := e.Arg(1)
			switch what {
			case 0:
				what = "end"
			case int(syscall.EPIPE):
				what = "EPIPE"
			}
			p.out("error", e.Arg(0), what, "argc", len(e.Args))
			if e.Arg(0) == "write" {
				k.Yield("wait", 3)
			}
		},
		"wait": settled("wait", func(kernel.Event) {
			p.out("octets", w.OutOctets(), "messages", w.OutMessages())
			w.Close()
		}),
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
