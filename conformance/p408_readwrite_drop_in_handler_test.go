package conformance

import (
	"errors"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/wheel/readwrite"
)

func p408(p *port) {
	k := p.kernel()
	near, far := p.pair()
	var w *readwrite.Wheel
	inline(k, states{
		"_start": func(kernel.Event) {
			// The program keeps the socket open, beside the wheel.
			w = must(readwrite.New(k, readwrite.Config{Handle: near, Borrow: true,
				Events: readwrite.Names{Input: "input", Flushed: "flushed", Error: "error"}}))
			p.syswrite(far, "one\ntwo\nthree\npart")
		},
		"input": func(e kernel.Event) {
			p.out("input", e.Arg(0), "id", either(e.Arg(1) == w.ID(), "same", "other"), "wheel", either(w.Closed(), "gone", "there"))
			if e.Arg(0) == "one" {
				w.Put("never written")
				w.Close()
				p.syswrite(far, "four\n")
			}
		},
		"flushed": func(kernel.Event) { p.out("flushed (not reached)") },
		"error":   func(kernel.Event) { p.out("error (not reached)") },
		"_stop": func(kernel.Event) {
			p.out("_stop")
			n, err := far.Read(make([]byte, 100))
			p.out("far end reads", either[any](errors.Is(err, kernel.ErrWouldBlock), "nothing", n))
		},
	})
	k.Run()
}
