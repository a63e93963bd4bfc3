package conformance

import (
	"github.com/gopoe/poe/kernel"
)

func p038(p *port) {
	k := p.kernel()
	rd, wr, err := kernel.Pipe()
	if err != nil {
		p.Fatal(err)
	}
	defer rd.Close()
	defer wr.Close()
	reads, writes := 0, 0
	inline(k, states{
		"_start": func(kernel.Event) {
			p.out("pause nothing", number(k.SelectPauseRead(rd)), "resume nothing", number(k.SelectResumeRead(rd)))
			p.out("select_read", errnoOf(k.SelectRead(rd, "readable", "extra", 2)))
			p.out("select_read again", errnoOf(k.SelectRead(rd, "other_event", "ignored")))
			wr.Write([]byte("abc"))
		},
		"readable": func(e kernel.Event) {
			h, mode := kernel.Arg[*kernel.Handle](e, 0), kernel.Arg[kernel.Mode](e, 1)
			char := make([]byte, 1)
			h.Read(char)
			line := []any{"readable", either(h == rd, "same handle", "other"), "mode", int(mode), "extra"}
			p.out(append(append(line, e.Args[2:]...), "read", char)...)
			if reads++; reads == 2 {
				p.out("pause", number(k.SelectPauseRead(rd)))
				k.Yield("wait", 5)
			}
			if reads == 3 {
				k.SelectClear(rd, kernel.Read)
				p.out("removed, pause now", number(k.SelectPauseRead(rd)))
				k.SelectWrite(wr, "writable", "w")
			}
		},
		"other_event": func(kernel.Event) { p.out("never") },
		"wait": func(e kernel.Event) {
			if again(e) {
				return
			}
			p.out("waited; nothing was read meanwhile")
			p.out("resume", number(k.SelectResumeRead(rd)))
		},
		"writable": func(e kernel.Event) {
			writes++
			p.out("writable", either(e.Arg(0) == wr, "same handle", "other"), "mode", int(kernel.Arg[kernel.Mode](e, 1)),
				"extra", e.Arg(2), "times", writes)
			if writes == 2 {
				k.SelectClear(wr)
			}
		},
		"_stop": func(kernel.Event) { p.out("_stop") },
	})
	k.Run()
}
