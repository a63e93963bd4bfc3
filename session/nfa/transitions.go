package nfa

import "github.com/gopoe/poe/kernel"

// The machine's own events, which programs should not use.
const (
	eventGoto = "poe_nfa_goto_state"
	eventPush = "poe_nfa_push_state"
	eventPop  = "poe_nfa_pop_state"
	eventStop = "poe_nfa_stop"
)

// GotoState moves the machine to another state. The old state's leave runs,
// then, if entry is not empty, that event's handler in the new state, with
// args. The first transition happens at once, unless the machine has handled an
// event before; later ones are queued like posted events, but with the option
// immediate they happen at once, too.
//
// If the state does not exist, or has no handler for the entry event, an
// [*Error] is thrown when the transition happens. The returned error is
// kernel.ErrNoSession for a machine that has stopped. POE: goto_state.
func (m *Machine) GotoState(state, entry string, args ...any) error {
	return m.move(!m.entered, eventGoto, append([]any{state, entry}, args...))
}

// CallState is [Machine.GotoState], but pushes the state that it leaves on a
// stack, to which [Machine.ReturnState] goes back. If returned is not empty, it
// is the entry event of the way back. The transition is queued even if it is
// the first. POE: call_state.
func (m *Machine) CallState(returned, state, entry string, args ...any) error {
	return m.move(false, eventPush, append([]any{returned, state, entry}, args...))
}

// ReturnState goes back to the state in which the last CallState was carried
// out, with its return event and args. If the stack is empty, an [*Error] is
// thrown when the transition happens. The returned error is that of GotoState.
// POE: return_state.
func (m *Machine) ReturnState(args ...any) error {
	return m.move(false, eventPop, args)
}

// Stop queues an event that stops the machine, whatever keeps it alive. The
// handler leave of its state does not run. The error is kernel.ErrNoSession if
// the machine has stopped already.
func (m *Machine) Stop() error {
	return m.move(false, eventStop, nil)
}

func (m *Machine) move(now bool, event string, args []any) error {
	k := m.id.Kernel()
	if event != eventStop && (now || m.options.On("immediate")) {
		_, err := k.Call(m.id, event, args...)
		return err
	}
	return k.Post(m.id, event, args...)
}

// transition acts on one of the machine's own events.
func (m *Machine) transition(e kernel.Event) bool {
	switch e.Name {
	case eventGoto:
		m.enter(e, kernel.Arg[string](e, 0), kernel.Arg[string](e, 1), e.Args[2:])
	case eventPush:
		returned := kernel.Arg[string](e, 0)
		m.stack = append(m.stack, calledFrom{m.current, returned})
		m.traceGoto(e)
		m.enter(e, kernel.Arg[string](e, 1), kernel.Arg[string](e, 2), e.Args[3:])
	case eventPop:
		if len(m.stack) == 0 {
			panic(&Error{Machine: m.id, State: m.current, Err: ErrEmptyStack})
		}
		back := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		m.traceGoto(e)
		m.enter(e, back.state, back.event, e.Args)
	case eventStop:
		if err := e.Kernel.Host().StopSession(m.id); err != nil {
			panic(err)
		}
		return true
	default:
		return false
	}
	e.Return(nil)
	return true
}

// traceGoto reports the transition that CallState and ReturnState consist of.
func (m *Machine) traceGoto(e kernel.Event) {
	e.Name, e.Sender = eventGoto, m.id
	m.trace(e)
}

// enter leaves the current state and enters another one.
func (m *Machine) enter(e kernel.Event, state, entry string, args []any) {
	switch {
	case !m.states.hasState(state):
		panic(&Error{Machine: m.id, State: state, Err: ErrNoState})
	case entry != "" && !m.states.has(state, entry):
		panic(&Error{Machine: m.id, State: state, Event: entry, Err: ErrNoEntry})
	}
	caller := e.Caller
	e.Sender, e.Caller = m.id, ""
	if m.states.has(m.current, "leave") {
		e.Name, e.Args = "leave", nil
		m.trace(e)
		m.handle(e)
	}
	m.count(e, state, caller)
	m.current, m.entered = state, true
	if entry != "" {
		e.Name, e.Args = entry, args
		m.trace(e)
		m.handle(e)
	}
}
