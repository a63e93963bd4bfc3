package conformance

import (
	"strings"
	"syscall"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p220(p *port) {
	k := p.kernel()
	numbers := map[string]syscall.Signal{
		"USR1": syscall.SIGUSR1, "INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP, "QUIT": syscall.SIGQUIT,
	}
	bystander := func() {
		inline(k, states{
			"_start": func(kernel.Event) { p.check(k.AliasSet("bystander")) },
			"leave":  func(kernel.Event) { p.check(k.AliasRemove("bystander")) },
			"_stop":  func(kernel.Event) { p.out("bystander _stop") },
		})
	}
	for _, how := range []string{"signal USR1", "kill USR1", "signal INT", "kill INT", "kill TERM", "kill HUP", "kill QUIT"} {
		by, sig, _ := strings.Cut(how, " ")
		p.out("--", how)
		inline(k, states{
			"_start": func(kernel.Event) {
				p.check(k.Sig(sig, "caught"))
				p.check(k.Delay("survived", 200*time.Millisecond))
				bystander()
				k.Yield("fire")
			},
			"fire": func(kernel.Event) {
				if by == "kill" {
					p.asks("sends "+sig, func() error { return raise(numbers[sig]) })
				} else {
					p.check(k.Signal(k.ID(), sig))
				}
				k.SigClear(sig)
				p.out("watcher gone")
			},
			"caught":   func(e kernel.Event) { p.out("never: caught", e.Arg(0)) },
			"survived": func(kernel.Event) { p.out("survived"); p.check(k.Post(kernel.Alias("bystander"), "leave")) },
			"_stop":    func(kernel.Event) { p.out("_stop") },
		})
		p.check(k.Run())
		p.out("run returned")
	}
	p.out("done")
}
