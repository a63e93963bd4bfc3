package lineedit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/gopoe/poe/wheel/readline/lineedit"
)

func editVi(keys string) *lineedit.Editor {
	h := &lineedit.History{}
	h.Add("first line", "second one", "third line here")
	e := lineedit.New(lineedit.Config{History: h, MaxLine: 100, Options: lineedit.Options{
		EditingMode: lineedit.ViMode,
		CompletionFunction: func(string, string, int) []string {
			return []string{"apple", "apricot"}
		},
	}})
	e.Feed([]byte(keys))
	return e
}

// Keys of vi mode, an i at the end of many to show the cursor by what is before it.
func TestViKeys(t *testing.T) {
	for _, c := range []struct{ name, keys, want string }{
		{"text", "abc", "abc|"},
		{"escape goes back", "abc\x1bi", "ab|c"},
		{"escape twice", "abc\x1b\x1bx", "a|b"},
		{"append", "abc\x1b0ax", "ax|bc"},
		{"append at the end", "abc\x1b0Ax", "abcx|"},
		{"insert at the beginning", "abc\x1bIx", "x|abc"},
		{"motions", "one, two\x1b0wix", "onex|, two"},
		{"big words", "one, two\x1b0Wix", "one, x|two"},
		{"words back", "one, two\x1bbbix", "onex|, two"},
		{"big words back", "one, two\x1bBBix", "x|one, two"},
		{"end of word", "one, two\x1b0eix", "onx|e, two"},
		{"end of words", "one, two\x1b03eix", "one, twx|o"},
		{"end of big word", "one, two\x1b0Eix", "onex|, two"},
		{"first print", "  ab\x1b^ix", "  x|ab"},
		{"column", "abcdef\x1b3|ix", "abx|cdef"},
		{"find", "a.b.c.d\x1b0f.ix", "ax|.b.c.d"},
		{"find again", "a.b.c.d\x1b0f.;;ix", "a.b.cx|.d"},
		{"find with a count", "a.b.c.d\x1b02f.ix", "a.bx|.c.d"},
		{"find back", "a.b.c.d\x1bF.;,ix", "a.b.cx|.d"},
		{"till", "abc.d\x1b0t.ix", "abx|c.d"},
		{"till back", "a.bcd\x1bT.ix", "a.x|bcd"},
		{"not found", "abc\x1b0fzix", "x|abc"},
		{"match", "f(a[1])\x1b0%ix", "f(a[1]x|)"},
		{"match back", "f(a[1])\x1b%ix", "fx|(a[1])"},
		{"marks", "abcdef\x1b3|ma$`aix", "abx|cdef"},
		{"x", "abcdef\x1b02xi", "|cdef"},
		{"x at the end", "abc\x1bxxi", "|a"},
		{"X", "abcdef\x1b2Xi", "abc|f"},
		{"r", "abc\x1b0rxi", "|xbc"},
		{"r with a count", "abcd\x1b03rxi", "xx|xd"},
		{"r beyond the end", "ab\x1b3rxi", "a|b"},
		{"R", "abcd\x1b0Rxy\x1bi", "x|ycd"},
		{"s", "abc\x1b0sxy", "xy|bc"},
		{"S", "abc\x1bSxy", "xy|"},
		{"case", "aBc d\x1b04~i", "AbC |d"},
		{"dw", "one two three\x1b0dwi", "|two three"},
		{"d2w", "one two three\x1b0d2wi", "|three"},
		{"2d2w", "a b c d e\x1b02d2wi", "|e"},
		{"de", "one two\x1b0dei", "| two"},
		{"db", "one two\x1bdbi", "one |o"},
		{"d$", "one two\x1b0wd$i", "one| "},
		{"D", "one two\x1b0wDi", "one| "},
		{"d0", "one two\x1bd0i", "|o"},
		{"2d0 is no count", "one two\x1b2d0i", "|o"},
		{"dd", "one two\x1bddi", "|"},
		{"df", "a.b.c\x1b0df.i", "|b.c"},
		{"dt", "a.b.c\x1b0dt.i", "|.b.c"},
		{"dF", "a.b.c\x1bdF.i", "a.b|c"},
		{"d%", "f(a)b\x1b0ld%i", "f|b"},
		{"d% back", "f(a)b\x1bhd%i", "f|b"},
		{"d|", "abcdef\x1bd3|i", "ab|f"},
		{"d`", "abcdef\x1b3|ma$d`ai", "ab|f"},
		{"d and what is no motion", "abc\x1bddAx", "x|"},
		{"d and escape", "abc\x1bd\x1bxi", "a|b"},
		{"d and nothing to find", "abc\x1b0dfzi", "|abc"},
		{"cw leaves the blank", "one two\x1b0cwx", "x| two"},
		{"cw of one letter", "a b\x1b0cwx", "x| b"},
		{"c2w", "a b c\x1b0c2wx", "x| c"},
		{"cc", "abc\x1bccx", "x|"},
		{"C", "abc def\x1b0wCx", "abc x|"},
		{"p", "abc\x1b0xpi", "b|ac"},
		{"P", "abc\x1b0xPi", "|abc"},
		{"yank", "one two\x1b0yw$pi", "one twoone| "},
		{"yy", "ab\x1byypi", "aba|b"},
		{"undo", "abc def\x1bdbui", "abc |def"},
		{"undo all", "abc def\x1bdbdbUi", "|"},
		{"redo", "a b c d\x1b0dw..i", "|d"},
		{"redo with a count", "abcdef\x1b0x3.i", "|ef"},
		{"redo of an insertion", "ac\x1bibb\x1b.\x1bi", "abb|bbc"},
		{"redo of a change", "one two\x1b0cwx\x1bw.\x1bi", "x |x"},
		{"redo of a replacement", "abc\x1b0rxl.i", "x|xc"},
		{"history", "x\x1bkkix", "second onx|e"},
		{"history and back", "x\x1bkjiy", "y|x"},
		{"fetch-history", "x\x1bGix", "first linx|e"},
		{"fetch-history by number", "x\x1b2Gix", "second onx|e"},
		{"search", "\x1b/line\rix", "x|third line here"},
		{"search again", "\x1b/line\rnix", "x|first line"},
		{"search forward", "\x1b/first\r?line\rix", "x|third line here"},
		{"search the other way", "\x1b/line\rnNix", "x|third line here"},
		{"search corrected", "\x1b/linx\x7fe\rix", "x|third line here"},
		{"search given up", "ab\x1b/line\x1bix", "ax|b"},
		{"incremental search", "\x1b\x12second\x1bix", "x|second one"},
		{"last argument", "a\x1b_", "a here|"},
		{"argument", "a\x1b1_", "a third|"},
		{"complete", "a\x1b\\x", "apx|"},
		{"insert-completions", "a\x1b*x", "apple apricot x|"},
		{"to emacs and back", "abc\x1b\x05\x01x\x1b\n\x1bx", "|abc"},
		{"arrows", "abc\x1b[D\x1b[Dx", "ax|bc"},
		{"a key that nobody knows", "abc\x1b[15~d", "abcd|"},
		{"cursor stays on the line", "abc\x1blllix", "abx|c"},
		{"combined characters", "e\u0301e\u0301\x1b0xi", "|e\u0301"},
		{"digits", "abc\x1b10xi", "a|b"},
		{"empty line", "\x1bxX~pdwdd%;,nP.ix", "x|"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, shown(editVi(c.keys))) })
	}
}

func TestViOutcomes(t *testing.T) {
	for keys, want := range map[string]lineedit.Outcome{
		"\x04": lineedit.EndOfText, "a\x04": lineedit.Editing, "\x1b\x04": lineedit.EndOfText,
		"\r": lineedit.Accepted, "a\x1b\r": lineedit.Accepted, "\x1b\x07": lineedit.Cancelled,
		"\x03": lineedit.Interrupt, "\x1b\x03": lineedit.Interrupt, "\x1b#": lineedit.Accepted,
	} {
		e := editVi(keys)
		if want == lineedit.Editing {
			assert.True(t, e.TakeEffects().Bell)
		}
		assert.Equal(t, want, e.Outcome(), "%q", keys)
	}
	e := editVi("abc\x1b")
	e.Feed([]byte("\r"))
	e.Start()
	assert.Equal(t, "vi-insert", e.Keymap())
	e.Feed([]byte("x"))
	assert.Equal(t, "x|", shown(e))
	assert.Equal(t, lineedit.ViMode, e.Mode())
	assert.ErrorContains(t, e.SetMode("ed"), `"ed" is not emacs or vi`)
	e = editVi("\x1b/li")
	assert.Equal(t, "/li", e.Prompt())
	e.Feed([]byte("\x1b"))
	e.Feed([]byte("l=")) // lists
	assert.Equal(t, []string{"apple", "apricot"}, e.TakeEffects().List)
}
