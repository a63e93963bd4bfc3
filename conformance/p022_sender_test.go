package conformance

import (
	"maps"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p022(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	defer rd.Close()
	defer wr.Close()
	make := func(name string, more states) {
		s := states{}
		for _, event := range []string{"_start", "_stop", "_child", "_parent", "yielded", "posted", "called", "timer", "sig", "died"} {
			s[event] = func(e kernel.Event) { p.out(name, event, "sender", who(e.Sender)) }
		}
		maps.Copy(s, more)
		create(k, name, s)
	}
	inner := func() { make("inner", nil) }
	middle := func() {
		make("middle", states{
			"_start": func(e kernel.Event) {
				p.out("middle _start sender", who(e.Sender))
				k.AliasSet("middle")
				inner()
			},
			"posted": func(e kernel.Event) {
				p.out("middle posted sender", who(e.Sender))
				k.Yield("yielded")
				k.Sig("FOO", "sig")
				k.Signal(k.ID(), "FOO")
				k.Delay("timer", 20*time.Millisecond)
				wr.Write([]byte("x"))
				k.SelectRead(rd, "readable")
			},
			"readable": func(e kernel.Event) {
				p.out("middle readable sender", who(e.Sender))
				k.SelectClear(rd, kernel.Read)
				k.AliasRemove("middle")
				k.DetachMyself()
			},
			"timer": func(e kernel.Event) {
				p.out("middle timer sender", who(e.Sender))
				k.Sig("DIE", "died")
				panic("oops\n")
			},
			"died": func(e kernel.Event) { p.out("middle died sender", who(e.Sender)); k.SigHandled() },
		})
	}
	make("outer", states{
		"_start": func(e kernel.Event) { p.out("outer _start sender", who(e.Sender)); middle(); k.Yield("go") },
		"go": func(e kernel.Event) {
			p.out("outer go sender", who(e.Sender))
			k.Call(kernel.Alias("middle"), "called")
			k.Post(kernel.Alias("middle"), "posted")
		},
	})
	k.Run()
	p.out("done")
}
