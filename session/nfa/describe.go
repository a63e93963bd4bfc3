package nfa

import (
	"slices"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
)

// transition counts the moves from one state to another for the same reason.
type transition struct {
	from, to, event string // event is the one whose handler has asked for it
	count           uint64
}

// What is shown of a machine is bounded.
const (
	maxTransitions = 100 // that are told apart
	maxStates      = 100
)

// count counts a transition if somebody may look at it: while the kernel is observed.
func (m *Machine) count(e kernel.Event, to, caller string) {
	if !e.Kernel.Host().Inspect().Observed() {
		return
	}
	for i := range m.moves {
		if t := &m.moves[i]; t.from == m.current && t.to == to && t.event == caller {
			t.count++
			return
		}
	}
	if len(m.moves) < maxTransitions {
		m.moves = append(m.moves, transition{m.current, to, caller, 1})
	}
}

// Role implements observe.Endpoint.
func (m *Machine) Role() string { return "machine" }

// Describe implements observe.Endpoint: it returns the machine's states, and the
// transitions that it has made while the kernel was observed.
func (m *Machine) Describe() []observe.Field {
	states := [][]observe.Field{}
	all := m.states.all()
	for _, name := range all[:min(len(all), maxStates)] {
		row := []observe.Field{{Name: "state", Value: name}}
		events := m.states.names(name)
		slices.Sort(events)
		for _, event := range events[:min(len(events), maxStates)] {
			row = append(row, observe.Field{Name: "event", Value: event})
		}
		states = append(states, row)
	}
	moves := make([][]observe.Field, 0, len(m.moves))
	for _, t := range m.moves {
		moves = append(moves, []observe.Field{
			{Name: "from", Value: t.from}, {Name: "to", Value: t.to}, {Name: "event", Value: t.event}, {Name: "count", Value: t.count},
		})
	}
	return []observe.Field{
		{Name: "state", Value: m.current}, {Name: "stack", Value: len(m.stack)},
		{Name: "states", Value: states}, {Name: "transitions", Value: moves},
	}
}
