package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p405(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near,
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			p.syswrite(far, "one\ntwo\nthree\n")
		},
		"input": func(e kernel.Event) {
			p.out("input", e.Arg(0))
			if e.Arg(0) == "one" {
				p.out("pause")
				w.PauseInput()
				p.syswrite(far, "four\n")
				w.Put("written while paused")
			}
		},
		"flushed": func(kernel.Event) {
			p.out("flushed, far end got", strings.Join(strings.Fields(p.sysread(far)), ""))
			far.Close()
			k.Yield("wait", 5)
		},
		"wait": settled("wait", func(kernel.Event) {
			p.out("nothing came; resume")
			w.ResumeInput()
		}),
		"error": func(e kernel.Event) { p.out("error", e.Arg(0), e.Arg(1)); w.Close() },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
