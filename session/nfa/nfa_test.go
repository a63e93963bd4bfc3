package nfa_test

import (
	"bytes"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/kernel/observe"
	"github.com/gopoe/poe/poetest"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/session/nfa"
)

// counts is a runstate that counts what happens.
type counts struct{ entered, left int }

func nothing(*counts, nfa.Event) {}

func two() nfa.States[counts] {
	return nfa.States[counts]{
		"a": {
			"enter": func(c *counts, e nfa.Event) { c.entered++ },
			"leave": func(c *counts, e nfa.Event) { c.left++ },
			"know":  nothing,
		},
		"b": {"enter": func(c *counts, e nfa.Event) { c.entered++ }},
	}
}

func TestConfigErrors(t *testing.T) {
	k := poetest.New(t)
	for name, states := range map[string]nfa.States[counts]{"none": nil, "nil handler": {"a": {"x": nil}}} {
		_, err := nfa.Spawn(k, &counts{}, states)
		var config *kernel.ConfigError
		require.ErrorAs(t, err, &config, name)
		assert.Equal(t, "States", config.Field, name)
	}
}

// Each thing that a machine cannot do ends the program with a typed error.
func TestFatalErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(m *nfa.Machine) error
		want nfa.Error
		text string
	}{
		{"unknown event", func(m *nfa.Machine) error { return m.ID().Kernel().Post(m.ID(), "what") },
			nfa.Error{State: "a", Event: "what", Err: nfa.ErrNoHandler}, `nfa: machine 1, state "a", event "what": no handler for the event, and none for _default`},
		{"unknown state", func(m *nfa.Machine) error { return m.GotoState("c", "") },
			nfa.Error{State: "c", Err: nfa.ErrNoState}, `nfa: machine 1, state "c": no such state to enter`},
		{"unknown entry", func(m *nfa.Machine) error { return m.GotoState("b", "fly") },
			nfa.Error{State: "b", Event: "fly", Err: nfa.ErrNoEntry}, `nfa: machine 1, state "b", event "fly": no handler for the entry event in the state to enter`},
		{"empty stack", func(m *nfa.Machine) error { return m.ReturnState() },
			nfa.Error{State: "a", Err: nfa.ErrEmptyStack}, `nfa: machine 1, state "a": no state to return to`},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := poetest.New(t)
			m, err := nfa.Spawn(k, nil, two())
			require.NoError(t, err)
			require.NoError(t, m.GotoState("a", "enter"))
			require.NoError(t, c.do(m))
			err = k.Run()
			var fatal *nfa.Error
			require.ErrorAs(t, err, &fatal)
			c.want.Machine = m.ID()
			assert.Equal(t, c.want, *fatal)
			assert.ErrorIs(t, err, c.want.Err)
			assert.Equal(t, c.text, fatal.Error())
		})
	}
}

// A session's handler of DIE can save a machine, as any session.
func TestFatalErrorIsDIE(t *testing.T) {
	k := poetest.New(t)
	saved := false
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			e.Kernel.Sig("DIE", "died")
			m, err := nfa.Spawn(e.Kernel, nil, two())
			require.NoError(t, err)
			require.NoError(t, m.GotoState("a", ""))
			require.NoError(t, e.Kernel.Post(m.ID(), "what"))
		},
		"_child": func(kernel.Event) {},
		"died": func(e kernel.Event) {
			saved = errors.Is(kernel.Arg[*kernel.Exception](e, 1).Err, nfa.ErrNoHandler)
			e.Kernel.SigHandled()
		},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.True(t, saved)
}

func TestRunstate(t *testing.T) {
	k := poetest.New(t)
	c := &counts{}
	m, err := nfa.Spawn(k, c, two())
	require.NoError(t, err)
	assert.Equal(t, "(undef)", m.CurrentState())
	require.NoError(t, m.GotoState("a", "enter"))
	require.NoError(t, m.GotoState("b", "enter"))
	require.NoError(t, k.Run())
	assert.Equal(t, counts{entered: 2, left: 1}, *c)
	assert.Same(t, c, m.Runstate())
	assert.Same(t, c, nfa.RunstateOf[counts](m.ID()), "also of a stopped machine")
	assert.Nil(t, nfa.RunstateOf[int](m.ID()))
	assert.Nil(t, nfa.RunstateOf[counts](k.ID()))
	assert.Equal(t, "b", m.CurrentState())
}

// Without a runstate each machine gets one of its own.
func TestZeroRunstate(t *testing.T) {
	k := poetest.New(t)
	var machines []*nfa.Machine
	for range 2 {
		m, err := nfa.Spawn(k, nil, two())
		require.NoError(t, err)
		machines = append(machines, m)
	}
	require.NoError(t, machines[0].GotoState("a", "enter"))
	require.NoError(t, k.Run())
	assert.Equal(t, 1, nfa.RunstateOf[counts](machines[0].ID()).entered)
	assert.Equal(t, 0, nfa.RunstateOf[counts](machines[1].ID()).entered)
}

func TestStoppedMachine(t *testing.T) {
	k := poetest.New(t)
	m, err := nfa.Spawn(k, nil, two())
	require.NoError(t, err)
	require.NoError(t, m.GotoState("a", ""))
	require.NoError(t, k.Run())
	require.ErrorIs(t, m.GotoState("b", ""), kernel.ErrNoSession)
	require.ErrorIs(t, m.CallState("x", "b", ""), kernel.ErrNoSession)
	require.ErrorIs(t, m.ReturnState(), kernel.ErrNoSession)
	require.ErrorIs(t, m.Stop(), kernel.ErrNoSession)
}

// Stop takes the machine's children to its parent, and ends it at once even
// though its own handlers queue more.
func TestStopWithChildren(t *testing.T) {
	k, seen := poetest.Record(t)
	var m *nfa.Machine
	_, err := session.Inline(k, session.Funcs{
		"_start": func(e kernel.Event) {
			var err error
			m, err = nfa.Spawn(e.Kernel, nil, nfa.States[counts]{"only": {
				"enter": func(_ *counts, e nfa.Event) {
					_, err := session.Inline(e.Kernel, session.Funcs{
						"_start":  func(e kernel.Event) { e.Kernel.Yield("later"); e.Kernel.Yield("later") },
						"later":   func(e kernel.Event) {},
						"_parent": func(kernel.Event) {},
						"_stop":   func(kernel.Event) {},
					})
					require.NoError(t, err)
					require.NoError(t, e.Machine.Stop())
				},
				"_child": func(*counts, nfa.Event) {},
			}})
			require.NoError(t, err)
			require.NoError(t, m.GotoState("only", "enter"))
		},
		"_child": func(kernel.Event) {},
		"_stop":  func(kernel.Event) {},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	seen.ExpectAmong("1 _start", "2 poe_nfa_goto_state", "3 _start", "2 _child", "3 later", "2 poe_nfa_stop",
		"1 _child", "3 _parent", "2 _stop", "1 _child", "3 _stop", "1 _child", "1 _stop")
}

func TestOptionsAndHandlers(t *testing.T) {
	var log bytes.Buffer
	plain := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	k := poetest.New(t, kernel.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: plain}))})
	states := two()
	states["a"]["define"] = func(_ *counts, e nfa.Event) {
		for range 2 {
			require.NoError(t, e.Kernel.State("extra", func(kernel.Event) {}))
		}
		assert.Equal(t, []string{"define", "enter", "extra", "know", "leave"}, e.Machine.Handlers())
		require.NoError(t, e.Kernel.State("extra", nil))
		assert.Equal(t, []string{"define", "enter", "know", "leave"}, e.Machine.Handlers())
	}
	m, err := nfa.New(k, nfa.Config[counts]{States: states, Options: map[string]any{"trace": 1}})
	require.NoError(t, err)
	assert.Nil(t, m.SetOption("Debug", "on"))
	assert.Equal(t, 1, m.Option("DEBUG"))
	require.NoError(t, m.GotoState("a", "define"))
	require.NoError(t, k.Run())
	assert.Contains(t, log.String(), `msg="redefining a handler" event=extra machine=1`)
	assert.Contains(t, log.String(), `msg=event session=1 event=poe_nfa_goto_state sender=poetest state=(undef)`)
}

func BenchmarkDispatch(b *testing.B) {
	k := kernel.New()
	n := 0
	m, err := nfa.Spawn(k, nil, nfa.States[counts]{"only": {"tick": func(_ *counts, e nfa.Event) {
		if n++; n < b.N {
			e.Kernel.Yield("tick")
		}
	}}})
	if err != nil {
		b.Fatal(err)
	}
	if err := m.GotoState("only", "tick"); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := k.Run(); err != nil {
		b.Fatal(err)
	}
}

// What a machine has done is shown: its states, and how often it went from one to
// another while the kernel was observed.
func TestDescribe(t *testing.T) {
	k := poetest.New(t)
	m, err := nfa.Spawn(k, &counts{}, nfa.States[counts]{
		"idle": {
			"go":    func(_ *counts, e nfa.Event) { assert.NoError(t, e.Machine.GotoState("busy", "")) },
			"leave": nothing,
		},
		"busy": {
			"done": func(_ *counts, e nfa.Event) { assert.NoError(t, e.Machine.GotoState("idle", "")) },
			"ask":  func(_ *counts, e nfa.Event) { assert.NoError(t, e.Machine.CallState("", "asked", "")) },
		},
		"asked": {"answer": func(_ *counts, e nfa.Event) { assert.NoError(t, e.Machine.ReturnState()) }},
		"never": {},
	})
	require.NoError(t, err)
	require.NoError(t, m.GotoState("idle", ""))
	m.SetOption("immediate", true)
	assert.Empty(t, table(m, "transitions"), "nobody looks")
	detach := k.Host().Observe(watcher{}, 1)
	for _, event := range []string{"go", "done", "go", "ask", "answer"} {
		require.NoError(t, k.Post(m.ID(), event))
	}
	require.NoError(t, k.Run())
	detach()
	assert.Equal(t, [][]observe.Field{
		{{Name: "from", Value: "idle"}, {Name: "to", Value: "busy"}, {Name: "event", Value: "go"}, {Name: "count", Value: uint64(2)}},
		{{Name: "from", Value: "busy"}, {Name: "to", Value: "idle"}, {Name: "event", Value: "done"}, {Name: "count", Value: uint64(1)}},
		{{Name: "from", Value: "busy"}, {Name: "to", Value: "asked"}, {Name: "event", Value: "ask"}, {Name: "count", Value: uint64(1)}},
		{{Name: "from", Value: "asked"}, {Name: "to", Value: "busy"}, {Name: "event", Value: "answer"}, {Name: "count", Value: uint64(1)}},
	}, table(m, "transitions"))
	states := table(m, "states")
	require.Len(t, states, 4)
	assert.Equal(t, []observe.Field{{Name: "state", Value: "busy"}, {Name: "event", Value: "ask"}, {Name: "event", Value: "done"}}, states[1])
}

// watcher is an observer that does nothing.
type watcher struct{}

func (watcher) Begin(*observe.Span) {}
func (watcher) End(*observe.Span)   {}

// table is a table of those that a machine shows.
func table(m *nfa.Machine, name string) [][]observe.Field {
	for _, f := range m.Describe() {
		if f.Name == name {
			return f.Value.([][]observe.Field)
		}
	}
	return nil
}
