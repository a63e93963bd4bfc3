package lineedit_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/wheel/readline/lineedit"
)

// shown is the line with the cursor in it.
func shown(e *lineedit.Editor) string {
	return e.Text()[:e.Cursor()] + "|" + e.Text()[e.Cursor():]
}

func edit(keys string) *lineedit.Editor {
	h := &lineedit.History{}
	h.Add("first line", "second one", "third line here")
	e := lineedit.New(lineedit.Config{History: h, MaxLine: 100})
	e.Feed([]byte(keys))
	return e
}

func TestKeys(t *testing.T) {
	const (
		left = "\x1b[D"
		up   = "\x1b[A"
		down = "\x1b[B"
	)
	for _, c := range []struct{ name, keys, want string }{
		{"self-insert", "abc", "abc|"},
		{"an argument counts once", "\x1b3xy", "xxxy|"},
		{"insert inside", "ac" + left + "b", "ab|c"},
		{"beginning and end", "abc\x01x\x05y", "xabcy|"},
		{"characters of several bytes", "aé世\x02\x02x", "ax|é世"},
		{"a combined character is one", "e\u0301x\x02\x02", "|e\u0301x"},
		{"a family is one", "a👨‍👩‍👧\x7f", "a|"},
		{"not UTF-8", "a\xff\xc3(", "a\uFFFD\uFFFD(|"},
		{"words", "one two  three\x1bb\x1bb\x1bfX", "one twoX|  three"},
		{"arrows by word", "one two\x1b[1;5DX", "one X|two"},
		{"delete-char", "abc\x01\x04", "|bc"},
		{"delete key", "abc\x01\x1b[3~", "|bc"},
		{"backward-delete-char", "abc\x7f\x08", "a|"},
		{"kill-line", "abc def\x1bb\x0b", "abc |"},
		{"unix-line-discard", "abc def\x1bb\x15", "|def"},
		{"unix-word-rubout", "abc d-f  \x17", "abc |"},
		{"backward-kill-word", "abc d-f\x1b\x7f", "abc d-|"},
		{"kills in a row are one", "a b c\x17\x17\x19", "a b c|"},
		{"kills forward in a row", "a b c\x01\x1bd\x1bd\x05\x19", " ca b|"},
		{"yank-pop", "one\x15two\x15\x19\x1by", "one|"},
		{"yank-pop around", "one\x15two\x15\x19\x1by\x1by", "two|"},
		{"transpose-chars", "abc\x14", "acb|"},
		{"transpose inside", "abc\x02\x14", "acb|"},
		{"transpose-words", "one two\x1bt", "two one|"},
		{"transpose-words inside", "one, two three\x1bb\x1bt", "one, three two|"},
		{"upcase", "abc def\x01\x1bu", "ABC| def"},
		{"capitalize", "abC def\x01\x1bc", "Abc| def"},
		{"downcase", "ABC\x01\x1bl", "abc|"},
		{"case before the cursor", "abc\x1b-\x1bu", "ABC|"},
		{"undo", "abc\x15\x1f", "abc|"},
		{"undo of typing is one step", "abc def\x1f", "|"},
		{"revert-line", "abc\x01x\x0b\x1br", "|"},
		{"quoted-insert", "\x16\x01\x16\x1b", "\x01\x1b|"},
		{"quoted-insert, negative", "ab\x1b-\x16x", "ab|"},
		{"overwrite", "abcd\x01\x1b[2~xy", "xy|cd"},
		{"numeric argument", "\x1b5x", "xxxxx|"},
		{"numeric argument moves", "abcdef\x1b3\x02", "abc|def"},
		{"negative argument", "abcdef\x01\x1b-\x1b2\x02", "ab|cdef"},
		{"two digits", "\x1b1\x1b2x", "xxxxxxxxxxxx|"},
		{"character-search", "hello world\x01\x1dw", "hello |world"},
		{"character-search-backward", "hello world\x1b\x1do", "hello w|orld"},
		{"set-mark and swap", "ab\x00cd\x18\x18X", "abX|cd"},
		{"delete-horizontal-space", "a   b\x02\x02\x1b\\", "a|b"},
		{"copy-region-as-kill", "\x00abc\x1bw\x19", "abcabc|"},
		{"backward-kill-line", "abc\x18\x7f", "|"},
		{"previous-history", up, "third line here|"},
		{"further back", up + up, "second one|"},
		{"there and back", "typed" + up + down, "typed|"},
		{"first of history", "\x1b<", "first line|"},
		{"last of history", "x\x1b<\x1b>", "x|"},
		{"undo after recalling", "typed" + up + "\x1f", "typed|"},
		{"prefix search", "sec\x1bp", "second one|"},
		{"prefix search goes on", "\x1bp\x1bp\x1bp", "first line|"},
		{"yank-last-arg", "x \x1b.", "x here|"},
		{"yank-last-arg again", "x \x1b.\x1b.", "x one|"},
		{"reverse search", "\x12sec", "|second one"},
		{"search again", "\x12line\x12", "first |line"},
		{"search the other way", "\x12line\x12\x13", "third |line here"},
		{"search and edit", "\x12sec\x05!", "second one!|"},
		{"search given up", "was\x12sec\x07", "was|"},
		{"search by fewer", "\x12secx\x7f", "|second one"},
		{"unknown sequence", "a\x1b[99;99~b", "ab|"},
		{"unknown meta", "a\x1bzb", "ab|"},
		{"unknown after C-x", "a\x18zb", "ab|"},
		{"tab without completion", "a\tb", "ab|"},
		{"tab-insert", "a\x1b\tb", "a\tb|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, shown(edit(c.keys)))
			bytewise := edit("")
			for i := range len(c.keys) {
				bytewise.Feed([]byte{c.keys[i]})
			}
			assert.Equal(t, c.want, shown(bytewise), "byte by byte")
		})
	}
}

func TestPrompts(t *testing.T) {
	for keys, want := range map[string]string{
		"":            "> ",
		"\x12":        "(reverse-i-search)`': ",
		"\x12sec":     "(reverse-i-search)`sec': ",
		"\x13":        "(i-search)`': ",
		"\x12nope":    "(failed reverse-i-search)`nope': ",
		"\x12sec\x05": "> ",
		"\x1b1\x1b2":  "(arg: 12) ",
		"\x1b-":       "(arg: -) ",
		"\x1b3x":      "> ",
	} {
		e := edit("")
		e.SetPrompt("> ")
		e.Feed([]byte(keys))
		assert.Equal(t, want, e.Prompt(), "%q", keys)
	}
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		keys    string
		outcome lineedit.Outcome
		taken   int
		echo    string
	}{
		{"ab\rcd", lineedit.Accepted, 3, ""},
		{"ab\ncd", lineedit.Accepted, 3, ""},
		{"ab\x07cd", lineedit.Cancelled, 3, "^G"},
		{"ab\x03cd", lineedit.Interrupt, 3, "^C"},
		{"\x04cd", lineedit.EndOfText, 1, "^D"},
		{"ab\x04cd", lineedit.Editing, 5, ""},
		{"\x12sec\r", lineedit.Accepted, 5, ""},
		{"ab\x1b#cd", lineedit.Accepted, 4, ""},
		{"ab\x1b\x07cd", lineedit.Cancelled, 4, "^[^G"},
	} {
		e := edit("")
		assert.Equal(t, c.taken, e.Feed([]byte(c.keys)), "%q", c.keys)
		assert.Equal(t, c.outcome, e.Outcome(), "%q", c.keys)
		assert.Equal(t, c.echo, e.TakeEffects().Echo, "%q", c.keys)
	}
}

func TestMaxLine(t *testing.T) {
	e := lineedit.New(lineedit.Config{MaxLine: 5})
	e.Feed([]byte("12345"))
	assert.False(t, e.TakeEffects().Bell)
	for _, keys := range []string{"6", "\x1b9\x1b9x", "é"} {
		e.Feed([]byte(keys))
		assert.Equal(t, "12345", e.Text())
		assert.True(t, e.TakeEffects().Bell)
	}
	e.SetLine("123456", 0)
	assert.Equal(t, "12345", e.Text())
}

func TestComplete(t *testing.T) {
	for _, c := range []struct {
		name, keys, want string
		list             []string
		bell             bool
	}{
		{"one", "say hel\t", "say hello|", nil, false},
		{"common part", "say wo\t", "say wor|", nil, true},
		{"list at the second", "say wor\t\t", "say wor|", []string{"word", "world"}, true},
		{"none", "say x\t", "say x|", nil, true},
		{"inside the line", "say hel there\x1bb\x02\t", "say hello| there", nil, false},
		{"possible-completions", "say \x1b?", "say |", []string{"hello", "word", "world"}, false},
		{"insert-completions", "wo\x1b*", "word world |", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked []string
			e := lineedit.New(lineedit.Config{Options: lineedit.Options{
				CompletionFunction: func(word, line string, start int) (found []string) {
					asked = append(asked, line[start:])
					for _, w := range []string{"world", "word", "hello", "word"} {
						if strings.HasPrefix(w, word) {
							found = append(found, w)
						}
					}
					return found
				},
			}})
			e.Feed([]byte(c.keys))
			effects := e.TakeEffects()
			assert.Equal(t, c.want, shown(e))
			assert.Equal(t, c.list, effects.List)
			assert.Equal(t, c.bell, effects.Bell)
			assert.NotEmpty(t, asked)
		})
	}
}

func TestParseKey(t *testing.T) {
	for name, want := range map[string]string{
		"C-a": "\x01", "M-f": "\x1bf", "M-C-h": "\x1b\x08", "C-M-h": "\x1b\x08", "C-xC-r": "\x18\x12", "C-x C-r": "\x18\x12",
		"Control-u": "\x15", "control-u": "\x15", "Meta-Rubout": "\x1b\x7f", `\C-x\M-f`: "\x18\x1bf", `\e[A`: "\x1b[A",
		"Up": "\x1b[A", "C-?": "\x7f", "C-Space": "\x00", "a": "a", "é": "é", "C-x C": "\x18C", "DEL": "\x7f", "-": "-", "C-xk": "\x18k",
		" ": " ",
	} {
		got, err := lineedit.ParseKey(name)
		require.NoError(t, err, name)
		assert.Equal(t, want, got, name)
	}
	for _, name := range []string{"", "C-é", "C-1", strings.Repeat("x", 33)} {
		_, err := lineedit.ParseKey(name)
		assert.ErrorContains(t, err, "lineedit: key", name)
	}
}

func TestBind(t *testing.T) {
	e := edit("")
	e.Define("shout", func(e *lineedit.Editor, key string) { e.SetLine(strings.ToUpper(e.Text())+key, 1) })
	require.NoError(t, e.Bind("C-xs", "shout"))
	e.Feed([]byte("abc\x18s"))
	assert.Equal(t, "A|BC\x18s", shown(e))
	require.NoError(t, e.Bind("C-xs", ""))
	e.Feed([]byte("\x18s"))
	assert.Equal(t, "A|BC\x18s", shown(e))
	assert.True(t, e.TakeEffects().Bell)
	assert.ErrorContains(t, e.Bind("C-a", "nothing"), `no function "nothing"`)

	require.NoError(t, e.Bind("x", "accept-line"))
	e.Feed([]byte("x"))
	assert.Equal(t, lineedit.Accepted, e.Outcome())
}

// Every binding that is written down is in force and names a function.
func TestBindingTables(t *testing.T) {
	modes := map[string]string{"emacs": "", "vi-insert": "\x1b\n", "vi-command": "\x1b\n\x1b\x1b"}
	for keymap, table := range lineedit.BindingTables() {
		e := edit(modes[keymap])
		if keymap == "vi-command" {
			e.Feed([]byte("h"))
		}
		require.Equal(t, keymap, e.Keymap())
		bound, n := e.Bindings(), 0
		for line := range strings.Lines(strings.TrimSpace(table)) {
			if line = strings.TrimSpace(line); line == "" {
				continue
			}
			n++
			key, name, _ := strings.Cut(line, " ")
			raw, err := lineedit.ParseKey(key)
			require.NoError(t, err)
			assert.Equal(t, name, bound[raw], key)
			assert.NoError(t, edit("").BindIn(keymap, key, name))
		}
		assert.Len(t, bound, n)
	}
	assert.ErrorContains(t, edit("").BindIn("ed", "a", "abort"), `no keymap "ed"`)
}

func TestHistory(t *testing.T) {
	h := &lineedit.History{Max: 3}
	n, err := h.ReadFrom(strings.NewReader("a\nb\nc\nd\n"))
	require.NoError(t, err)
	assert.EqualValues(t, 8, n)
	assert.Equal(t, []string{"b", "c", "d"}, h.Lines())
	h.Add("two\nrows")
	var out bytes.Buffer
	n, err = h.WriteTo(&out)
	require.NoError(t, err)
	assert.Equal(t, "c\nd\ntwo rows\n", out.String())
	assert.EqualValues(t, out.Len(), n)
	_, err = h.ReadFrom(strings.NewReader(strings.Repeat("x", lineedit.DefaultMaxLine+1)))
	assert.ErrorContains(t, err, "more than 65536 bytes")
}

func TestOptions(t *testing.T) {
	e := edit("")
	o := e.Options()
	for _, c := range []struct {
		name, value string
		want        any
	}{
		{"bell-style", "none", "none"}, {"comment-begin", "//", "//"}, {"completion-append", " ", " "},
		{"show-all-if-ambiguous", "on", true}, {"print-completions-horizontally", "1", true},
		{"show-all-if-ambiguous", "Off", false},
	} {
		require.NoError(t, o.Set(c.name, c.value))
		got, ok := o.Get(c.name)
		assert.True(t, ok)
		assert.Equal(t, c.want, got, c.name)
	}
	e.Feed([]byte("x\x1b#"))
	assert.Equal(t, "//x", e.Text())
	assert.Error(t, o.Set("bell-style", "loud"))
	assert.Error(t, o.Set("show-all-if-ambiguous", "perhaps"))
	assert.Error(t, o.Set("no-such", "on"))
	_, ok := o.Get("no-such")
	assert.False(t, ok)
}

// No keys whatever break the line, and how they are cut into pieces does not
// matter.
func FuzzFeed(f *testing.F) {
	f.Add([]byte("hello\x01\x1bf\x0b\x19\x1by\x1f"))
	f.Add([]byte("\x12lin\x12\x7f\x07\x1b[A\x1b[B\x1b.\x1b."))
	f.Add([]byte("\x1b9\x1b9x\x14\x1bt\x1bu\x18\x18\x16\x1b\x1d世"))
	f.Add([]byte("e\u0301\u0301👨‍👩‍👧\x02\u0301\x08\xff\xc3"))
	f.Fuzz(func(t *testing.T, keys []byte) {
		whole, single := edit(""), edit("")
		taken := whole.Feed(keys)
		for i := range taken {
			require.Equal(t, 1, single.Feed(keys[i:i+1]))
			require.LessOrEqual(t, single.Cursor(), len(single.Text()))
			require.LessOrEqual(t, len(single.Text()), 100)
			require.True(t, utf8.ValidString(single.Text()))
			require.True(t, utf8.ValidString(single.Text()[:single.Cursor()]))
		}
		require.Equal(t, shown(whole), shown(single))
		require.Equal(t, whole.Outcome(), single.Outcome())
		require.Equal(t, whole.Prompt(), single.Prompt())
	})
}

func FuzzParseKey(f *testing.F) {
	f.Add("C-x C-r")
	f.Add(`M-\C-é`)
	f.Fuzz(func(t *testing.T, name string) {
		raw, err := lineedit.ParseKey(name)
		require.Equal(t, err != nil, raw == "")
	})
}

func BenchmarkType(b *testing.B) {
	e := edit("")
	key := []byte("x")
	for b.Loop() {
		if e.Feed(key); len(e.Text()) == 100 {
			e.Start()
		}
	}
}

func ExampleEditor() {
	e := lineedit.New(lineedit.Config{})
	e.Feed([]byte("world\x01hello \r")) // C-a, and Return
	fmt.Printf("%q %v\n", e.Text(), e.Outcome() == lineedit.Accepted)
	// Output: "hello world" true
}
