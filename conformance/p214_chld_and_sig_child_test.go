package conformance

import (
	"maps"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

func p214(p *port) {
	k := p.kernel()
	var pid int
	var release func()
	show := func(who string, e kernel.Event) {
		p.out(with(e.Args[3:], who, e.Arg(0), "pid", either(e.Arg(1) == pid, "matches", "differs"),
			"code", kernel.Arg[kernel.WaitStatus](e, 2).ExitCode(), "more")...)
	}
	table := func(more states) states {
		s := states{
			"by_pid": func(e kernel.Event) { show(session.Heap[named](e).name+" sig_child", e) },
			"by_sig": func(e kernel.Event) { show(session.Heap[named](e).name+" sig", e); k.SigClear("CHLD") },
			"never":  func(kernel.Event) { p.out("not reached") },
		}
		maps.Copy(s, more)
		return s
	}
	create(k, "parent", table(states{
		"_start": func(kernel.Event) {
			pid, release = p.fork("exit 9")
			k.Sig("CHLD", "by_sig", "from sig")
			k.SigChild(pid, "never")
			k.SigChild(pid, "by_pid", "second registration replaces the first")
		},
		"_stop": func(kernel.Event) { p.out("parent _stop") },
	}))
	create(k, "fickle", table(states{
		"_start": func(kernel.Event) {
			k.SigChild(pid, "never")
			k.SigChildClear(pid)
			k.Yield("bye")
		},
		"bye":   func(kernel.Event) { p.out("fickle has no watcher any more") },
		"_stop": func(kernel.Event) { p.out("fickle _stop"); release() },
	}))
	k.Run()
	p.out("done")
}
