package curses_test

import (
	"errors"
	"io"
	"runtime"
	"testing"

	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/curses"
)

func inSession(t testing.TB, handlers session.Funcs) {
	t.Helper()
	k := kernel.New()
	_, err := session.Inline(k, handlers)
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

func newWheel(t testing.TB, k *kernel.Kernel, c curses.Config) *curses.Wheel {
	t.Helper()
	w, err := curses.New(k, c)
	require.NoError(t, err)
	return w
}

func TestKeysByName(t *testing.T) {
	var got []any
	var sizes [][]any
	var w *curses.Wheel
	screen := tcell.NewSimulationScreen("UTF-8")
	inSession(t, session.Funcs{
		"_start": func(e kernel.Event) {
			w = newWheel(t, e.Kernel, curses.Config{Screen: screen, Events: curses.Names{Input: "key", Resize: "size"}})
			assert.Same(t, screen, w.Screen())
			require.NoError(t, screen.PostEvent(tcell.NewEventResize(100, 30)))
			screen.InjectKey(tcell.KeyRune, 'x', tcell.ModNone)
			screen.InjectKey(tcell.KeyUp, 0, tcell.ModShift)
			screen.InjectKey(tcell.KeyCtrlC, 0, tcell.ModCtrl)
		},
		"size": func(e kernel.Event) { sizes = append(sizes, e.Args) },
		"key": func(e kernel.Event) {
			key := kernel.Arg[*tcell.EventKey](e, 0)
			got = append(got, key.Name())
			assert.Equal(t, w.ID(), e.Args[1])
			if key.Key() == tcell.KeyCtrlC {
				require.NoError(t, w.Close())
				require.NoError(t, w.Close())
			}
		},
	})
	assert.Equal(t, []any{"Rune[x]", "Shift+Up", "Ctrl+C"}, got)
	assert.Equal(t, [][]any{{100, 30, w.ID()}}, sizes)
}

func TestFuncs(t *testing.T) {
	var got []any
	screen := tcell.NewSimulationScreen("UTF-8")
	inSession(t, session.Funcs{"_start": func(e kernel.Event) {
		newWheel(t, e.Kernel, curses.Config{Screen: screen, Mouse: true, Paste: true, Events: curses.Funcs{
			Resize: func(_ *curses.Wheel, columns, rows int) { got = append(got, columns, rows) },
			Mouse: func(_ *curses.Wheel, m *tcell.EventMouse) {
				x, y := m.Position()
				got = append(got, x, y)
			},
			Paste: func(_ *curses.Wheel, p *tcell.EventPaste) { got = append(got, p.Start()) },
			Input: func(w *curses.Wheel, key *tcell.EventKey) { got = append(got, key.Rune()) },
			Error: func(w *curses.Wheel, err *kernel.OpError) {
				got = append(got, err.Err)
				w.Close()
			},
		}})
		require.NoError(t, screen.PostEvent(tcell.NewEventResize(100, 30)))
		screen.InjectMouse(3, 4, tcell.Button1, tcell.ModNone)
		for _, event := range []tcell.Event{
			tcell.NewEventPaste(true), tcell.NewEventKey(tcell.KeyRune, 'p', tcell.ModNone), tcell.NewEventError(io.EOF),
			tcell.NewEventKey(tcell.KeyRune, 'z', tcell.ModNone), // after Close: never told
		} {
			require.NoError(t, screen.PostEvent(event))
		}
	}})
	assert.Equal(t, []any{100, 30, 3, 4, true, 'p', io.EOF}, got)
}

// Every key arrives, in order, also when there are more than are taken ahead.
func TestManyKeys(t *testing.T) {
	const keys = 5000
	var seen int
	screen := tcell.NewSimulationScreen("UTF-8")
	inSession(t, session.Funcs{"_start": func(e kernel.Event) {
		newWheel(t, e.Kernel, curses.Config{Screen: screen, Events: curses.Funcs{
			Input: func(w *curses.Wheel, key *tcell.EventKey) {
				assert.Equal(t, rune(0x4e00+seen), key.Rune())
				if seen++; seen == keys {
					w.Close()
				}
			},
		}})
		go func() {
			for i := range keys {
				for screen.PostEvent(tcell.NewEventKey(tcell.KeyRune, rune(0x4e00+i), tcell.ModNone)) != nil {
					runtime.Gosched() // the screen holds but a few
				}
			}
		}()
	}})
	assert.Equal(t, keys, seen)
}

func TestTheScreenEndsWithTheSession(t *testing.T) {
	screen := tcell.NewSimulationScreen("UTF-8")
	var w *curses.Wheel
	k := kernel.New()
	_, err := session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		w = newWheel(t, e.Kernel, curses.Config{Screen: screen, Events: curses.Names{Error: "over"}})
		screen.Fini()
	}, "over": func(e kernel.Event) {
		assert.ErrorIs(t, kernel.OpErrorOf(e), io.EOF)
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run()) // the wheel lets its session go
	require.NoError(t, w.Close())
}

type broken struct{ tcell.Screen }

func (broken) Init() error { return errors.New("no terminal") }

func TestConfigErrors(t *testing.T) {
	screen := tcell.NewSimulationScreen("UTF-8")
	check := func(k *kernel.Kernel, field string, c curses.Config) {
		_, err := curses.New(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
	check(kernel.New(), "Kernel", curses.Config{Screen: screen, Events: curses.Names{}})
	inSession(t, session.Funcs{"_start": func(e kernel.Event) {
		check(e.Kernel, "Events", curses.Config{Screen: screen})
		check(e.Kernel, "Screen", curses.Config{Screen: broken{screen}, Events: curses.Names{}})
	}})
}
