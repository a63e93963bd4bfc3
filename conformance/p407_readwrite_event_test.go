package conformance

import (
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p407(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near,
				Events: readwrite.Names{Input: "first", Flushed: "flushed", Error: "error"}}))
			p.syswrite(far, "1\n2\n3\n")
		},
		"first": func(e kernel.Event) {
			p.out("first", e.Arg(0))
			w.SetEvents(readwrite.Names{Input: "second"})
		},
		"second": func(e kernel.Event) {
			p.out("second", e.Arg(0))
			if e.Arg(0) != "3" {
				return
			}
			w.ReplaceEvents(readwrite.Names{Error: "error"}) // without input and flushed
			p.syswrite(far, "4\n")
			w.Put("quiet")
			k.Yield("wait", 5)
		},
		"third": func(e kernel.Event) {
			p.out("third", e.Arg(0))
			w.Put("loud")
			w.SetEvents(readwrite.Names{Flushed: "flushed2", Error: "error2"})
		},
		"wait": settled("wait", func(kernel.Event) {
			p.out("nothing came")
			p.out("though", either(strings.Contains(p.sysread(far), "quiet"), "it was written", "not written"))
			w.SetEvents(readwrite.Names{Input: "third"})
		}),
		"flushed": func(kernel.Event) { p.out("flushed (not reached)") },
		"flushed2": func(kernel.Event) {
			p.out("flushed2", either(strings.Contains(p.sysread(far), "loud"), "loud", "other"))
			far.Close()
		},
		"error":  func(kernel.Event) { p.out("error (not reached)") },
		"error2": func(e kernel.Event) { p.out("error2", e.Arg(0), e.Arg(1)); w.Close() },
		"_stop":  func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
