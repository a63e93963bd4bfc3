package conformance

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/run"
)

func p987(p *port) {
	k := p.kernel()
	var w *run.Wheel
	var status kernel.WaitStatus
	n := 0
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(run.New(k, run.Config{Program: []string{"sh", "-c", "echo ready; read go; echo late; exec cat"},
				Events: run.Names{Stdout: "line", Close: "done"}}))
			k.SigChild(w.PID(), "exited")
		},
		"line": func(e kernel.Event) {
			p.out("line", e.Arg(0))
			switch e.Arg(0) {
			case "ready":
				w.PauseStdout()
				w.Put("go")
				k.Delay("resume", 200*time.Millisecond)
			case "late":
				p.out("kill", number(w.Kill(syscall.SIGTERM) == nil))
			}
		},
		"resume": func(kernel.Event) { p.out("resume"); w.ResumeStdout() },
		"exited": func(e kernel.Event) { status = kernel.Arg[kernel.WaitStatus](e, 2); k.Yield("done") },
		"done": func(kernel.Event) {
			if n++; n == 2 {
				p.out("exit code", status.ExitCode(), "signal", status.Signal())
				w.Close()
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
