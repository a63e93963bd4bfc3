//go:build unix

package readline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"

	"github.com/gopoe/poe/kernel"
	"github.com/gopoe/poe/session"
	"github.com/gopoe/poe/wheel/readline"
)

// user sits at a pseudo-terminal: as soon as the screen shows what the first
// step waits for, the keys of that step are typed, and so on.
type user struct {
	t      testing.TB
	k      *kernel.Kernel
	near   *kernel.Handle // the user's side
	tty    *os.File
	w      *readline.Wheel
	screen *screen
	steps  []step
	got    []string // the input events
}

type step struct {
	see string // what the last row of the screen ends with, or any row is
	do  any    // keys as a string, or a func()
}

func (u *user) look(e kernel.Event) {
	buf := make([]byte, 4096)
	n, err := u.near.Read(buf)
	if err != nil { // the wheel has closed its side
		u.near.Close()
		return
	}
	u.screen.write(buf[:n])
	u.act()
}

func (u *user) act() {
	for len(u.steps) > 0 && u.sees(u.steps[0].see) {
		do := u.steps[0].do
		u.steps = u.steps[1:]
		switch do := do.(type) {
		case string:
			_, err := u.near.Write([]byte(do))
			require.NoError(u.t, err)
		case func():
			do()
		}
	}
}

func (u *user) sees(what string) bool {
	lines := u.screen.lines()
	if len(lines) == 0 {
		return false
	}
	for _, l := range lines {
		if l == what {
			return true
		}
	}
	return strings.HasSuffix(lines[len(lines)-1], what)
}

// onTerminal runs a program at a terminal of 40 columns. start is the
// program's _start, after the wheel has been made; input gets what is read.
func onTerminal(t *testing.T, c readline.Config, start func(u *user), input func(u *user, line string, why readline.Exception), steps ...step) *user {
	t.Helper()
	u := &user{t: t, k: kernel.New(), screen: newScreen(40), steps: steps}
	_, err := session.Inline(u.k, session.Funcs{
		"_start": func(e kernel.Event) {
			u.open(c, input)
			start(u)
			_, err := e.Kernel.DelaySet("hung", time.Minute) // in place of a test that never ends
			require.NoError(t, err)
		},
		"screen": u.look,
		"hung": func(kernel.Event) {
			t.Errorf("nothing more happens: waiting for %q, on the screen:\n%s", u.steps, u.screen)
			u.w.Close()
			u.near.Close()
		},
		"done": func(e kernel.Event) {
			u.w.Close()
			e.Kernel.AlarmRemoveAll()
		},
	})
	require.NoError(t, err)
	require.NoError(t, u.k.Run())
	assert.Empty(t, u.steps, "steps that were not reached; on the screen:\n%s", u.screen)
	return u
}

func (u *user) open(c readline.Config, input func(u *user, line string, why readline.Exception)) {
	ours, theirs, err := pty.Open()
	require.NoError(u.t, err)
	require.NoError(u.t, pty.Setsize(theirs, &pty.Winsize{Rows: 24, Cols: 40}))
	u.near, err = kernel.File(ours)
	require.NoError(u.t, err)
	u.tty = theirs
	h, err := kernel.File(theirs)
	require.NoError(u.t, err)
	c.Input, c.Output = h, h
	if c.Events == nil {
		c.Events = readline.Funcs{Input: func(_ *readline.Wheel, line string, why readline.Exception) {
			u.got = append(u.got, line+string(why))
			input(u, line, why)
		}}
	}
	u.w, err = readline.New(u.k, c)
	require.NoError(u.t, err)
	require.NoError(u.t, u.k.SelectRead(u.near, "screen"))
}

func (u *user) done()           { u.k.Yield("done") }
func (u *user) get(p ...string) { require.NoError(u.t, u.w.Get(p...)) }

// untilQuit reads lines until one is "quit".
func untilQuit(u *user, line string, _ readline.Exception) {
	if line == "quit" {
		u.done()
		return
	}
	u.get()
}

func prompt(u *user) { u.get("go: ") }

func TestLines(t *testing.T) {
	u := onTerminal(t, readline.Config{}, prompt, untilQuit,
		step{"go:", "hullo\x1bb\x06\x04e\r"},
		step{"go: hello", ""},
		step{"go:", "second\rthird\rquit\r"}, // typed ahead
	)
	assert.Equal(t, []string{"hello", "second", "third", "quit"}, u.got)
	assert.Equal(t, []string{"go: hello", "go: second", "go: third", "go: quit"}, u.screen.lines())
}

func TestExceptions(t *testing.T) {
	u := onTerminal(t, readline.Config{}, prompt, func(u *user, _ string, why readline.Exception) {
		if why == readline.Interrupt {
			u.done()
			return
		}
		u.get()
	},
		step{"go:", "some\x07"}, step{"go: some^G", ""},
		step{"go:", "\x04"}, step{"go: ^D", ""},
		step{"go:", "more\x01\x03"}, step{"go: more^C", ""},
	)
	assert.Equal(t, []string{"cancel", "eot", "interrupt"}, u.got)
}

func TestNames(t *testing.T) {
	var args [][]any
	var id kernel.WheelID
	u := &user{t: t, k: kernel.New(), screen: newScreen(40), steps: []step{{"go:", "line\r"}, {"more:", "\x03"}}}
	_, err := session.Inline(u.k, session.Funcs{
		"_start": func(kernel.Event) {
			u.open(readline.Config{Events: readline.Names{Input: "input"}}, nil)
			id = u.w.ID()
			u.get("go: ")
		},
		"screen": u.look,
		"input": func(e kernel.Event) {
			args = append(args, e.Args)
			if len(args) == 2 {
				u.w.Close()
				return
			}
			u.get("more: ")
		},
	})
	require.NoError(t, err)
	require.NoError(t, u.k.Run())
	assert.Equal(t, [][]any{{"line", nil, id}, {nil, "interrupt", id}}, args)
}

func TestPutModes(t *testing.T) {
	put := func(u *user) func() { return func() { u.w.Put("news", "of two rows") } }
	for _, c := range []struct {
		name   string
		config readline.Config
		want   []string
	}{
		{"immediate", readline.Config{PutMode: readline.Immediate}, []string{"news", "of two rows", "go: abc"}},
		{"after", readline.Config{PutMode: readline.After}, []string{"go: abc", "news", "of two rows"}},
		{"idle, and no time to wait", readline.Config{IdleTime: time.Hour}, []string{"go: abc", "news", "of two rows"}},
		{"idle", readline.Config{IdleTime: time.Nanosecond}, []string{"news", "of two rows", "go: abc"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var u *user
			see := "go: abc"
			first := step{"go:", "abc"}
			second := step{see, func() {
				put(u)()
				if c.want[0] == "news" {
					u.steps = append(u.steps, step{"of two rows", "\r"})
					return
				}
				_, err := u.near.Write([]byte("\r"))
				require.NoError(t, err)
			}}
			onTerminal(t, c.config, func(now *user) { u = now; prompt(u) },
				func(u *user, _ string, _ readline.Exception) { u.done() }, first, second)
			assert.Equal(t, c.want, u.screen.lines())
			assert.Equal(t, []string{"abc"}, u.got)
		})
	}
}

func TestTheTerminalIsRawOnlyWhileALineIsRead(t *testing.T) {
	var before *term.State
	state := func(u *user) *term.State {
		s, err := term.GetState(int(u.near.Fd())) // both sides have the one
		require.NoError(t, err)
		return s
	}
	var u *user
	onTerminal(t, readline.Config{}, func(now *user) {
		u = now
		before = state(u)
		prompt(u)
		assert.NotEqual(t, before, state(u))
	}, func(u *user, _ string, _ readline.Exception) {
		if len(u.got) == 1 {
			assert.Equal(t, before, state(u))
			u.get()
			return
		}
	},
		step{"go:", "a\r"}, step{"go: a", ""},
		step{"go:", func() {
			assert.NotEqual(t, before, state(u))
			require.NoError(t, u.w.Close())
			assert.Equal(t, before, state(u))
			require.NoError(t, u.w.Close())
			u.done()
		}})
}

func TestHistoryAndCompletion(t *testing.T) {
	file := filepath.Join(t.TempDir(), "history")
	require.NoError(t, os.WriteFile(file, []byte("zero\none\ntwo\nthree\n"), 0o600))
	c := readline.Config{}
	c.Options.CompletionFunction = func(word, _ string, _ int) (all []string) {
		for _, s := range []string{"apple", "apricot", "banana"} {
			if strings.HasPrefix(s, word) {
				all = append(all, s)
			}
		}
		return all
	}
	u := onTerminal(t, c, func(u *user) {
		require.NoError(t, u.w.ReadHistory(file, 1, 2))
		prompt(u)
	}, func(u *user, line string, why readline.Exception) {
		u.w.AddHistory(line)
		untilQuit(u, line, why)
	},
		step{"go:", "\x1b[A\x1b[A\r"}, step{"go: one", ""},
		step{"go:", "\x12tw\r"}, step{"go: two", ""},
		step{"go:", "b\t\r"}, step{"go: banana", ""},
		step{"go:", "a\t\t"},
		step{"apple    apricot", "ri\t\r"},
		step{"go: apricot", ""},
		step{"go:", "quit\r"},
	)
	assert.Equal(t, []string{"one", "two", "banana", "apricot", "quit"}, u.got)
	assert.Equal(t, []string{"one", "two", "one", "two", "banana", "apricot", "quit"}, u.w.History())
	require.NoError(t, u.w.WriteHistory(file))
	require.NoError(t, u.w.TruncateHistoryFile(file, 2))
	left, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "apricot\nquit\n", string(left))
	assert.ErrorContains(t, u.w.ReadHistory(file+".not", 0, -1), "ReadHistory")
}

func TestKeysOfTheProgram(t *testing.T) {
	u := onTerminal(t, readline.Config{}, func(u *user) {
		u.w.AddDefun("shout", func(w *readline.Wheel, key string) {
			w.Editor().SetLine(strings.ToUpper(w.Editor().Text()), 0)
		})
		u.w.AddDefun("leave", func(w *readline.Wheel, _ string) {
			require.NoError(t, w.Close())
			u.done()
		})
		require.NoError(t, u.w.BindKey("C-xs", "shout"))
		require.NoError(t, u.w.BindKey("C-xq", "leave"))
		assert.Error(t, u.w.BindKey("C-xq", "nothing"))
		prompt(u)
	}, untilQuit,
		step{"go:", "abc\x18s"}, step{"go: ABC", "\x18qlost\r"})
	assert.Empty(t, u.got)
}

func TestPromptSizeClearAndRedraw(t *testing.T) {
	var u *user
	onTerminal(t, readline.Config{PutMode: readline.Immediate}, func(now *user) {
		u = now
		assert.True(t, u.w.IsTerminal())
		u.w.Put("old")
		prompt(u)
	}, untilQuit,
		step{"go:", "some"},
		step{"go: some", func() {
			columns, rows := u.w.TerminalSize()
			assert.Equal(t, []int{40, 24}, []int{columns, rows})
			u.get("changed: ")
		}},
		step{"changed: some", func() { u.w.Clear() }},
		step{"changed: some", func() { u.w.Redraw() }},
		step{"changed: some", "\x15quit\r"},
	)
	assert.Equal(t, []string{"changed: quit"}, u.screen.lines())
	assert.Equal(t, "audible", u.w.Option("bell-style"))
	assert.Nil(t, u.w.Option("no-such"))
}

func TestHangUp(t *testing.T) {
	var u *user
	onTerminal(t, readline.Config{}, func(now *user) { u = now; prompt(u) },
		func(u *user, _ string, why readline.Exception) {
			assert.Equal(t, readline.EOT, why)
			assert.Error(t, u.w.Get())
			u.done()
		},
		step{"go:", func() { u.near.Close() }})
	assert.Equal(t, []string{"eot"}, u.got)
}

// plain runs a wheel on two pipes.
func plain(t *testing.T, text string, c readline.Config, input func(w *readline.Wheel, line string, why readline.Exception)) (out string, errs []error) {
	t.Helper()
	in, feed, err := kernel.Pipe()
	require.NoError(t, err)
	sink, sinkIn, err := os.Pipe()
	require.NoError(t, err)
	defer sink.Close()
	_, err = feed.Write([]byte(text))
	require.NoError(t, err)
	feed.Close()
	k := kernel.New()
	_, err = session.Inline(k, session.Funcs{"_start": func(kernel.Event) {
		c.Input = in
		c.Output, err = kernel.File(sinkIn)
		require.NoError(t, err)
		c.Events = readline.Funcs{Input: input, Error: func(_ *readline.Wheel, e *kernel.OpError) { errs = append(errs, e) }}
		w, err := readline.New(k, c)
		require.NoError(t, err)
		assert.False(t, w.IsTerminal())
		require.NoError(t, w.Get("prompt"))
	}})
	require.NoError(t, err)
	require.NoError(t, k.Run()) // without a Get the wheel keeps nothing alive
	buf := make([]byte, 4096)
	n, _ := sink.Read(buf) // 0 at the end
	return string(buf[:n]), errs
}

func TestWithoutATerminal(t *testing.T) {
	var got []string
	out, errs := plain(t, "one\r\n\nthr\xffee\n123456789\nlast", readline.Config{MaxLine: 8},
		func(w *readline.Wheel, line string, why readline.Exception) {
			got = append(got, fmt.Sprintf("%q %s", line, why))
			w.Put("got " + line)
			if why == readline.None {
				assert.NoError(t, w.Get())
			}
		})
	assert.Equal(t, []string{`"one" `, `"" `, `"thr�ee" `, `"last" `, `"" eot`}, got)
	assert.Equal(t, "got one\ngot \ngot thr�ee\ngot last\ngot \n", out)
	require.Len(t, errs, 1)
	assert.ErrorIs(t, errs[0], readline.ErrLineTooLong)
}

func TestALongLineIsSkippedInBoundedMemory(t *testing.T) {
	var got []string
	_, errs := plain(t, strings.Repeat("x", 60_000)+"\nshort\n", readline.Config{MaxLine: 10},
		func(w *readline.Wheel, line string, why readline.Exception) {
			got = append(got, line+string(why))
			if why == readline.None {
				assert.NoError(t, w.Get())
			}
		})
	assert.Equal(t, []string{"short", "eot"}, got)
	assert.Len(t, errs, 1)
}

func TestConfigErrors(t *testing.T) {
	k := kernel.New()
	for field, c := range map[string]readline.Config{
		"MaxLine":  {MaxLine: -1},
		"IdleTime": {IdleTime: -1},
		"PutMode":  {PutMode: 3},
		"Kernel":   {}, // there is no session
	} {
		_, err := readline.New(k, c)
		var wrong *kernel.ConfigError
		require.ErrorAs(t, err, &wrong)
		assert.Equal(t, field, wrong.Field)
	}
}
