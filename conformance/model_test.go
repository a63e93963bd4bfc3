package conformance

import (
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// modelPrograms are the ports of programs about what the model test has found.
var modelPrograms = map[string]func(*port){
	"970-signal-die-handled-late":     dieHandledLate,
	"971-timer-past-after-waiting":    pastAfterWaiting,
	"972-signal-die-caller":           dieCaller,
	"973-signal-die-ends-the-newborn": dieEndsTheNewborn,
}

func dieHandledLate(p *port) {
	k := p.kernel()
	for _, where := range []string{"_child", "_stop", "nowhere"} {
		p.out("-- sig_handled in", where)
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) { p.check(e.Kernel.Delay("later", 50*time.Millisecond)) },
			"later":  func(kernel.Event) { p.out("another session goes on") },
			"_stop":  func(kernel.Event) { p.out("another session stops") },
		})
		p.check(err)
		thrower := session.Funcs{
			"_start": func(e kernel.Event) { e.Kernel.Yield("fail") },
			"fail":   func(kernel.Event) { panic("boom") },
			"_stop": func(e kernel.Event) {
				p.out("thrower stops")
				if where == "_stop" {
					e.Kernel.SigHandled()
				}
			},
		}
		_, err = session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				p.check(e.Kernel.Sig("DIE", "died"))
				_, err := session.Inline(e.Kernel, thrower)
				p.check(err)
				e.Kernel.Yield("alive")
			},
			"alive": func(kernel.Event) { p.out("parent is alive") },
			"died":  func(e kernel.Event) { p.out("parent sees", e.Arg(0), "and does not handle it") },
			"_child": func(e kernel.Event) {
				p.out("parent: _child", e.Arg(0))
				if where == "_child" && e.Arg(0) == "lose" {
					e.Kernel.SigHandled()
				}
			},
			"_stop": func(kernel.Event) { p.out("parent stops") },
		})
		p.check(err)
		if err := k.Run(); err != nil {
			p.out("run died:", err)
		} else {
			p.out("run returned")
		}
	}
}

func pastAfterWaiting(p *port) {
	k := p.kernel()
	for _, pending := range []bool{false, true} {
		p.out(either(pending, "-- with another timer", "-- without timers"))
		time.Sleep(400 * time.Millisecond) // as the program does: the time that passes is what it is about
		_, err := session.Inline(k, session.Funcs{
			"_start": func(e kernel.Event) {
				if pending {
					p.check(e.Kernel.Delay("other", 10*time.Millisecond))
				}
				e.Kernel.Yield("queued", 1)
				e.Kernel.Yield("queued", 2)
				p.check(e.Kernel.Alarm("past", k.Now().Add(-200*time.Millisecond)))
				p.check(e.Kernel.AlarmAdd("past", k.Now().Add(-300*time.Millisecond)))
				e.Kernel.Yield("queued", 3)
			},
			"past":   func(kernel.Event) { p.out("past") },
			"queued": func(e kernel.Event) { p.out("queued", e.Arg(0)) },
			"other":  func(kernel.Event) { p.out("other") },
		})
		p.check(err)
		p.check(k.Run())
	}
}

func dieCaller(p *port) {
	k := p.kernel()
	died := func(e kernel.Event) {
		var caller any
		if e.Caller != "" {
			caller = e.Caller
		}
		p.out("died: event", kernel.Arg[*kernel.Exception](e, 1).Event, "CALLER_STATE", caller)
		e.Kernel.SigHandled()
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			p.check(e.Kernel.Sig("DIE", "died"))
			e.Kernel.Yield("work")
		},
		"work": func(e kernel.Event) {
			s, err := session.Inline(e.Kernel, session.Funcs{
				"_start": func(kernel.Event) { panic("one") },
				"fail":   func(kernel.Event) { panic("two") },
			})
			p.check(err)
			_, err = e.Kernel.Call(s.ID(), "fail")
			p.check(err)
		},
		"died": died,
	})
	p.check(err)
	p.check(k.Run())
	p.out("done")
}

func dieEndsTheNewborn(p *port) {
	k := p.kernel()
	newborn := session.Funcs{
		"_start": func(e kernel.Event) { p.out("newborn starts"); p.check(e.Kernel.Delay("late", 100*time.Millisecond)) },
		"late":   func(kernel.Event) { p.out("never: late") },
		"_stop":  func(kernel.Event) { p.out("newborn stops") },
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { p.check(e.Kernel.Delay("later", 10*time.Second)) },
		"later":  func(kernel.Event) { p.out("never: later") },
		"_stop": func(e kernel.Event) {
			p.out("bystander stops")
			_, err := session.Inline(e.Kernel, newborn)
			p.check(err)
		},
	})
	p.check(err)
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("fail") },
		"fail":   func(kernel.Event) { panic("boom") },
		"_stop":  func(kernel.Event) { p.out("thrower stops") },
	})
	p.check(err)
	if err := k.Run(); err != nil {
		p.out("run died:", err)
	} else {
		p.out("run returned")
	}
}
