package conformance

import (
	"path/filepath"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

func p434(p *port) {
	k := p.kernel()
	file := filepath.Join(p.dir(), "appears-later")
	add := func(text string) { p.writeFile(">>", file, text) }
	var w *followtail.Wheel
	state := "waiting"
	idle := map[string]int{}
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(followtail.New(k, followtail.Config{
				Filename: file, Filter: lines(";"), Seek: new(int64(5)), PollInterval: pollInterval,
				Events: followtail.Names{Input: "input", Reset: "reset", Error: "error", Idle: "idle"}}))
		},
		"idle": func(e kernel.Event) {
			if idle[state]++; idle[state] != 2 {
				return
			}
			p.out("idle", state, "my id", yesNo(e.Arg(0) == w.ID()), "argc", len(e.Args))
			switch state {
			case "waiting":
				add("one;two;")
				state = "appeared"
			case "appeared":
				w.SetEvents(followtail.Names{Input: "renamed"})
				add("three;fo")
				state = "renamed"
			case "renamed":
				add("ur;")
				state = "end"
			default:
				w.Close()
			}
		},
		"input":   func(e kernel.Event) { p.out("input", e.Arg(0)) },
		"renamed": func(e kernel.Event) { p.out("renamed", e.Arg(0)) },
		"reset":   func(kernel.Event) { p.out("reset") },
		"error":   func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop":   func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
