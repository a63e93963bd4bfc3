//go:build unix

package readline_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/wheel/readline"
	"github.com/gopoe/poe/wheel/readline/lineedit"
)

// typed is what is typed at both wheels. They deliver the same, unless ours is
// given, and why.
type typed struct{ keys, ours, why string }

var inEmacs = []typed{
	{keys: "abc\r"},
	{keys: "\r"},
	{keys: "ac\x1bODb\r"},
	{keys: "abc\x01x\x05y\r"},
	{keys: "abc def\x02\x02x\x06y\r"},
	{keys: "abc\x01\x04\r"},
	{keys: "abc\x7f\x08x\r"},
	{keys: "abc def\x1bb\x0bx\r"},
	{keys: "abc def\x1bb\x15\r"},
	{keys: "one two\x17x\r"},
	{keys: "one two\x1b\x7fx\r", ours: "one x", why: "POE lists Meta-Rubout and does not find it"},
	{keys: "one two\x01\x1bdx\r", ours: "x two", why: "POE kills the blank behind the word as well"},
	{keys: "abc\x14\r"},
	{keys: "one two\x01\x1bu\r"},
	{keys: "ONE TWO\x01\x1bl\r"},
	{keys: "one two\x01\x1bc\r"},
	{keys: "one\x15two\x19\x19\r"},
	{keys: "ab\x16\x01c\r"},
	{keys: "\x1b5x\r", ours: "xxxxx", why: "POE takes the escape for a part of the number"},
	{keys: "a b c\x01\x1b2\x1bdx\r", ours: "x c", why: "POE takes the escape for a part of the number"},
	{keys: "abc\x1bOA\r"},
	{keys: "\x10\x10\x0ex\r"},
	{keys: "\x1b<\r"},
	{keys: "\x12second\r"},
	{keys: "\x1b.\r"},
	{keys: "ban\t\r"},
	{keys: "abc\x1b#"},
	{keys: "one  \t\x1b\\x\r"},
	{keys: "abc\x07"},
	{keys: "\x03"},
	{keys: "\x04"},
	{keys: "a\x04\r"},
}

var inVi = []typed{
	{keys: "abc\r"},
	{keys: "abc\x1b0ix\x1b$ay\r"},
	{keys: "abc\x1b0x\r"},
	{keys: "abc def\x1b0dwx\r"},
	{keys: "abc\x1bIx\x1bAy\r"},
	{keys: "abc\x1b0~\r"},
	{keys: "abc\x1b0rx\r"},
	{keys: "abc\x1bk\r"},
	{keys: "a\x04\r"},
	{keys: "\x04"},
}

// What is typed at POE's wheel and at ours arrives alike, in both modes.
func TestAgainstPOE(t *testing.T) {
	required := os.Getenv("POE_REQUIRED") != ""
	if err := exec.Command("perl", "-MPOE", "-MTerm::ReadKey", "-e", "1").Run(); err != nil && !required {
		t.Skip("needs Perl's POE and Term::ReadKey")
	}
	for mode, list := range map[string][]typed{lineedit.EmacsMode: inEmacs, lineedit.ViMode: inVi} {
		t.Run(mode, func(t *testing.T) {
			t.Setenv("INPUTRC", initFile(t, "set editing-mode "+mode+"\n"))
			list := append(append([]typed(nil), list...), typed{keys: "quit\r"})
			theirs, ours := perlReads(t, list), goReads(t, list)
			require.Len(t, theirs, len(list))
			require.Len(t, ours, len(list))
			for i, l := range list {
				if want := theirs[i]; l.why == "" {
					assert.Equal(t, want, ours[i], "%q", l.keys)
				} else {
					assert.Equal(t, l.ours, ours[i], "%q: %s", l.keys, l.why)
					assert.NotEqual(t, want, ours[i], "%q is no difference any more", l.keys)
				}
			}
		})
	}
}

// perlReads types at POE's wheel: each time its prompt has come.
func perlReads(t *testing.T, list []typed) []string {
	notes := filepath.Join(t.TempDir(), "notes")
	cmd := exec.Command("perl", "testdata/lines.pl")
	cmd.Env = append(os.Environ(), "LINES_FILE="+notes, "TERM=xterm")
	terminal, err := pty.Start(cmd)
	require.NoError(t, err)
	defer terminal.Close()
	hung := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer hung.Stop()
	keypad := []byte("\x1b=>") // the end of what it sends for a line: a mode of the keypad, and the prompt
	var said []byte
	buf := make([]byte, 4096)
	for i, l := range list {
		for bytes.Count(said, keypad) <= i {
			n, err := terminal.Read(buf)
			said = append(said, buf[:n]...)
			require.NoError(t, err, "before %q; POE has said %q", l.keys, said)
		}
		_, err := terminal.WriteString(l.keys)
		require.NoError(t, err)
	}
	for err == nil { // its last words
		_, err = terminal.Read(buf)
	}
	require.NoError(t, cmd.Wait())
	text, err := os.ReadFile(notes)
	require.NoError(t, err)
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// goReads types at our wheel: each time its prompt has come, which is another one for
// each line. What is typed between two lines the terminal itself would edit.
func goReads(t *testing.T, list []typed) []string {
	h := &lineedit.History{}
	h.Add("first line", "second one", "third line here")
	c := readline.Config{History: h, Options: lineedit.Options{
		CompletionFunction: func(word, _ string, _ int) (all []string) {
			for _, w := range []string{"apple", "apricot", "banana"} {
				if strings.HasPrefix(w, word) {
					all = append(all, w)
				}
			}
			return all
		},
	}}
	prompt := func(i int) string { return fmt.Sprint(i, ">") }
	var steps []step
	for i, l := range list {
		steps = append(steps, step{prompt(i), l.keys})
	}
	lines := 0
	return onTerminal(t, c, func(u *user) { u.get(prompt(0)) }, func(u *user, line string, _ readline.Exception) {
		if line == "quit" {
			u.done()
			return
		}
		lines++
		u.get(prompt(lines))
	}, steps...).got
}
