package kernel_test

import (
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is another kind of session than package session's: it takes every
// event that is not refused, and remembers what the kernel tells it.
type recorder struct {
	id       kernel.ID
	seen     *log
	refuses  string
	handlers map[string]kernel.Handler
}

func (r *recorder) Attach(id kernel.ID) { r.id = id; r.seen.Add("attached", id.Number(), id.Alive()) }
func (r *recorder) Handlers() []string  { return []string{"anything"} }

func (r *recorder) SetHandler(event string, h kernel.Handler) {
	r.seen.Add("handler", event, h != nil)
	r.handlers[event] = h
}

func (r *recorder) Dispatch(e kernel.Event) bool {
	r.seen.Add(append([]any{e.Name}, e.Args...)...)
	if h := r.handlers[e.Name]; h != nil {
		h(e)
	}
	return e.Name != r.refuses
}

// Start makes a session of any implementation of the interface: it is attached
// before _start, gets _start with its arguments before Start returns, answers
// calls, and has its handlers set by State.
func TestAnotherKindOfSession(t *testing.T) {
	k := newKernel()
	var seen log
	var parent kernel.ID
	r := &recorder{seen: &seen, refuses: "odd"}
	r.handlers = map[string]kernel.Handler{"_start": func(e kernel.Event) {
		assert.Equal(t, parent, e.Sender)
		assert.NoError(t, k.AliasSet("recorder"))
		assert.NoError(t, k.State("ask", func(e kernel.Event) { e.Return("answer") }))
		e.Return("started")
	}}
	start(t, k, states{
		"_start": func(e kernel.Event) {
			parent = e.Session
			args := []any{"one", 2}
			id, err := k.Host().Start(r, args...)
			require.NoError(t, err)
			seen.Add("made")
			assert.Equal(t, r.id, id)
			assert.Equal(t, []any{"one", 2}, args)
			answer, err := k.Call(id, "ask", "x")
			require.NoError(t, err)
			assert.Equal(t, "answer", answer)
			require.NoError(t, k.Post(id, "odd"))
		},
		"_child": func(e kernel.Event) { seen.Add("child", e.Arg(0), e.Arg(2)) },
	})
	require.NoError(t, k.Run())
	assert.Equal(t, []string{"attached 2 true", "_start one 2", "handler ask true", "child create started", "made", "ask x", "odd", "_stop", "child lose <nil>"}, seen.All())
	assert.False(t, r.id.Alive())
	assert.EqualValues(t, 1, k.Stats().DeadLetters, "the event that it refused")
}

func TestStartErrors(t *testing.T) {
	k := newKernel()
	_, err := k.Host().Start(nil)
	assert.ErrorIs(t, err, kernel.ErrInvalid)
	start(t, k, states{"_start": func(kernel.Event) { k.Yield("go") }, "go": func(e kernel.Event) {
		assert.NoError(t, k.Host().StopSession(e.Session))
		_, err := k.Host().Start(&recorder{seen: &log{}})
		assert.ErrorIs(t, err, kernel.ErrNoActiveSession, "the active session has stopped")
	}})
	require.NoError(t, k.Run())
}
