//go:build unix

package poetests_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

// POE::Test::Loops::ses_nfa: a switch that is pushed ten times, a server of
// Fibonacci numbers that calls states and returns from them, one machine that
// stops at once, and one with handlers of its own besides its states.
func TestLoopsSesNFA(t *testing.T) {
	perLoop(t, func(p *proof) {
		k := p.kernel()
		p.lightSwitch(k)
		pushed := p.operator(k)
		m, err := nfa.Spawn(k, new(int), nfa.States[int]{"initial": {
			"start": func(_ *int, e nfa.Event) { p.is().NoError(e.Machine.Stop()) },
		}})
		p.must().NoError(err)
		p.is().NoError(m.GotoState("initial", "start"))
		p.fibServer(k)
		answers := p.fibClient(k)
		p.dynamicStates(k)
		p.run(k)
		p.is().Equal(10, *pushed)
		p.is().Equal(10, *answers)
	})
}

func (p *proof) lightSwitch(k *kernel.Kernel) {
	ignore := func(*int, nfa.Event) {}
	shows := func(on bool) func(*int, nfa.Event) {
		return func(entered *int, e nfa.Event) {
			*entered++
			p.is().NoError(e.Kernel.Post(kernel.Arg[kernel.ID](e.Event, 0), "visibility", on))
		}
	}
	pushed := func(to string) func(*int, nfa.Event) {
		return func(_ *int, e nfa.Event) { p.is().NoError(e.Machine.GotoState(to, "enter", e.Sender)) }
	}
	entered := 0
	m, err := nfa.Spawn(k, &entered, nfa.States[int]{
		"initial": {
			"start": func(_ *int, e nfa.Event) {
				p.is().NoError(e.Kernel.AliasSet("switch"))
				p.is().NoError(e.Machine.GotoState("off", ""))
			},
			"_default": ignore,
		},
		"off": {"enter": shows(false), "pushed": pushed("on"), "_default": ignore},
		"on":  {"enter": shows(true), "pushed": pushed("off"), "_default": ignore},
	})
	p.must().NoError(err)
	p.is().NoError(m.GotoState("initial", "start"))
}

// operator pushes the switch.
func (p *proof) operator(k *kernel.Kernel) *int {
	count := 0
	p.start(k, states{
		"_start": func(e kernel.Event) { e.Kernel.AliasSet("operator"); e.Kernel.Yield("push") },
		"push": func(e kernel.Event) {
			count++
			p.is().NoError(e.Kernel.Post(kernel.Alias("switch"), "pushed"))
		},
		"visibility": func(e kernel.Event) {
			if p.is().Equal(count%2 == 1, e.Arg(0)); count < 10 {
				e.Kernel.Yield("push")
			}
		},
	})
	return &count
}

// fibbing is the runstate of the Fibonacci server.
type fibbing struct {
	client    kernel.ID
	f         [2]int
	n, target int
}

func (p *proof) fibServer(k *kernel.Kernel) {
	ignore := func(*fibbing, nfa.Event) {}
	m, err := nfa.Spawn(k, &fibbing{}, nfa.States[fibbing]{
		"initial": {
			"start": func(_ *fibbing, e nfa.Event) {
				e.Kernel.AliasSet("server")
				p.is().NoError(e.Machine.GotoState("listen", ""))
			},
			"_default": ignore,
		},
		"listen": {
			"request": func(f *fibbing, e nfa.Event) {
				f.client = e.Sender
				p.is().NoError(e.Machine.CallState("answer", "calculate", "start", e.Arg(0)))
			},
			"answer": func(f *fibbing, e nfa.Event) {
				p.is().NoError(e.Kernel.Post(f.client, "fib", e.Arg(0)))
			},
			"_default": ignore,
		},
		"calculate": {
			"start": func(f *fibbing, e nfa.Event) {
				f.f, f.n, f.target = [2]int{0, 1}, 1, kernel.Arg[int](e.Event, 0)
				if f.target < 2 {
					p.is().NoError(e.Machine.ReturnState(f.target))
					return
				}
				e.Kernel.Yield("next")
			},
			"next": func(f *fibbing, e nfa.Event) {
				f.n++
				f.f = [2]int{f.f[1], f.f[0] + f.f[1]}
				if f.n == f.target {
					p.is().NoError(e.Machine.ReturnState(f.f[1]))
				} else {
					e.Kernel.Yield("next")
				}
			},
			"_default": ignore,
		},
	})
	p.must().NoError(err)
	p.is().NoError(m.GotoState("initial", "start"))
}

func (p *proof) fibClient(k *kernel.Kernel) *int {
	tests := [][2]int{
		{0, 0}, {1, 1}, {2, 1}, {3, 2}, {4, 3}, {5, 5}, {17, 1597}, {23, 28657}, {29, 514229}, {43, 433494437},
	}
	done := 0
	p.start(k, states{
		"_start": func(e kernel.Event) { e.Kernel.AliasSet("client"); e.Kernel.Yield("next") },
		"next": func(e kernel.Event) {
			p.is().NoError(e.Kernel.Post(kernel.Alias("server"), "request", tests[done][0]))
		},
		"fib": func(e kernel.Event) {
			p.is().Equal(tests[done][1], e.Arg(0))
			if done++; done < len(tests) {
				e.Kernel.Yield("next")
			}
		},
	})
	return &done
}

// dynamicStates has a handler of State's, which serves all states, and a
// callback and a postback, which find the state of their moment.
func (p *proof) dynamicStates(k *kernel.Kernel) {
	never := func(_ *numbers, e nfa.Event) { p.Errorf("%s in state %s", e.Name, e.State) }
	seen := func(runstate *numbers, e nfa.Event) { (*runstate)[e.State+" "+e.Name]++ }
	runstate := numbers{}
	m, err := nfa.Spawn(k, &runstate, nfa.States[numbers]{
		"initial": {
			"start": func(_ *numbers, e nfa.Event) {
				e.Kernel.AliasSet("dynamicstates")
				p.is().NoError(e.Machine.GotoState("listen", "send"))
				p.is().NoError(e.Kernel.State("test_wheel_event", func(e kernel.Event) { e.Kernel.Yield("happened") }))
				old := e.Machine.SetOption("default", 1)
				p.is().Equal(1, e.Machine.Option("default"))
				p.is().Equal(1, e.Machine.SetOption("default", old))
				p.is().Equal(old, e.Machine.Option("default"))
				callback := e.Machine.ID().Callback("callback")
				callback.Call()
				callback.Release()
				postback := e.Machine.ID().Postback("postback")
				postback.Post()
				postback.Release()
			},
			"callback": seen, "postback": never, "_default": func(*numbers, nfa.Event) {},
		},
		"listen": {
			"send": func(_ *numbers, e nfa.Event) { e.Kernel.Yield("test_wheel_event") },
			"happened": func(r *numbers, e nfa.Event) {
				seen(r, e)
				p.is().Equal(e.Machine.CurrentState(), e.State)
				p.is().Same(r, e.Machine.Runstate())
			},
			"callback": never, "postback": seen,
		},
	})
	p.must().NoError(err)
	p.is().NoError(m.GotoState("initial", "start"))
	session.Inline(k, states{"_start": func(e kernel.Event) { e.Kernel.Delay("look", 0) }, "look": func(e kernel.Event) {
		if runstate["listen happened"] == 0 {
			e.Kernel.Yield("look")
			return
		}
		p.is().Equal(numbers{"initial callback": 1, "listen postback": 1, "listen happened": 1}, runstate)
	}})
}
