package conformance

import (
	"os"
	"path/filepath"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/followtail"
)

func p985(p *port) {
	file := filepath.Join(p.dir(), "log")
	for _, seek := range []struct {
		name string
		n    int64
	}{{"Seek", 4}, {"Seek", 0}, {"SeekBack", 4}, {"SeekBack", 0}} {
		p.out("--", seek.name, seek.n)
		c := followtail.Config{Filename: file, PollInterval: pollInterval,
			Events: followtail.Names{Input: "input", Error: "error", Reset: "reset", Idle: "idle"}}
		if seek.name == "Seek" {
			c.Seek = &seek.n
		} else {
			c.SeekBack = &seek.n
		}
		p985rotate(p, file, c)
	}
}

func p985rotate(p *port, file string, c followtail.Config) {
	k := p.kernel()
	p.writeFile(">", file, "one\ntwo\nend\n")
	var w *followtail.Wheel
	rotated := false
	inline(k, states{
		"_start": func(kernel.Event) { w = must(followtail.New(k, c)) },
		"idle": func(kernel.Event) {
			if rotated {
				return
			}
			rotated = true
			p.writeFile(">>", file, "last of the old\n")
			p.asks("renames", func() error { return os.Rename(file, file+".1") })
			p.writeFile(">>", file, "first of the new\n")
		},
		"input": func(e kernel.Event) {
			if p.out("input", e.Arg(0)); e.Arg(0) == "first of the new" {
				w.Close()
			}
		},
		"reset": func(kernel.Event) { p.out("reset") },
		"error": func(e kernel.Event) { p.out(with(e.Args[:3], "error")...) },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
