package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p702(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	p.check(err)
	rd2, wr2, err := kernel.Pipe()
	p.check(err)
	take := func(h *kernel.Handle, n int) string {
		buf := make([]byte, n)
		n, err := h.Read(buf)
		p.check(err)
		return string(buf[:n])
	}
	from := func(e kernel.Event) *kernel.Handle { return kernel.Arg[*kernel.Handle](e, 0) }
	otherNow := func(e kernel.Event) {
		c := take(from(e), 1)
		p.out(append(with(e.Args[2:], "other now"), c)...)
		if c == "e" {
			k.Yield("clear")
		}
	}
	second := func(e kernel.Event) {
		p.out(append(with(e.Args[2:], "second", e.Name), take(from(e), 1))...)
		k.SelectClear(rd, kernel.Read)
		p.check(k.SelectRead(rd, "other", "four"))
		p.check(k.State("other", otherNow))
	}
	inline(k, states{
		"_start": func(kernel.Event) {
			p.out("select", either(k.SelectRead(rd, "readable", "one", 2) == nil, 0, 1))
			p.check(k.SelectRead(rd, "other", "three"))
			p.syswrite(wr, "abcdef")
			k.Yield("queued")
		},
		"queued": func(kernel.Event) { p.out("queued") },
		"other":  func(e kernel.Event) { p.out("other", take(from(e), 1)) },
		"readable": func(e kernel.Event) {
			p.out(append(with(e.Args[2:], "readable", e.Name, int(kernel.Arg[kernel.Mode](e, 1))), take(from(e), 1))...)
			p.check(k.State("readable", second))
		},
		"gone": func(e kernel.Event) {
			p.out("gone", take(from(e), 9))
			p.check(k.State("gone", nil))
			k.SelectClear(rd2, kernel.Read)
		},
		"clear": func(kernel.Event) {
			p.out("clear")
			k.SelectClear(rd)
			p.out("left", take(rd, 9))
			p.check(k.SelectRead(rd2, "gone"))
			p.syswrite(wr2, "x")
		},
		"_default": func(e kernel.Event) { p.out("_default", e.Arg(0)) },
		"_stop":    func(kernel.Event) { p.out("_stop") },
	})
	p.check(k.Run())
	p.out("done")
}
