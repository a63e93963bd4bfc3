//go:build linux

package model

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session/nfa"
)

// runstate is what a machine of the model knows.
type runstate struct {
	in     *interpreter
	states map[string]kind
}

// bodiesNow is what the handlers of a session do now: a machine's change with
// its state.
func (in *interpreter) bodiesNow(bodies kind, m *nfa.Machine) kind {
	if m != nil {
		return m.Runstate().(*runstate).states[m.CurrentState()]
	}
	return bodies
}

// spawn makes a machine of a kind.
func (in *interpreter) spawn(kind int) string {
	if len(in.ids) >= in.Sessions {
		return "too many"
	}
	number := len(in.ids)
	in.ids = append(in.ids, kernel.ID{})
	r := &runstate{in: in, states: in.Machines[kind]}
	states := nfa.States[runstate]{}
	for state, bodies := range r.states {
		states[state] = nfa.Handlers[runstate]{}
		for event := range bodies {
			states[state][event] = func(r *runstate, e nfa.Event) {
				in.handler(event, bodies[event], &context{Event: e.Event, bodies: bodies, machine: e.Machine})
			}
		}
	}
	m, err := nfa.Spawn(in.k, r, states)
	if err != nil {
		return err.Error()
	}
	in.ids[number], in.names[m.ID()], in.machines[m.ID()] = m.ID(), fmt.Sprintf("s%d", number), m
	return in.show(m.ID())
}

func (in *interpreter) transitions(ops map[string]func(*context, op) string) {
	ops["spawn"] = func(_ *context, a op) string {
		kind, err := strconv.Atoi(a[0])
		if err != nil {
			panic(err)
		}
		return in.spawn(kind)
	}
	onMachine := func(do func(m *nfa.Machine, a op) error) func(*context, op) string {
		return func(c *context, a op) string {
			id, ok := in.target(c, a[0]).(kernel.ID)
			m := in.machines[id]
			if !ok || m == nil || !id.Alive() {
				return "nobody"
			}
			if err := do(m, a[1:]); err != nil {
				return result(err)
			}
			return ""
		}
	}
	ops["goto_state"] = onMachine(func(m *nfa.Machine, a op) error { return m.GotoState(a[0], a[1], values(a[2:])...) })
	ops["call_state"] = onMachine(func(m *nfa.Machine, a op) error { return m.CallState(a[0], a[1], a[2], values(a[3:])...) })
	ops["return_state"] = onMachine(func(m *nfa.Machine, a op) error { return m.ReturnState(values(a)...) })
	ops["stop_machine"] = onMachine(func(m *nfa.Machine, _ op) error { return m.Stop() })
	ops["immediate"] = onMachine(func(m *nfa.Machine, a op) error { m.SetOption("immediate", a[0]); return nil })
	ops["current_state"] = func(c *context, a op) string {
		id, ok := in.target(c, a[0]).(kernel.ID)
		m := in.machines[id]
		if !ok || m == nil || !id.Alive() {
			return "nobody"
		}
		return m.CurrentState()
	}
}

// machineFault names an error of a machine, as the Perl interpreter does.
func machineFault(err error) string {
	for name, fault := range map[string]error{"no state": nfa.ErrNoState, "no entry": nfa.ErrNoEntry,
		"empty stack": nfa.ErrEmptyStack, "no handler": nfa.ErrNoHandler} {
		if errors.Is(err, fault) {
			return name
		}
	}
	return ""
}
