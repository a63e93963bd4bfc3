//go:build unix

package readline_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readline"
)

// The tests are those of a user without wishes of his own.
func TestMain(m *testing.M) {
	os.Setenv("INPUTRC", os.DevNull)
	os.Exit(m.Run())
}

func initFile(t *testing.T, text string) string {
	name := filepath.Join(t.TempDir(), "inputrc")
	require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

// The user's init file is read: that of the environment, of the home, or the
// one that the program names.
func TestInitFile(t *testing.T) {
	text := "set editing-mode vi\n$if my-app\n\"\\C-o\": \"quit\\C-m\"\n$endif\n"
	for _, from := range []string{"environment", "home", "config"} {
		t.Run(from, func(t *testing.T) {
			c := readline.Config{AppName: "my-app"}
			switch name := initFile(t, text); from {
			case "environment":
				t.Setenv("INPUTRC", name)
			case "home":
				t.Setenv("INPUTRC", "")
				os.Unsetenv("INPUTRC")
				t.Setenv("HOME", filepath.Dir(name))
				require.NoError(t, os.Rename(name, filepath.Join(filepath.Dir(name), ".inputrc")))
			case "config":
				c.InitFile = name
			}
			u := onTerminal(t, c, func(u *user) { u.get("> ") }, untilQuit,
				step{">", "abc def\x1bdbx\r"}, step{">", "\x0f"})
			assert.Equal(t, []string{"abc ", "quit"}, u.got)
			assert.Equal(t, "vi", u.w.Option("editing-mode"))
		})
	}
}

func TestNoInitFile(t *testing.T) {
	t.Setenv("INPUTRC", initFile(t, "set editing-mode vi\n"))
	u := onTerminal(t, readline.Config{InitFile: readline.NoInitFile}, func(u *user) { u.get("> ") }, untilQuit, step{">", "quit\r"})
	assert.Equal(t, "emacs", u.w.Option("editing-mode"))

	t.Setenv("INPUTRC", "/nonexistent/inputrc")
	onTerminal(t, readline.Config{}, func(u *user) { u.get("> ") }, untilQuit, step{">", "quit\r"})

	ours, theirs, err := pty.Open()
	require.NoError(t, err)
	defer ours.Close()
	k := kernel.New()
	_, err = session.Inline(k, session.Funcs{"_start": func(e kernel.Event) {
		h, err := kernel.File(theirs)
		require.NoError(t, err)
		_, err = readline.New(k, readline.Config{Input: h, Output: h, InitFile: "/nonexistent/inputrc"})
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, "InitFile", wrong.Field)
		require.NoError(t, h.Close())
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run())
}

// When the terminal changes its size the line is shown anew at once, without a
// key.
func TestSizeChanges(t *testing.T) {
	const line = "01234567890123456789012345678901234567890123456789"
	var at *user
	u := onTerminal(t, readline.Config{}, func(u *user) { at = u; u.get("> ") }, untilQuit,
		step{">", line},
		step{line[38:], func() {
			require.NoError(t, pty.Setsize(at.tty, &pty.Winsize{Rows: 24, Cols: 80}))
			at.screen = newScreen(80)
			require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGWINCH))
		}},
		step{"> " + line, "\x15quit\r"},
	)
	assert.Equal(t, []string{"quit"}, u.got)
}
