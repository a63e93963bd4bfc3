package conformance

import (
	"strconv"
	"strings"

	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p713(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	n := 0
	input := func(event string) { w.SetEvents(readwrite.Names{Input: event}) }
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Filter: lines("\n"),
				Events: readwrite.Names{Input: "header", Error: "trouble", Flushed: "flushed"}}))
			p.syswrite(far, "len 5\nhello+a:b:len 3\nxyz")
		},
		"header": func(e kernel.Event) {
			line := kernel.Arg[string](e, 0)
			p.out("header", vis(line))
			w.Put("got " + line)
			digits, ok := strings.CutPrefix(line, "len ")
			if !ok {
				return
			}
			n++
			input("block")
			w.SetOutputFilter(must(filter.NewBlock(filter.BlockConfig{})))
			size, err := strconv.Atoi(digits)
			p.check(err)
			w.SetInputFilter(must(filter.NewBlock(filter.BlockConfig{BlockSize: size})))
			p.out("header returns")
		},
		"block": func(e kernel.Event) {
			p.out("block", vis(e.Arg(0)))
			w.Put(e.Arg(0))
			if n == 1 {
				input("colon")
				w.SetInputFilter(must(filter.NewLine(filter.LineConfig{InputLiteral: ":", OutputLiteral: ";"})))
			} else {
				w.SetFilter(stream())
				w.Put("raw")
				input("raw")
			}
			p.out("block returns")
		},
		"colon": func(e kernel.Event) {
			p.out("colon", vis(e.Arg(0)))
			if e.Arg(0) == "b" {
				input("header")
				w.SetFilter(lines("\n"))
			}
			p.out("colon returns")
		},
		"raw":     func(e kernel.Event) { p.out("raw", vis(e.Arg(0))); far.Close() },
		"flushed": func(kernel.Event) { p.out("flushed", vis(p.sysread(far))); p.syswrite(far, "more:raw\n") },
		"trouble": func(e kernel.Event) { p.out("error", e.Arg(0), e.Arg(1)); w.Close() },
		"_stop":   func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("done")
}
