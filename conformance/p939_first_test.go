package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p939(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	defer rd.Close()
	defer wr.Close()
	inline(k, states{
		"_start": func(kernel.Event) {
			k.SelectRead(rd, "readable")
			k.Yield("first")
			k.Yield("second")
			wr.Write([]byte("xy"))
		},
		"readable": func(kernel.Event) {
			c := make([]byte, 1)
			rd.Read(c)
			p.out("readable", c)
			k.Yield("queued by " + string(c))
			if c[0] == 'y' {
				k.SelectClear(rd, kernel.Read)
			}
		},
		"_default": func(e kernel.Event) { p.out(e.Arg(0)) },
		"first":    func(kernel.Event) { p.out("first"); k.Yield("third") },
		"_stop":    func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
	p.out("done")
}
