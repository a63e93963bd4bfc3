// Package nfa makes state machines: POE::NFA in Go.
//
// A machine is a session with a table of handlers for each of its states. The
// current state decides which handler an event gets; handlers move the machine
// from state to state with GotoState, or there and back with CallState and
// ReturnState. Its runstate, typed, is the receiver of its handlers and shared
// by all states:
//
//	type door struct{ pushes int }
//
//	var doorStates = nfa.States[door]{
//		"closed": {"push": (*door).open},
//		"open":   {"push": (*door).close, "leave": (*door).slam},
//	}
//
//	m, err := nfa.Spawn(k, &door{}, doorStates)
//	err = m.GotoState("closed", "")
//
// The handler leave of a state runs before the machine leaves it. An event that
// the current state does not know goes to its _default; without one, the
// machine throws an [*Error], which is the signal DIE. That holds for _child
// and _parent as well. No handler is called for _start and _stop: use the entry
// event of the first state and the handler leave instead.
package nfa

import (
	"errors"
	"maps"
	"slices"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
)

// Event is the argument of a handler: an event, the machine that it is for, and
// the name of the state that the machine is in. POE's EVENT is Name.
type Event struct {
	kernel.Event
	Machine *Machine // POE: MACHINE
	State   string   // POE: STATE
}

// Handlers are the handlers of one state, by the name of the event.
type Handlers[R any] map[string]func(*R, Event)

// States are the states of machines with a runstate of type R. The table is
// not changed by the machines that use it and may be shared by any number.
// What POE calls object states are handlers that capture the object.
type States[R any] map[string]Handlers[R]

// Config configures a machine for [New].
type Config[R any] struct {
	// Runstate is the receiver of the handlers. If nil, New allocates a zero R.
	Runstate *R
	// States are the machine's states; at least one is required.
	States States[R]
	// Options are the machine's options from the start. The names are in lower
	// case; values are stored without the conversion of [Machine.SetOption].
	Options map[string]any
}

// Machine is one state machine. Its methods belong to the kernel's goroutine.
type Machine struct {
	id       kernel.ID
	runstate any
	states   states
	current  string
	entered  bool // the next transition is not the first
	stack    []calledFrom
	internal map[string]kernel.Handler // by Kernel.State
	options  session.Options
	moves    []transition // while the kernel is observed
}

// calledFrom is where ReturnState goes.
type calledFrom struct{ state, event string }

// noState is what POE calls the state of a machine that is in none.
const noState = "(undef)"

// states is States of some type of runstate.
type states interface {
	has(state, event string) bool
	hasState(state string) bool
	run(runstate any, e Event)
	names(state string) []string
	all() []string
}

func (s States[R]) hasState(state string) bool   { _, ok := s[state]; return ok }
func (s States[R]) has(state, event string) bool { return s[state][event] != nil }
func (s States[R]) run(runstate any, e Event)    { s[e.State][e.Name](runstate.(*R), e) }
func (s States[R]) all() []string                { return slices.Sorted(maps.Keys(s)) }
func (s States[R]) names(state string) []string  { return slices.Collect(maps.Keys(s[state])) }

// Spawn makes a machine, which is in no state yet: GotoState enters the first
// one. The machine is a child of the active session. If runstate is nil, a zero
// R is allocated. The error is a *kernel.ConfigError if there are no states or
// a handler is nil. POE: POE::NFA->spawn.
func Spawn[R any](k *kernel.Kernel, runstate *R, states States[R]) (*Machine, error) {
	return New(k, Config[R]{Runstate: runstate, States: states})
}

var (
	errNoStates  = errors.New("a machine needs states")
	errNoHandler = errors.New("a handler is nil")
)

// New makes a machine as its configuration says, with the errors of [Spawn].
func New[R any](k *kernel.Kernel, c Config[R]) (*Machine, error) {
	if len(c.States) == 0 {
		return nil, &kernel.ConfigError{Package: "nfa", Field: "States", Err: errNoStates}
	}
	for _, handlers := range c.States {
		for _, h := range handlers {
			if h == nil {
				return nil, &kernel.ConfigError{Package: "nfa", Field: "States", Err: errNoHandler}
			}
		}
	}
	if c.Runstate == nil {
		c.Runstate = new(R)
	}
	m := &Machine{runstate: c.Runstate, states: c.States, current: noState, options: maps.Clone(c.Options)}
	if _, err := k.Host().Start(m); err != nil {
		return nil, err
	}
	return m, nil
}

// ID returns the machine's ID, which is its address and has the methods
// Postback and Callback. As in POE a callback does not keep the machine alive;
// a postback does.
func (m *Machine) ID() kernel.ID { return m.id }

// CurrentState returns the name of the state that the machine is in, "(undef)"
// before the first. POE: get_current_state.
func (m *Machine) CurrentState() string { return m.current }

// Runstate returns the runstate: a *R. POE: get_runstate. Where R is known,
// RunstateOf is more convenient.
func (m *Machine) Runstate() any { return m.runstate }

// RunstateOf returns the runstate of a machine whose runstate is of type R, nil
// for any other session. It also works after the machine has stopped.
func RunstateOf[R any](id kernel.ID) *R {
	m, ok := id.Session().(*Machine)
	if !ok {
		return nil
	}
	r, _ := m.runstate.(*R)
	return r
}

// Option returns the value of an option, nil if it is not set. Names are not
// case-sensitive. These mean something to the machine itself:
//
//	immediate  transitions happen at once instead of in their place in the queue
//	debug      warn when a handler of Kernel.State is redefined
//	trace      warn of every event, and of each part of a transition, before it
//	           is acted on
//
// The others are the program's own.
func (m *Machine) Option(name string) any { return m.options.Get(name) }

// SetOption sets an option and returns its old value. The strings on, yes and
// true become 1, off, no and false become 0, as in POE; nil removes the option.
func (m *Machine) SetOption(name string, value any) (old any) { return m.options.Set(name, value) }
