package conformance

import (
	"errors"
	"fmt"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

// putOnRun puts and gives what the Perl programs print of it: POE's put
// always returns 0, ours nothing.
func putOnRun(w *run.Wheel, records ...any) any {
	w.Put(records...)
	return 0
}

func p441(p *port) {
	k := p.kernel()
	var w *run.Wheel
	var status any
	n := 0
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(run.New(k, run.Config{
				Command: "cat",
				Events:  run.Names{Stdin: "flushed", Stdout: "stdout", Error: "error", Close: "closed"},
			}))
			k.SigChild(w.PID(), "exited")
			p.out("put", putOnRun(w, "first", "second"), "octets", w.OutOctets(), "messages", w.OutMessages())
		},
		"flushed": func(e kernel.Event) { p.out("flushed", "argc", len(e.Args), "octets", w.OutOctets()) },
		"stdout": func(e kernel.Event) {
			p.out("stdout", fmt.Sprintf("<%s>", e.Arg(0)))
			switch e.Arg(0) {
			case "second":
				w.Put("third")
			case "third":
				w.ShutdownStdin()
				said := "works"
				if err := w.TryPut("fourth"); errors.Is(err, run.ErrNoStdin) {
					said = "croaks: Called put() on a wheel without an open STDIN handle"
				} else if err != nil {
					said = err.Error()
				}
				p.out("stdin closed; put", said)
			}
		},
		"error":  func(e kernel.Event) { p.out("error", e.Arg(0), e.Arg(1), e.Arg(4)) },
		"closed": func(kernel.Event) { p.out("closed"); k.Yield("finish") },
		"exited": func(e kernel.Event) { status = int(kernel.Arg[kernel.WaitStatus](e, 2)); k.Yield("finish") },
		"finish": func(kernel.Event) {
			if n++; n == 2 {
				p.out("exit status", status)
				w.Close()
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
