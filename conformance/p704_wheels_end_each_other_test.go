package conformance

import (
	"maps"
	"slices"
	"strings"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p704(p *port) {
	k := p.kernel()
	near, far := p.pair()
	wheels := map[string]*readwrite.Wheel{}
	names := map[any]string{}
	drop := func(name string) {
		wheels[name].Close()
		delete(wheels, name)
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			handles := map[string]*kernel.Handle{"a": near, "b": far}
			for _, name := range slices.Sorted(maps.Keys(handles)) { // in one order, for a replay
				h := handles[name]
				w := must(readwrite.New(k, readwrite.Config{Handle: h, Filter: lines("\n"),
					Events: readwrite.Names{Input: "got", Flushed: "flushed", Error: "trouble"}}))
				wheels[name], names[w.ID()] = w, name
			}
			p.out("put", number(wheels["a"].Put("one", "two", "three", "four")))
		},
		"got": func(e kernel.Event) {
			p.out("got", names[e.Arg(1)], e.Arg(0), either(wheels["b"] != nil, "b lives", "b gone"))
			switch e.Arg(0) {
			case "two":
				wheels["b"].Put("back 1", "back 2")
				p.out("octets", wheels["b"].OutOctets())
			case "three":
				drop("b")
				k.Yield("next")
			case "back 1":
				drop("a")
			}
		},
		"next":    func(kernel.Event) { p.out("next") },
		"flushed": func(e kernel.Event) { p.out("flushed", names[e.Arg(0)]) },
		"trouble": func(e kernel.Event) {
			p.out("error", names[e.Arg(3)], e.Arg(0), e.Arg(1))
			drop(names[e.Arg(3)])
		},
		"_stop": func(kernel.Event) {
			var left []any
			for name := range wheels {
				left = append(left, name)
			}
			p.out(with(left, "_stop")...)
		},
	})
	p.check(k.Run())

	near, far = p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Events: readwrite.Names{Flushed: "flushed", Input: "got", Error: "trouble"}}))
			w.Put("last words")
			k.Yield("queued")
		},
		"queued":  func(kernel.Event) { p.out("queued") },
		"flushed": func(kernel.Event) { p.out("flushed"); w.Close(); k.Yield("after") },
		"after": func(kernel.Event) {
			words := strings.FieldsFunc(p.sysread(far), func(r rune) bool { return r == '\r' || r == '\n' })
			p.out("after", strings.Join(slices.Concat(words, []string{""}), "|"))
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("done")
}
