package conformance

import (
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

func p045(p *port) {
	k := p.kernel()
	in, w, err := kernel.Pipe()
	p.check(err)
	waits := func(e kernel.Event) {
		_, err := k.RefcountIncrement(e.Session, "waits")
		p.check(err)
		k.Yield("outer")
	}
	slice := func() any {
		more, err := k.RunOneTimeslice()
		p.check(err)
		return either[any](more, 1, nil)
	}
	waiting := true
	inline(k, states{
		"_start": func(e kernel.Event) { waits(e); k.Yield("queued") },
		"outer": func(e kernel.Event) {
			p.out("outer begins")
			k.Yield("mine", 1)
			p.out("slice gave", slice())
			p.out("active", k.ActiveEvent())
			p.check(k.Delay("timer", 20*time.Millisecond))
			p.check(k.RunWhile(&waiting))
			p.out("timer has come")
			p.check(k.SelectRead(in, "readable"))
			_, err := w.Write([]byte("line\n"))
			p.check(err)
			n := 0
			for ; !waiting; n++ {
				slice()
			}
			p.out("read in one slice", yesNo(n == 1))
			p.check(k.Sig("DIE", "died"))
			k.Yield("dies")
			for range 2 {
				slice()
			}
			p.out("outer ends")
			_, err = k.RefcountDecrement(e.Session, "waits")
			p.check(err)
		},
		"mine":   func(e kernel.Event) { p.out("mine", e.Arg(0), "from", e.Caller) },
		"queued": func(kernel.Event) { p.out("queued") },
		"timer":  func(kernel.Event) { p.out("timer"); waiting = false },
		"readable": func(kernel.Event) {
			_, err := in.Read(make([]byte, 10))
			p.check(err)
			p.out("readable")
			k.SelectClear(in, kernel.Read)
			waiting = true
		},
		"dies":  func(kernel.Event) { panic("oops") },
		"died":  func(e kernel.Event) { p.out("died", kernel.Arg[*kernel.Exception](e, 1).Event); k.SigHandled() },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("run returned")

	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("tick", 2) },
		"tick": func(e kernel.Event) {
			n := kernel.Arg[int](e, 0)
			p.out("tick", n)
			if n > 0 {
				k.Yield("tick", n-1)
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	for range 5 {
		if slice() != nil {
			p.out("slice gave", 1, 1)
		} else {
			p.out("slice gave", 0)
		}
	}

	inline(k, states{
		"_start": waits,
		"outer": func(kernel.Event) {
			k.Yield("dies")
			for range 3 {
				slice()
			}
			p.out("never: goes on")
		},
		"dies":  func(kernel.Event) { panic("fatal") },
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	if err := k.Run(); err != nil {
		p.out("run died with", either(strings.Contains(err.Error(), "fatal"), "fatal", "?"))
	}
	p.check(in.Close())
	p.check(w.Close())
	p.out("done")
}
