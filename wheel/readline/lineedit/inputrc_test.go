package lineedit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/wheel/readline/lineedit"
)

func TestReadInit(t *testing.T) {
	t.Setenv("TERM", "xterm-256color")
	dir := t.TempDir()
	included := filepath.Join(dir, "more")
	require.NoError(t, os.WriteFile(included, []byte("C-o: kill-whole-line\n"), 0o600))
	e := edit("")
	require.NoError(t, e.ReadInit(strings.NewReader(`
# a comment
set bell-style none
set Comment-Begin "// "
set show-all-if-ambiguous on
set some-other-option 3
Control-o: abort
C-xP: Upcase-Word and what follows
Meta-Rubout: kill-word
"\C-xm": "\"mac\\ro\"\C-b\x41\102\e\t"
"\M-z": end-of-line
"Up": beginning-of-line
$if mode=vi
C-a: no-such-function-but-nobody-looks
$else
C-a: end-of-line
$endif
$if term=xterm
	$if poe-readline
	C-b: ding
	$else
	C-e: ding
	$endif
$else
	$if poe-readline
	C-f: ding
	$endif
$endif
$if other-app
$include /nonexistent/file
$endif
$include `+included+`
set keymap vi-command
"Q": kill-line
`)))
	bound := e.Bindings()
	for key, want := range map[string]string{
		"\x0f": "kill-whole-line", "\x18P": "upcase-word", "\x1b\x7f": "kill-word", "\x1bz": "end-of-line",
		"Up": "beginning-of-line", "\x01": "end-of-line", "\x02": "ding", "\x05": "end-of-line", "\x06": "forward-char",
		"\x18m": "\"\"mac\\ro\"\x02AB\x1b\t",
	} {
		assert.Equal(t, want, bound[key], "%q", key)
	}
	o := e.Options()
	assert.Equal(t, []any{"none", "// ", true}, []any{o.BellStyle, o.CommentBegin, o.ShowAllIfAmbiguous})
	e.Feed([]byte("U"))
	assert.Empty(t, e.Text(), "the beginning of a longer key")
	e.Feed([]byte("x"))
	assert.Equal(t, "Ux|", shown(e), "which it then is not")

	require.NoError(t, e.ReadInit(strings.NewReader("set editing-mode vi\nC-a: ding\n$if mode=vi\nC-b: ding\n$endif")))
	e.Start()
	assert.Equal(t, "vi-insert", e.Keymap())
	assert.Equal(t, "ding", e.Bindings()["\x01"])
	assert.Equal(t, "ding", e.Bindings()["\x02"])
	e.Feed([]byte("abc def\x1b0Q\r"))
	assert.Equal(t, "", e.Text())
}

func TestInitErrors(t *testing.T) {
	e := edit("")
	for line, want := range map[string]string{
		"nonsense":                  "init file:1: neither a directive",
		"\n\nC-a: no-such":          `init file:3: lineedit: key "^A": there is no function "no-such"`,
		"$endif":                    "there is no $if",
		"$else":                     "there is no $if",
		"$if mode=vi":               "without an $endif",
		"$frobnicate":               "unknown directive $frobnicate",
		`"\C-a`:                     "quotes are not closed",
		`"\C-":a`:                   "nothing follows",
		`"\":abort`:                 "quotes are not closed",
		`"a\`:                       "nothing follows",
		`"": abort`:                 "a key of 0 bytes",
		`"a" abort`:                 "neither a directive",
		`C-1: abort`:                "no control with",
		`C-a: "abc`:                 "quotes are not closed",
		"set keymap ed":             `no keymap "ed"`,
		"set editing-mode ed":       `"ed" is not emacs or vi`,
		"set bell-style loud":       `"loud" is not`,
		"$include /nonexistent/x":   "init file: open /nonexistent/x",
		strings.Repeat("x", 5000):   "too long",
		strings.Repeat("x\n", 100):  "more than 20 errors",
		strings.Repeat("\n", 1<<21): "more than 1048576 bytes",
		`C-a: "` + strings.Repeat("x", 4090) + `"`:         "neither",
		`"` + strings.Repeat("x", 40) + `": abort`:         "a key of 40 bytes",
		`C-a: "` + strings.Repeat(`\M-a`, 1000) + `"` + "": "",
	} {
		err := e.ReadInit(strings.NewReader(line))
		if want == "" || want == "neither" {
			continue // the longest that are fine, or too long a line
		}
		assert.ErrorContains(t, err, want)
	}
	loop := filepath.Join(t.TempDir(), "loop")
	require.NoError(t, os.WriteFile(loop, []byte("$include "+loop+"\nC-a: ding\n"), 0o600))
	assert.ErrorContains(t, e.ReadInitFile(loop), "more than 10 files")
	assert.Equal(t, "ding", e.Bindings()["\x01"], "the rest counts")
	require.NoError(t, os.WriteFile(loop, []byte("C-a: abort\n"), 0o600))
	e.Feed([]byte("\x18\x12\x01"))
	assert.Equal(t, lineedit.Cancelled, e.Outcome())
}

// A macro types its keys; one that leads to itself comes to an end.
func TestMacros(t *testing.T) {
	e := edit("")
	require.NoError(t, e.Bind("C-xa", `"one two\M-b"`))
	require.NoError(t, e.Bind("C-xb", `"\C-xa\C-xa"`))
	e.Feed([]byte("\x18b!"))
	assert.Equal(t, "one one !|twotwo", shown(e))
	require.NoError(t, e.Bind("C-xc", `"x\C-xc"`))
	e.Feed([]byte("\x05\x18c\x05."))
	assert.LessOrEqual(t, len(e.Text()), 100)
	assert.True(t, strings.HasSuffix(shown(e), "."+"|") || len(e.Text()) == 100)
	assert.ErrorContains(t, e.Bind("C-xd", `"`+strings.Repeat("x", 5000)+`"`), "5000 bytes, more than 4096")
	assert.ErrorContains(t, e.Bind("C-xd", `"x`), "not closed")

	e = edit("") // keys behind the end of a line are typed ahead
	require.NoError(t, e.Bind("C-xa", `"one\rtwo"`))
	assert.Equal(t, 2, e.Feed([]byte("\x18a!")))
	assert.Equal(t, lineedit.Accepted, e.Outcome())
	assert.Equal(t, "one", e.Text())
	e.Start()
	e.Feed([]byte("!"))
	assert.Equal(t, "two!|", shown(e))
	e.Feed([]byte("\x18m"))
	assert.Equal(t, []string{"^Xa: \"one^Mtwo"}, e.TakeEffects().List)
	e.Feed([]byte("\x18v"))
	assert.Contains(t, e.TakeEffects().List, "editing-mode emacs")
}

func TestWordsFromElsewhere(t *testing.T) {
	t.Setenv("HOME", "/home/of/mine")
	for keys, want := range map[string]string{
		"cat ~/x\x1b&":      "cat /home/of/mine/x|",
		"~\x1b&":            "/home/of/mine|",
		"~nobody-here\x1b&": "~nobody-here|",
		"x\x1b&":            "x|",
		"a \x1b\x19":        "a line|",
		"a \x1b0\x1b\x19":   "a third|",
		"a \x1b7\x1b\x19":   "a |",
		"a \x1b-\x1b\x19":   "a here|",
	} {
		assert.Equal(t, want, shown(edit(keys)), "%q", keys)
	}
}

func FuzzReadInit(f *testing.F) {
	f.Add("set editing-mode vi\n\"\\C-x\\M-f\": \"abc\"\n$if mode=emacs\nC-a: abort\n$else\n$endif\n", "abc\x1bdw")
	f.Fuzz(func(t *testing.T, text, keys string) {
		if strings.Contains(text, "$include") {
			return
		}
		e := lineedit.New(lineedit.Config{MaxLine: 200})
		_ = e.ReadInit(strings.NewReader(text))
		for left := []byte(keys); len(left) > 0; {
			left = left[e.Feed(left):]
			if e.Outcome() != lineedit.Editing {
				e.Start()
			}
		}
	})
}

func FuzzVi(f *testing.F) {
	f.Add("one two\x1b0dw.u3x`a%f.;,p/li\rn")
	f.Fuzz(func(t *testing.T, keys string) {
		e := editVi("")
		for left := []byte(keys); len(left) > 0; {
			left = left[e.Feed(left):]
			if e.Cursor() < 0 || e.Cursor() > len(e.Text()) || len(e.Text()) > 100 {
				t.Fatalf("cursor %d in %q", e.Cursor(), e.Text())
			}
			if e.Outcome() != lineedit.Editing {
				e.Start()
			}
		}
	})
}
