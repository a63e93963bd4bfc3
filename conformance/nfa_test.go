package conformance

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

// nfaPrograms are the ports of the programs about state machines.
var nfaPrograms = map[string]func(*port){
	"601-nfa-goto":                nfaGoto,
	"603-nfa-default-and-unknown": nfaDefaultAndUnknown,
	"960-nfa-call-return":         nfaCallReturn,
	"961-nfa-immediate":           nfaImmediate,
	"962-nfa-stop":                nfaStop,
	"963-nfa-edges":               nfaEdges,
	"964-nfa-trace":               nfaTrace,
}

// nobody is the runstate of machines that need none.
type nobody struct{}

type nfaHandler = func(*nobody, nfa.Event)

// says makes a handler that prints words.
func (p *port) says(words ...any) nfaHandler {
	return func(*nobody, nfa.Event) { p.out(words...) }
}

func spawn(p *port, k *kernel.Kernel, states nfa.States[nobody]) *nfa.Machine {
	m, err := nfa.Spawn(k, nil, states)
	p.check(err)
	return m
}

// check fails the test if something went wrong that goes right in Perl.
func (p *port) check(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// slowPoster posts one event after another to an alias, with n turns between
// them.
func slowPoster(p *port, k *kernel.Kernel, to string, n int, plan ...string) {
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next", 0) },
		"next": func(e kernel.Event) {
			if left := kernel.Arg[int](e, 0); left > 0 {
				e.Kernel.Yield("next", left-1)
				return
			}
			if len(plan) == 0 {
				return
			}
			event := plan[0]
			plan = plan[1:]
			p.out("--", event)
			p.check(e.Kernel.Post(kernel.Alias(to), event))
			e.Kernel.Yield("next", n)
		},
	})
	p.check(err)
}

func nfaGoto(p *port) {
	type log struct{ log int }
	k := p.kernel()
	machine, err := nfa.Spawn(k, &log{}, nfa.States[log]{
		"closed": {
			"setup": func(_ *log, e nfa.Event) {
				p.out(append([]any{e.State, e.Name}, e.Args...)...)
				p.check(e.Kernel.AliasSet("door"))
			},
			"push": func(l *log, e nfa.Event) {
				p.out("closed push")
				l.log++
				p.check(e.Machine.GotoState("open", "opened", "by", e.Arg(0)))
				p.out("goto returned, still in", e.Machine.CurrentState())
			},
			"leave": func(_ *log, e nfa.Event) { p.out("leaving closed, current", e.Machine.CurrentState()) },
		},
		"open": {
			"opened": func(_ *log, e nfa.Event) {
				p.out(append(append([]any{"opened"}, e.Args...), "current", e.Machine.CurrentState())...)
			},
			"push": func(l *log, e nfa.Event) {
				p.out("open push")
				l.log++
				p.check(e.Machine.GotoState("closed", ""))
			},
			"lock": func(_ *log, e nfa.Event) {
				p.out("open lock")
				p.check(e.Machine.GotoState("locked", "turned"))
			},
		},
		"locked": {
			"turned": func(l *log, e nfa.Event) { p.out("locked turned, pushes", l.log) },
			"push":   func(*log, nfa.Event) { p.out("locked push is refused") },
			"end":    func(_ *log, e nfa.Event) { p.out("end"); p.check(e.Kernel.AliasRemove("door")) },
		},
	})
	p.check(err)
	p.out("before: state", machine.CurrentState())
	p.check(machine.GotoState("closed", "setup", 1, 2))
	p.out("after: state", machine.CurrentState(), "runstate", nfa.RunstateOf[log](machine.ID()).log)
	p.check(k.Post(kernel.Alias("door"), "push", "visitor"))
	plan := []string{"push", "push", "lock", "push", "end"}
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) { e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			if len(plan) == 0 {
				return
			}
			event := plan[0]
			plan = plan[1:]
			p.out("-- driver posts", event)
			p.check(e.Kernel.Post(kernel.Alias("door"), event, "driver"))
			e.Kernel.Yield("pause1")
		},
		"pause1": func(e kernel.Event) { e.Kernel.Yield("pause2") },
		"pause2": func(e kernel.Event) { e.Kernel.Yield("next") },
	})
	p.check(err)
	p.check(k.Run())
	p.out("done")
}

// nfaText is a machine's error in POE's words, as the Perl programs clean them.
func nfaText(err error) string {
	var e *nfa.Error
	if !errors.As(err, &e) {
		return "<" + err.Error() + ">"
	}
	switch {
	case errors.Is(e, nfa.ErrNoHandler):
		return fmt.Sprintf("<a '%s' event was sent from FILE at LINE to session N, but session N has neither a handler for it nor one for _default in its current state, '%s'>", e.Event, e.State)
	case errors.Is(e, nfa.ErrNoState):
		return fmt.Sprintf("<N tried to enter nonexistent state '%s'>", e.State)
	case errors.Is(e, nfa.ErrNoEntry):
		return fmt.Sprintf("<N tried to invoke nonexistent enter event '%s' in state '%s'>", e.Event, e.State)
	}
	return "<N tried to pop a state from an empty stack>"
}

func nfaDefaultAndUnknown(p *port) {
	k := p.kernel()
	scenario := func(label string, do func(*nfa.Machine)) {
		p.out("-- " + label)
		m := spawn(p, k, nfa.States[nobody]{
			"lenient": {
				"_default": func(_ *nobody, e nfa.Event) {
					args := kernel.Arg[[]any](e.Event, 1)
					words := make([]string, len(args))
					for i, a := range args {
						words[i] = text(a)
					}
					p.out("_default", e.Name, e.Arg(0), "("+strings.Join(words, ",")+")", "in", e.State)
					e.Return("default value")
				},
				"known": p.says("known"),
			},
			"strict": {"known": p.says("known"), "enter": p.says("enter strict")},
		})
		do(m)
		if err := k.Run(); err != nil {
			p.out("died " + nfaText(err))
		} else {
			p.out("run returned")
		}
		p.check(k.Run())
	}
	scenario("_default", func(m *nfa.Machine) {
		p.check(m.GotoState("lenient", ""))
		p.check(k.Post(m.ID(), "unknown", 1, 2))
		v, err := k.Call(m.ID(), "asked")
		p.check(err)
		p.out("call gives", v)
		p.check(k.Post(m.ID(), "known"))
	})
	scenario("unknown event", func(m *nfa.Machine) {
		p.check(m.GotoState("strict", "enter"))
		p.check(k.Post(m.ID(), "unknown", 1))
	})
	scenario("unknown state", func(m *nfa.Machine) {
		p.check(m.GotoState("strict", ""))
		p.check(m.GotoState("nowhere", ""))
	})
	scenario("unknown entry event", func(m *nfa.Machine) {
		p.check(m.GotoState("strict", ""))
		p.check(m.GotoState("lenient", "nothing"))
	})
	scenario("empty stack", func(m *nfa.Machine) {
		p.check(m.GotoState("strict", ""))
		p.check(m.ReturnState())
	})
}

func nfaCallReturn(p *port) {
	k := p.kernel()
	with := func(first any, args []any) []any { return append([]any{first}, args...) }
	m := spawn(p, k, nfa.States[nobody]{
		"main": {
			"setup": func(_ *nobody, e nfa.Event) { p.check(e.Kernel.AliasSet("m")); p.out("setup in", e.State) },
			"go": func(_ *nobody, e nfa.Event) {
				p.check(e.Machine.CallState("back", "sub1", "enter", "a", "b"))
				e.Kernel.Yield("probe")
				p.out("called, still", e.Machine.CurrentState())
			},
			"probe": p.says("probe in main"),
			"back": func(_ *nobody, e nfa.Event) {
				words := append([]any{"back", e.State, e.Name}, e.Args...)
				p.out(append(words, "sender is me", either(e.Sender == e.Machine.ID(), 1, 0))...)
			},
			"quiet": func(_ *nobody, e nfa.Event) {
				p.check(e.Machine.CallState("", "silent", ""))
				e.Kernel.Yield("where")
			},
			"where": p.says("where: main"),
			"again": func(_ *nobody, e nfa.Event) {
				p.check(e.Machine.CallState("back", "sub1", ""))
				p.check(e.Machine.CallState("deep", "sub2", "enter", "queued"))
			},
			"end":   func(_ *nobody, e nfa.Event) { p.out("end in", e.State); p.check(e.Kernel.AliasRemove("m")) },
			"leave": func(_ *nobody, e nfa.Event) { p.out("leave", e.State, "args", len(e.Args)) },
		},
		"sub1": {
			"enter": func(_ *nobody, e nfa.Event) {
				p.out(append([]any{"enter", e.State}, e.Args...)...)
				p.check(e.Machine.CallState("deep", "sub2", "enter", "x"))
			},
			"deep": func(_ *nobody, e nfa.Event) {
				p.out(with("deep", e.Args)...)
				p.check(e.Machine.ReturnState("from", "sub1"))
			},
			"probe": p.says("probe in sub1"),
			"leave": func(_ *nobody, e nfa.Event) { p.out("leave", e.State) },
		},
		"sub2": {
			"enter": func(_ *nobody, e nfa.Event) {
				p.out(append([]any{"enter", e.State}, e.Args...)...)
				p.check(e.Machine.ReturnState(1, 2))
			},
			"probe": p.says("probe in sub2"),
		},
		"silent": {
			"where": func(_ *nobody, e nfa.Event) {
				p.out("where: silent")
				p.check(e.Machine.ReturnState("lost"))
				e.Kernel.Yield("where")
			},
			"leave": p.says("leave silent"),
		},
	})
	p.check(m.GotoState("main", "setup"))
	slowPoster(p, k, "m", 12, "go", "quiet", "again", "end")
	p.check(k.Run())
	p.out("done")
}

func nfaImmediate(p *port) {
	k := p.kernel()
	m, err := nfa.New(k, nfa.Config[nobody]{
		Options: map[string]any{"immediate": 1},
		States: nfa.States[nobody]{
			"one": {
				"setup": func(_ *nobody, e nfa.Event) { p.check(e.Kernel.AliasSet("m")); p.out("setup", e.Kernel.ActiveEvent()) },
				"move": func(_ *nobody, e nfa.Event) {
					p.check(e.Machine.GotoState("two", "enter", "now"))
					p.out("after goto", e.Machine.CurrentState())
				},
				"visit": func(_ *nobody, e nfa.Event) {
					p.check(e.Machine.CallState("back", "two", "enter", "visit"))
					p.out("after call", e.Machine.CurrentState())
					p.check(e.Machine.ReturnState("r1", "r2"))
					p.out("after return", e.Machine.CurrentState())
				},
				"back": func(_ *nobody, e nfa.Event) {
					p.out(append(append([]any{"back"}, e.Args...), "active", e.Kernel.ActiveEvent())...)
				},
				"leave": p.says("leave one"),
				"end":   func(_ *nobody, e nfa.Event) { p.check(e.Kernel.AliasRemove("m")) },
			},
			"two": {
				"enter": func(_ *nobody, e nfa.Event) {
					me := either(e.Kernel.ActiveSession() == e.Machine.ID(), 1, 0)
					p.out(append(append([]any{"enter two"}, e.Args...), "event", e.Name, "active session is me", me)...)
				},
				"home": func(_ *nobody, e nfa.Event) {
					p.check(e.Machine.GotoState("one", ""))
					p.out("home", e.Machine.CurrentState())
				},
				"slow": func(_ *nobody, e nfa.Event) {
					p.out("immediate was", e.Machine.SetOption("immediate", 0))
					p.check(e.Machine.GotoState("one", ""))
					p.out("slow", e.Machine.CurrentState())
				},
				"leave": p.says("leave two"),
			},
		},
	})
	p.check(err)
	p.check(m.GotoState("one", "setup"))
	_, err = session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			for _, event := range []string{"move", "home", "visit"} {
				p.check(e.Kernel.Post(kernel.Alias("m"), event))
			}
			e.Kernel.Yield("outside")
		},
		"outside": func(e kernel.Event) {
			p.out("outside, machine in", m.CurrentState())
			p.check(m.GotoState("two", "enter", "from outside"))
			p.out("outside, machine in", m.CurrentState(), "active is session", e.Kernel.ActiveSession().Number())
			p.check(e.Kernel.Post(kernel.Alias("m"), "slow"))
			e.Kernel.Yield("check")
		},
		"check": func(e kernel.Event) { p.out("check", m.CurrentState()); e.Kernel.Yield("end") },
		"end":   func(e kernel.Event) { p.out("end", m.CurrentState()); p.check(e.Kernel.Post(kernel.Alias("m"), "end")) },
	})
	p.check(err)
	p.check(k.Run())
	p.out("done")
}

func nfaStop(p *port) {
	k := p.kernel()
	var m *nfa.Machine
	states := nfa.States[nobody]{
		"run": {
			"enter": func(_ *nobody, e nfa.Event) {
				p.out("enter, session", e.Machine.ID().Number())
				p.check(e.Kernel.AliasSet("m"))
				p.check(e.Kernel.Delay("later", 100*time.Second))
				_, err := e.Kernel.RefcountIncrement(e.Machine.ID(), "stay")
				p.check(err)
			},
			"quit": func(_ *nobody, e nfa.Event) {
				p.check(e.Machine.Stop())
				e.Kernel.Yield("lost")
				_, ok := e.Kernel.AliasResolve("m")
				p.out("stop called, alive", either(ok, 1, 0))
			},
			"before": p.says("queued before"),
			"lost":   p.says("never"),
			"later":  p.says("never"),
			"leave":  p.says("never: leave"),
			"_start": p.says("never: _start"),
			"_stop":  p.says("never: _stop"),
		},
		"other": {},
	}
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			m = spawn(p, e.Kernel, states)
			p.out("spawned", m.CurrentState())
			p.check(m.GotoState("run", "enter"))
			p.check(e.Kernel.Post(kernel.Alias("m"), "quit"))
			p.check(e.Kernel.Post(kernel.Alias("m"), "before"))
		},
		"_child": func(e kernel.Event) {
			if m == nil {
				p.out("_child", e.Arg(0))
				return
			}
			p.out("_child", e.Arg(0), either(e.Arg(1) == m.ID(), "machine", "other"), e.Arg(2))
			if e.Arg(0) == "lose" {
				e.Kernel.Yield("afterwards")
			}
		},
		"afterwards": func(e kernel.Event) {
			_, ok := e.Kernel.AliasResolve("m")
			p.out("alias", either(ok, 1, 0), "state", m.CurrentState())
			if err := m.GotoState("other", ""); !errors.Is(err, kernel.ErrNoSession) {
				p.Errorf("GotoState of a stopped machine: %v", err)
			}
			p.out("goto of a stopped one", m.CurrentState())
		},
		"_stop": func(kernel.Event) { p.out("parent stops") },
	})
	p.check(err)
	p.check(k.Run())
	p.out("done")
}

// edgeStates are the states of the machines in 963.
func edgeStates(p *port) nfa.States[nobody] {
	enter := func(_ *nobody, e nfa.Event) {
		p.out(append([]any{"enter " + e.State}, e.Args...)...)
		p.check(e.Kernel.Sig("DIE", "died"))
	}
	died := func(_ *nobody, e nfa.Event) {
		p.out("DIE in", e.State, "event", kernel.Arg[*kernel.Exception](e.Event, 1).Event)
		e.Kernel.SigHandled()
	}
	child := func(_ *nobody, e nfa.Event) {
		_, err := session.Inline(e.Kernel, session.Funcs{"_start": func(kernel.Event) { p.out("child") }})
		p.check(err)
	}
	return nfa.States[nobody]{
		"a": {
			"enter": enter, "died": died, "child": child,
			"common": p.says("common of a"),
			"define": func(_ *nobody, e nfa.Event) {
				p.check(e.Kernel.State("common", func(e kernel.Event) { p.out("common of all, argument", e.Arg(0)) }))
			},
			"post": func(_ *nobody, e nfa.Event) {
				pb := e.Machine.ID().Postback("posted", 1)
				pb.Post(2)
				pb.Release()
				p.notInGo("postback gives 0", "a postback's Post returns nothing")
			},
			"posted": func(_ *nobody, e nfa.Event) {
				p.out("posted", kernel.Arg[[]any](e.Event, 0)[0], kernel.Arg[[]any](e.Event, 1)[0])
			},
			"_child": func(_ *nobody, e nfa.Event) { p.out("_child", e.Arg(0)) },
			"where":  p.says("where: a"),
		},
		"b": {
			"enter": enter, "died": died, "child": child,
			"leave": func(*nobody, nfa.Event) { p.out("leave b"); panic("in leave") },
			"where": p.says("where: b"),
		},
	}
}

func nfaEdges(p *port) {
	k := p.kernel()
	scenario := func(label string, do func(*nfa.Machine) error) {
		p.out("-- " + label)
		m := spawn(p, k, edgeStates(p))
		err := do(m)
		if err == nil {
			err = k.Run()
		}
		if err != nil {
			p.out("died "+nfaText(err), "state", m.CurrentState())
		} else {
			p.out("run returned", "state", m.CurrentState())
		}
		p.check(k.Run())
	}
	to := func(m *nfa.Machine, event string, args ...any) { p.check(k.Post(m.ID(), event, args...)) }
	scenario("event before the first state", func(m *nfa.Machine) error { return k.Post(m.ID(), "where") })
	scenario("handled event, then the first state", func(m *nfa.Machine) error {
		_, err := k.Call(m.ID(), "where")
		p.check(err)
		p.check(m.GotoState("a", "enter"))
		p.out("state", m.CurrentState())
		return nil
	})
	scenario("_child", func(m *nfa.Machine) error { p.check(m.GotoState("a", "enter")); to(m, "child"); return nil })
	scenario("_child unknown", func(m *nfa.Machine) error { p.check(m.GotoState("b", "enter")); to(m, "child"); return nil })
	scenario("state()", func(m *nfa.Machine) error {
		p.check(m.GotoState("a", "enter"))
		to(m, "define")
		to(m, "common", 1)
		p.check(m.GotoState("b", ""))
		to(m, "common", 2)
		return nil
	})
	scenario("failed call", func(m *nfa.Machine) error {
		p.check(m.GotoState("a", "enter"))
		p.check(m.CallState("where", "nowhere", ""))
		p.check(m.GotoState("b", "enter"))
		to(m, "where")
		return nil
	})
	scenario("leave dies", func(m *nfa.Machine) error {
		p.check(m.GotoState("b", "enter"))
		p.check(m.GotoState("a", "enter"))
		to(m, "where")
		return nil
	})
	scenario("call first", func(m *nfa.Machine) error {
		p.check(m.CallState("x", "a", "enter", 1))
		to(m, "where")
		return m.ReturnState()
	})
	scenario("postback", func(m *nfa.Machine) error { p.check(m.GotoState("a", "enter")); to(m, "post"); return nil })
	scenario("option", func(m *nfa.Machine) error {
		p.check(m.GotoState("a", "enter"))
		p.out("immediate", m.Option("immediate"), "set", m.SetOption("immediate", "yes"), "now", m.Option("IMMEDIATE"),
			"own", m.SetOption("own", "x"), m.SetOption("own", nil), m.Option("own"))
		p.check(m.GotoState("b", ""))
		p.out("state", m.CurrentState())
		return nil
	})
}
