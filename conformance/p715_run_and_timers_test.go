package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

func p715(p *port) {
	k := p.kernel()
	var w *run.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(run.New(k, run.Config{Program: []string{"cat"},
				Events: run.Names{Stdout: "line", Stdin: "sent", Close: "closed", Error: "trouble"}}))
			p.check(k.SigChild(w.PID(), "reaped", "my", "args"))
			w.Put("one", "two")
			p.out("put", 0) // always, in POE
		},
		"sent": func(kernel.Event) { p.out("sent") },
		"line": func(e kernel.Event) {
			p.out("line", e.Arg(0))
			if e.Arg(0) == "two" {
				w.SetStdinFilter(lines("#\n"))
				w.ReplaceEvents(run.Names{Stdout: "other", Close: "closed", Error: "trouble"})
				w.Put("three", "four")
			}
		},
		"other": func(e kernel.Event) {
			p.out("other", e.Arg(0))
			if e.Arg(0) == "four#" {
				p.check(k.Delay("drop", 20*time.Millisecond))
			}
		},
		"drop":    func(kernel.Event) { p.out("drop"); w.Close(); k.Yield("after") },
		"after":   func(kernel.Event) { p.out("after") },
		"closed":  func(kernel.Event) { p.out("closed") },
		"trouble": func(e kernel.Event) { p.out("error", e.Arg(0), e.Arg(1), e.Arg(4)) },
		"reaped": func(e kernel.Event) {
			p.out(with(e.Args[3:], "reaped", e.Arg(0), int(kernel.Arg[kernel.WaitStatus](e, 2)))...)
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("done")
}
