package conformance

import (
	"github.com/gopoe/poe/filter"
	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

// pipe is Perl's pipe.
func (p *port) pipe() (read, write *kernel.Handle) {
	read, write, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	return read, write
}

func p410(p *port) {
	k := p.kernel()
	inR, inW := p.pipe()
	outR, outW := p.pipe()
	autoR, autoW := p.pipe()
	unusedR, _ := p.pipe()
	var w, auto *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{InputHandle: inR, OutputHandle: outW,
				Events:       readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"},
				InputFilter:  must(filter.NewBlock(filter.BlockConfig{BlockSize: 3})),
				OutputFilter: must(filter.NewLine(filter.LineConfig{OutputLiteral: "|"}))}))
			p.out("accessors", either(w.InputHandle() == inR, "ok", "wrong"), either(w.OutputHandle() == outW, "ok", "wrong"),
				poeClass(w.InputFilter()), poeClass(w.OutputFilter()))
			w.Put("a", "b")
			p.out("octets", w.OutOctets())
			w.Flush()
			p.out("after flush octets", w.OutOctets())
			p.syswrite(inW, "onetwoth")
		},
		"input": func(e kernel.Event) {
			p.out("input", e.Arg(0))
			if e.Arg(0) == "two" {
				k.Yield("auto")
			}
		},
		"flushed": func(kernel.Event) {
			p.out("flushed")
			p.out("out pipe", vis(p.sysread(outR)))
		},
		"auto": func(kernel.Event) {
			inW.Close()
			auto = must(readwrite.New(k, readwrite.Config{InputHandle: unusedR, OutputHandle: autoW, AutoFlush: true,
				Events: readwrite.Names{Flushed: "auto_flushed"}}))
			for _, word := range []string{"now", "again"} {
				high := auto.Put(word)
				p.out("put", truth(high), "octets", auto.OutOctets())
			}
		},
		"auto_flushed": func(kernel.Event) {
			p.out("  auto_flushed")
			p.out("  auto pipe", vis(p.sysread(autoR)))
		},
		"error": func(e kernel.Event) {
			p.out("error", e.Arg(0), e.Arg(1))
			w.Close()
			auto.Close()
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
