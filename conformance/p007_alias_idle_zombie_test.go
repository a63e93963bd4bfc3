package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p007(p *port) {
	k := p.kernel()
	create(k, "svc", states{
		"_start": func(kernel.Event) {
			k.AliasSet("svc")
			k.Sig("IDLE", "idle")
			k.Sig("ZOMBIE", "zombie")
		},
		"idle":   func(e kernel.Event) { p.out("idle", e.Arg(0), "from", who(e.Sender)); k.SigHandled() },
		"zombie": func(e kernel.Event) { p.out("zombie", e.Arg(0)); k.SigHandled() },
		"ping":   func(e kernel.Event) { p.out("ping from", who(e.Sender)) },
		"_stop":  func(kernel.Event) { p.out("svc _stop", "alias still resolves:", yesNo(resolves(k, "svc"))) },
	})
	create(k, "worker", states{
		"_start": func(kernel.Event) { k.Delay("work", 30*time.Millisecond) },
		"work":   func(kernel.Event) { p.out("work", one(k.Post(kernel.Alias("svc"), "ping"))) },
		"_stop":  func(kernel.Event) { p.out("worker _stop") },
	})
	k.Run()
	p.out("run returned", "alias", either(resolves(k, "svc"), "set", "gone"))
}
