package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p213(p *port) {
	k := p.kernel()
	type job struct{ label, script string }
	jobs := []job{
		{"exits 0", "exit 0"},
		{"exits 3", "exit 3"},
		{"exits 255", "exit 255"},
		{"killed", "kill -TERM $$; sleep 5; exit 1"},
	}
	var pid int
	var release func()
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("next") },
		"next": func(kernel.Event) {
			if len(jobs) == 0 {
				p.out("no more jobs")
				return
			}
			j := jobs[0]
			jobs = jobs[1:]
			pid, release = p.fork(j.script)
			k.SigChild(pid, "reaped", j.label, "extra")
			k.Yield("release", 3)
		},
		"release": func(e kernel.Event) {
			if again(e) {
				return
			}
			release()
		},
		"reaped": func(e kernel.Event) {
			status := kernel.Arg[kernel.WaitStatus](e, 2)
			p.out(with(e.Args[4:], e.Arg(3), e.Arg(0), "pid", either(e.Arg(1) == pid, "matches", "differs"),
				"exit code", status.ExitCode(), "signal", status.Signal(), "more")...)
			k.Yield("next")
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
	p.out("done")
}
