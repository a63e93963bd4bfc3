package conformance

import (
	"slices"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p005(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	defer wr.Close()
	var stopped []string
	var back *kernel.Postback
	made := map[string]kernel.ID{}
	type pair struct{ hold, release func(e kernel.Event) }
	none := func(kernel.Event) {}
	var make func(name string, s pair) kernel.ID
	setup := map[string]pair{
		"nothing": {none, none},
		"sig":     {func(kernel.Event) { k.Sig("FOO", "foo") }, none},
		"state":   {func(kernel.Event) { k.State("later", none) }, none},
		"heap":    {func(e kernel.Event) { session.Heap[named](e).name = "big" }, none},
		"delay":   {func(kernel.Event) { k.Delay("bye", 1000*time.Second) }, func(kernel.Event) { k.DelayClear("bye") }},
		"refcount": {func(e kernel.Event) { k.RefcountIncrement(e.Session, "tag") },
			func(e kernel.Event) { k.RefcountDecrement(e.Session, "tag") }},
		"postback": {func(e kernel.Event) { back = e.Session.Postback("bye") }, func(kernel.Event) { back.Release() }},
		"select":   {func(kernel.Event) { k.SelectRead(rd, "bye") }, func(kernel.Event) { k.SelectClear(rd, kernel.Read) }},
		"child": {func(kernel.Event) {
			made["kid"] = make("kid", pair{func(kernel.Event) { k.Delay("bye", 1000*time.Second) }, func(kernel.Event) { k.DelayClear("bye") }})
		}, func(kernel.Event) { k.Post(made["kid"], "release") }},
	}
	make = func(name string, s pair) kernel.ID {
		return create(k, name, states{
			"_start":  s.hold,
			"release": s.release,
			"_stop":   func(kernel.Event) { stopped = append(stopped, name) },
		}).ID()
	}
	names := []string{"child", "delay", "heap", "nothing", "postback", "refcount", "select", "sig", "state"}
	for _, name := range names {
		made[name] = make(name, setup[name])
	}
	inline(k, states{
		"_start": func(kernel.Event) { k.Yield("wait", 5) },
		"wait": func(e kernel.Event) {
			if again(e) {
				return
			}
			k.Yield("look")
		},
		"look": func(kernel.Event) {
			slices.Sort(stopped)
			p.out(with(strs(stopped), "stopped at once:")...)
			stopped = nil
			var left []string
			for _, name := range names {
				if k.Post(made[name], "release") == nil {
					left = append(left, name)
				}
			}
			p.out(with(strs(left), "released:")...)
			k.Yield("last_look", 5)
		},
		"last_look": func(e kernel.Event) {
			if again(e) {
				return
			}
			slices.Sort(stopped)
			p.out(with(strs(stopped), "stopped after release:")...)
		},
	})
	k.Run()
	p.out("done")
}
