package conformance

import (
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

func p440(p *port) {
	k := p.kernel()
	log := map[string][]string{}
	var order []string
	note := func(source string, what ...any) {
		line := ""
		for _, word := range what {
			line += " " + text(word)
		}
		log[source] = append(log[source], line[1:])
		order = append(order, source)
	}
	var w *run.Wheel
	closed, exited := false, false
	mine := func(e kernel.Event, i int) string { return yesNo(e.Arg(i) == w.ID()) }
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(run.New(k, run.Config{
				Program: []string{"sh", "-c", `read go; echo out one; echo err one >&2; echo; printf "out three\nno newline"; echo err two >&2; exit 3`},
				Events:  run.Names{Stdout: "stdout", Stderr: "stderr", Error: "error", Close: "closed"},
			}))
			k.SigChild(w.PID(), "exited", "extra")
			p.out("pid", either(w.PID() > 0, "number", "other"))
			k.Yield("release", 3)
		},
		"release": settled("release", func(kernel.Event) { w.Put("go") }),
		"stdout": func(e kernel.Event) {
			note("STDOUT", fmt.Sprintf("<%s>", e.Arg(0)), "argc", len(e.Args), "my id", mine(e, 1))
		},
		"stderr": func(e kernel.Event) { note("STDERR", fmt.Sprintf("<%s>", e.Arg(0)), "argc", len(e.Args)) },
		"error": func(e kernel.Event) {
			note(kernel.Arg[string](e, 4), "error", e.Arg(0), e.Arg(1), fmt.Sprintf("<%s>", e.Arg(2)), "argc", len(e.Args))
		},
		"closed": func(e kernel.Event) {
			note("close", "argc", len(e.Args), "my id", mine(e, 0))
			closed = true
			k.Yield("finish")
		},
		"exited": func(e kernel.Event) {
			note("exit", e.Arg(0), "pid", either(e.Arg(1) == w.PID(), "matches", "differs"),
				"code", kernel.Arg[kernel.WaitStatus](e, 2).ExitCode(), e.Arg(3))
			exited = true
			k.Yield("finish")
		},
		"finish": func(kernel.Event) {
			if closed && exited {
				w.Close()
			}
		},
		"_stop": func(kernel.Event) {
			for _, source := range []string{"STDOUT", "STDERR", "close", "exit"} {
				for _, line := range log[source] {
					p.out(source, line)
				}
			}
			last := ""
			for _, source := range order {
				if source != "exit" {
					last = source
				}
			}
			p.out("close came last of the pipe events:", yesNo(last == "close"))
		},
	})
	k.Run()
}
