package conformance

import (
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p982(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near,
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			w.Put("one")
			w.SetOutputFilter(lines("|"))
			w.Put("two")
			p.syswrite(far, "first\nabcdefgh")
		},
		"input": func(e kernel.Event) {
			p.out("input", vis(e.Arg(0)))
			if e.Arg(0) == "first" {
				w.SetInputFilter(must(filter.NewBlock(filter.BlockConfig{BlockSize: 3})))
				p.out("block filter set", poeClass(w.InputFilter()), poeClass(w.OutputFilter()))
				k.Yield("wait", 3)
			}
		},
		"wait": settled("wait", func(kernel.Event) {
			p.out("two octets wait")
			w.SetFilter(stream())
			p.out("stream filter set", poeClass(w.OutputFilter()))
			w.Close()
		}),
		"flushed": func(kernel.Event) { p.out("flushed, far end got", vis(p.sysread(far))) },
		"error":   func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop":   func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
