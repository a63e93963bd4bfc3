package session_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// warnings collects what is logged.
type warnings struct{ lines []string }

func (w *warnings) Enabled(context.Context, slog.Level) bool { return true }
func (w *warnings) WithAttrs([]slog.Attr) slog.Handler       { return w }
func (w *warnings) WithGroup(string) slog.Handler            { return w }
func (w *warnings) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	w.lines = append(w.lines, line)
	return nil
}

type heap struct{ n int }

func (h *heap) start(e kernel.Event) { e.Kernel.Yield("add", 2) }
func (h *heap) add(e kernel.Event)   { h.n += kernel.Arg[int](e, 0) }

var table = session.States[heap]{"_start": (*heap).start, "add": (*heap).add}

func TestManySessionsShareOneTable(t *testing.T) {
	k := kernel.New()
	heaps := []*heap{{1}, {10}}
	var ids []kernel.ID
	for _, h := range heaps {
		s, err := session.Create(k, h, table)
		require.NoError(t, err)
		ids = append(ids, s.ID())
	}
	// What one session changes is its own business.
	_, err := session.Create(k, &heap{}, session.States[heap]{"_start": func(*heap, kernel.Event) {}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, 3, heaps[0].n)
	assert.Equal(t, 12, heaps[1].n)
	assert.Same(t, heaps[1], session.HeapOf[heap](ids[1]), "after the end, too")
	assert.Nil(t, session.HeapOf[string](ids[1]))
	assert.Nil(t, session.HeapOf[heap](k.ID()))
	assert.Nil(t, session.HeapOf[heap](kernel.ID{}))
}

func TestStateChangesOneSessionOnly(t *testing.T) {
	k := kernel.New()
	changed, other := &heap{}, &heap{}
	s, err := session.Create(k, changed, session.States[heap]{
		"_start": func(_ *heap, e kernel.Event) {
			require.NoError(t, e.Kernel.State("add", func(e kernel.Event) { session.Heap[heap](e).n = 100 }))
			e.Kernel.Yield("add", 2)
		},
		"add": (*heap).add,
	})
	require.NoError(t, err)
	_, err = session.Create(k, other, table)
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Equal(t, 100, changed.n)
	assert.Equal(t, 2, other.n)
	assert.Equal(t, []string{"_start", "add"}, s.Handlers())
	s.SetHandler("add", nil)
	s.SetHandler("new", func(kernel.Event) {})
	assert.Equal(t, []string{"_start", "new"}, s.Handlers())
}

func TestFuncsWinOverStates(t *testing.T) {
	k := kernel.New()
	h := &heap{}
	object := &heap{}
	_, err := session.New(k, session.Config[heap]{
		Heap: h, States: table,
		Funcs: session.Funcs{"add": session.Bind(object, (*heap).add)},
	})
	require.NoError(t, err)
	require.NoError(t, k.Run())
	assert.Zero(t, h.n)
	assert.Equal(t, 2, object.n, "the object is not the heap")
}

func TestCreateErrors(t *testing.T) {
	var w warnings
	k := kernel.New(kernel.Options{Logger: slog.New(&w)})
	s, err := session.Inline(k, session.Funcs{"_default": func(kernel.Event) { t.Error("reached") }})
	assert.ErrorIs(t, err, kernel.ErrNoStart)
	assert.Nil(t, s)
	require.Len(t, w.lines, 1)
	assert.Contains(t, w.lines[0], "no _start")
	s, err = session.Create(k, &heap{}, session.States[heap]{"_start": (*heap).start, "_signal": (*heap).add})
	var c *kernel.ConfigError
	require.ErrorAs(t, err, &c)
	assert.Equal(t, "session", c.Package)
	assert.Equal(t, "States", c.Field)
	assert.Nil(t, s)
	require.NoError(t, k.Run())
}

func TestPanicInStartGivesASessionAndDIE(t *testing.T) {
	k := kernel.New()
	thrown := errors.New("thrown")
	s, err := session.Inline(k, session.Funcs{"_start": func(kernel.Event) { panic(thrown) }})
	require.NoError(t, err)
	assert.True(t, s.ID().Alive())
	assert.ErrorIs(t, k.Run(), thrown)
	assert.False(t, s.ID().Alive())
}

func TestOptions(t *testing.T) {
	k := kernel.New()
	options := map[string]any{"mine": "Yes"}
	s, err := session.New(k, session.Config[heap]{Funcs: session.Funcs{"_start": func(kernel.Event) {}}, Options: options})
	require.NoError(t, err)
	assert.Equal(t, "Yes", s.Option("MINE"), "not folded when given at the start")
	for _, c := range []struct{ value, stored any }{
		{"on", 1}, {"Yes", 1}, {"TRUE", 1}, {"off", 0}, {"no", 0}, {"False", 0}, {"maybe", "maybe"}, {7, 7}, {true, true},
	} {
		old := s.Option("mine")
		assert.Equal(t, old, s.SetOption("Mine", c.value), "the old value comes back")
		assert.Equal(t, c.stored, s.Option("mine"))
	}
	assert.Equal(t, "Yes", options["mine"], "the caller's map is left alone")
	s.SetOption("mine", nil)
	assert.Nil(t, s.Option("mine"))
	require.NoError(t, k.Run())
}

func TestOptionsOfTheSession(t *testing.T) {
	for name, c := range map[string]struct {
		value any
		want  string
	}{
		"default": {1, "no handler, and none for _default event=unheard"},
		"trace":   {"on", "event redirected to _default session=1 event=_stop"},
		"debug":   {true, "redefining a handler event=known"},
	} {
		for _, on := range []bool{true, false} {
			var w warnings
			k := kernel.New(kernel.Options{Logger: slog.New(&w)})
			funcs := session.Funcs{
				"_start": func(e kernel.Event) {
					e.Kernel.Yield("unheard")
					_ = e.Kernel.State("known", func(kernel.Event) {})
				},
				"known": func(kernel.Event) {},
			}
			if name == "trace" {
				funcs["_default"] = func(kernel.Event) {}
			}
			config := session.Config[heap]{Funcs: funcs}
			if on {
				config.Options = map[string]any{name: c.value}
			}
			_, err := session.New(k, config)
			require.NoError(t, err)
			require.NoError(t, k.Run())
			assert.Equal(t, on, strings.Contains(strings.Join(w.lines, "\n"), c.want), "%s %v\n%s", name, on, strings.Join(w.lines, "\n"))
		}
	}
}

// listener is a session type that gets every event before the session in it.
type listener struct {
	*session.Session
	got []string
}

func (l *listener) Dispatch(e kernel.Event) bool {
	l.got = append(l.got, e.Name)
	return l.Session.Dispatch(e)
}

// What a session has no handler for may be left out, but not if something in it looks.
func TestNoticesReachWhoeverLooks(t *testing.T) {
	child := session.Funcs{"_start": func(kernel.Event) {}}
	start := func(e kernel.Event) {
		_, err := session.Inline(e.Kernel, child)
		require.NoError(t, err)
	}
	t.Run("a type around the session", func(t *testing.T) {
		k := kernel.New()
		var outer *listener
		_, err := session.New(k, session.Config[heap]{
			Funcs: session.Funcs{"_start": start},
			Type:  func(s *session.Session) kernel.Session { outer = &listener{Session: s}; return outer },
		})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		assert.Equal(t, []string{"_start", "_child", "_child", "_stop"}, outer.got)
	})
	t.Run("_default", func(t *testing.T) {
		k := kernel.New()
		var got []any
		_, err := session.Inline(k, session.Funcs{
			"_start":   start,
			"_default": func(e kernel.Event) { got = append(got, e.Args[0]) },
		})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		assert.Equal(t, []any{"_child", "_child", "_stop"}, got)
	})
	t.Run("an option", func(t *testing.T) {
		var w warnings
		k := kernel.New(kernel.Options{Logger: slog.New(&w)})
		s, err := session.New(k, session.Config[heap]{Funcs: session.Funcs{"_start": start}, Options: map[string]any{"default": true}})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		require.Len(t, w.lines, 3, "%v", s)
		assert.Contains(t, w.lines[0], "event=_child")
		assert.Contains(t, w.lines[2], "event=_stop")
	})
	t.Run("a handler that State adds", func(t *testing.T) {
		k := kernel.New()
		var got []any
		_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
			require.NoError(t, e.Kernel.State("_child", func(e kernel.Event) { got = append(got, e.Args[0]) }))
			start(e)
		}})
		require.NoError(t, err)
		require.NoError(t, k.Run())
		assert.Equal(t, []any{"create", "lose"}, got)
	})
}
