package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
)

func p923(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	defer rd.Close()
	defer wr.Close()
	show := func(name string) kernel.Handler {
		return func(e kernel.Event) { p.out(name, e.Name, "caller", orUndef(e.Caller)) }
	}
	showKid, showS, showInner := show("kid"), show("S"), show("inner")
	create(k, "kid", states{
		"_start": func(e kernel.Event) { k.AliasSet("kid"); showKid(e) },
		"posted": func(e kernel.Event) { showKid(e); k.AliasRemove("kid") },
		"called": showKid, "_stop": showKid,
	})
	create(k, "S", states{
		"_start": func(e kernel.Event) { showS(e); k.Yield("begin") },
		"begin": func(e kernel.Event) {
			showS(e)
			inline(k, states{"_start": showInner, "_stop": showInner})
			k.Sig("FOO", "sig")
			k.Signal(e.Session, "FOO")
			k.Call(kernel.Alias("kid"), "called")
			k.Post(kernel.Alias("kid"), "posted")
			k.Yield("yielded")
			k.Delay("timer", 50*time.Millisecond)
			wr.Write([]byte("x"))
			k.SelectRead(rd, "readable")
		},
		"readable": func(e kernel.Event) { showS(e); k.SelectClear(rd, kernel.Read) },
		"_stop":    showS, "_child": showS, "sig": showS, "yielded": showS, "timer": showS,
	})
	k.Post(kernel.Alias("kid"), "called", 1)
	k.Run()
	p.out("done")
}
