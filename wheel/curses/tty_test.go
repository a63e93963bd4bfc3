//go:build unix

package curses_test

import (
	"strings"
	"testing"

	"github.com/creack/pty"
	"github.com/gdamore/tcell/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/curses"
)

// A real terminal: keys come, what is drawn arrives, and it is restored.
func TestOnATerminal(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	near, far, err := pty.Open()
	require.NoError(t, err)
	require.NoError(t, pty.Setsize(far, &pty.Winsize{Rows: 10, Cols: 30}))
	before, err := term.GetState(int(far.Fd()))
	require.NoError(t, err)
	defer far.Close()
	user, err := kernel.File(near)
	require.NoError(t, err)

	var w *curses.Wheel
	var keys []string
	var size []int
	var seen strings.Builder
	typed := false
	inSession(t, session.Funcs{
		"_start": func(e kernel.Event) {
			tty, err := tcell.NewDevTtyFromDev(far.Name())
			require.NoError(t, err)
			screen, err := tcell.NewTerminfoScreenFromTty(tty)
			require.NoError(t, err)
			w = newWheel(t, e.Kernel, curses.Config{Screen: screen, Events: curses.Funcs{
				Resize: func(w *curses.Wheel, columns, rows int) {
					size = []int{columns, rows}
					w.Screen().PutStr(2, 1, "drawn")
					w.Screen().Show()
				},
				Input: func(_ *curses.Wheel, key *tcell.EventKey) {
					if keys = append(keys, key.Name()); key.Key() == tcell.KeyCtrlC {
						e.Kernel.Post(e.Session, "close")
					}
				},
			}})
			raw, err := term.GetState(int(far.Fd()))
			require.NoError(t, err)
			assert.NotEqual(t, before, raw)
			require.NoError(t, e.Kernel.SelectRead(user, "output"))
		},
		"output": func(kernel.Event) {
			buf := make([]byte, 4096)
			n, err := user.Read(buf)
			require.NoError(t, err)
			seen.Write(buf[:n])
			if !typed && strings.Contains(seen.String(), "drawn") {
				typed = true
				_, err := user.Write([]byte("aé\x1b[A\x03"))
				require.NoError(t, err)
			}
		},
		"close": func(kernel.Event) {
			require.NoError(t, w.Close())
			after, err := term.GetState(int(far.Fd()))
			require.NoError(t, err)
			assert.Equal(t, before, after)
			user.Close()
		},
	})
	assert.Equal(t, []string{"Rune[a]", "Rune[é]", "Up", "Ctrl+C"}, keys)
	assert.Equal(t, []int{30, 10}, size)
}
