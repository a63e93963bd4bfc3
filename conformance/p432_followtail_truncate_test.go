package conformance

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

func p432(p *port) {
	file := filepath.Join(p.dir(), "log")
	p432scenario(p, "by name", file, func() followtail.Config { return followtail.Config{Filename: file} })
	p432scenario(p, "by handle", file, func() followtail.Config { return followtail.Config{Handle: must(os.Open(file))} })
}

func p432scenario(p *port, label, file string, config func() followtail.Config) {
	k := p.kernel()
	p.out("--", label)
	p.writeFile(">", file, "a line that was there\n")
	var w *followtail.Wheel
	next := ""
	inline(k, states{
		"_start": func(kernel.Event) {
			c := config()
			c.PollInterval = pollInterval
			c.Events = followtail.Names{Input: "input", Reset: "reset", Error: "error", Idle: "idle"}
			w = must(followtail.New(k, c))
			p.writeFile(">>", file, "added\n")
		},
		"input": func(e kernel.Event) {
			p.out("input", fmt.Sprintf("<%s>", e.Arg(0)))
			next = map[any]string{"added": "truncate", "short": "shrink again", "x": "end"}[e.Arg(0)]
		},
		"idle": func(kernel.Event) {
			now := next
			if next = ""; now == "" {
				return
			}
			p.out("idle:", now)
			switch now {
			case "truncate":
				p.writeFile(">", file, "short\n")
			case "shrink again":
				p.writeFile(">", file, "x\n")
			case "end":
				w.Close()
			}
		},
		"reset": func(e kernel.Event) { p.out("reset", "my id", yesNo(e.Arg(0) == w.ID()), "argc", len(e.Args)) },
		"error": func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
