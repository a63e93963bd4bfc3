package conformance

import (
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p207(p *port) {
	k := p.kernel()
	numbers := map[string]syscall.Signal{
		"USR1": syscall.SIGUSR1, "USR2": syscall.SIGUSR2, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM,
	}
	plan := []string{"USR1", "USR2", "INT", "TERM", "INT"}
	bystander := func() {
		create(k, "bystander", states{
			"_start": func(kernel.Event) { k.AliasSet("bystander") },
			"_stop":  func(kernel.Event) { p.out("bystander (watches nothing) _stop") },
		})
	}
	create(k, "S", states{
		"_start": func(kernel.Event) {
			k.Sig("USR1", "user_sig", "extra")
			k.Sig("USR2", "user_sig")
			k.Sig("INT", "interrupt")
			k.Sig("TERM", "term")
			k.Delay("watchdog", 5*time.Second)
			bystander()
			k.Yield("fire")
		},
		"fire": func(kernel.Event) {
			sig := plan[0]
			plan = plan[1:]
			p.out("kill", sig)
			p.asks("sends "+sig, func() error { return syscall.Kill(syscall.Getpid(), numbers[sig]) })
		},
		"user_sig": func(e kernel.Event) {
			p.out(append(with(e.Args, "got"), "from", who(e.Sender))...)
			k.Yield("fire")
		},
		"interrupt": func(e kernel.Event) {
			p.out("got", e.Arg(0), "plans left", len(plan))
			if len(plan) == 0 {
				return
			}
			k.SigHandled()
			k.Yield("fire")
		},
		"term": func(e kernel.Event) {
			p.out("got", e.Arg(0))
			k.SigHandled()
			k.SigClear("USR1")
			k.Yield("fire")
		},
		"watchdog": func(kernel.Event) { p.out("watchdog (not reached)") },
		"_stop":    func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
	p.out("run returned")
}
