package conformance

import (
	"fmt"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
)

// myError is Perl's bless { code => 42 }, 'My::Error'.
type myError struct{ code int }

func p208(p *port) {
	k := p.kernel()
	clean := func(x *kernel.Exception) string {
		if mine, ok := x.Value.(*myError); ok {
			return fmt.Sprint("object My::Error ", mine.code)
		}
		return "<" + strings.TrimSuffix(text(x.Err), "\n") + ">"
	}
	create(k, "victim", states{
		"_start":  func(kernel.Event) { k.AliasSet("victim"); k.Sig("DIE", "caught", "watcher arg") },
		"plain":   func(kernel.Event) { p.out("plain dies"); panic("plain failure") },
		"object":  func(kernel.Event) { p.out("object dies"); panic(&myError{42}) },
		"newline": func(kernel.Event) { p.out("newline dies"); panic("ends with newline\n") },
		"timer":   func(kernel.Event) { p.out("timer dies"); panic("timer failure") },
		"caught": func(e kernel.Event) {
			x := kernel.Arg[*kernel.Exception](e, 1)
			p.out(with(e.Args[2:], "caught", e.Arg(0), "@", who(e.Sender), "more")...)
			p.notInGo("  keys dest_session error_str event file from_state line source_session",
				"the fields of kernel.Exception are known when compiling")
			p.out("  from", who(x.Source), "to", who(x.Dest), "event", x.Event, "from_state", x.Caller)
			p.out("  file and line", either(x.File != "" && x.Line > 0, "set", "unset"), "error", clean(x))
			k.SigHandled()
			if x.Event == "newline" {
				k.Delay("timer", 10*time.Millisecond)
			}
			if x.Event == "timer" {
				k.AliasRemove("victim")
			}
		},
		"_stop": func(kernel.Event) { p.out("victim _stop") },
	})
	create(k, "poster", states{
		"_start": func(kernel.Event) { k.Yield("go") },
		"go": func(kernel.Event) {
			for _, event := range []string{"plain", "object", "newline"} {
				k.Post(kernel.Alias("victim"), event)
			}
		},
	})
	k.Run()
	p.out("run returned normally")
}
