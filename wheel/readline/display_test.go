package readline_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/gopoe/poe/wheel/readline"
	"github.com/gopoe/poe/wheel/readline/lineedit"
)

func TestPaint(t *testing.T) {
	for _, c := range []struct {
		name, prompt, text string
		cursor             int
		see                string
		row, col           int
	}{
		{"short", "> ", "abc", 3, "> abc", 0, 5},
		{"cursor inside", "> ", "abc", 1, "> abc", 0, 3},
		{"exactly full", "> ", "12345678", 8, "> 12345678", 1, 0},
		{"cursor before the wrap", "> ", "123456789", 8, "> 12345678\n9", 1, 0},
		{"wrapped", "> ", "123456789012", 12, "> 12345678\n9012", 1, 4},
		{"back over the wrap", "> ", "123456789012", 0, "> 12345678\n9012", 0, 2},
		{"wide in the last column", "> ", "1234567世", 10, "> 1234567\n世", 1, 2},
		{"control characters", "> ", "a\x01\tb", 4, "> a^A^Ib", 0, 8},
		{"control split by the edge", "> ", "1234567\x01", 8, "> 1234567^\nA", 1, 1},
		{"controls beyond ASCII are not obeyed", "> ", "a\u009b2Jb", 6, "> a?2Jb", 0, 7},
		{"combined", "> ", "e\u0301x", 3, "> e\u0301x", 0, 3},
		{"coloured prompt", "\x1b[1m> \x1b[0m", "ab", 2, "> ab", 0, 4},
		{"marked prompt", "\\[\x1b[1m\\]> ", "ab", 2, "> ab", 0, 4},
		{"prompt of two rows", "one\n> ", "ab", 1, "one\n> ab", 1, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var d readline.Display
			s := newScreen(10)
			for range 2 { // over itself the second time
				s.write(d.Paint(c.prompt, c.text, c.cursor, 10))
				assert.Equal(t, c.see, s.String())
				assert.Equal(t, []int{c.row, c.col}, []int{s.row, s.col})
				d.Paint(c.prompt, "other", 0, 10)
				s = newScreen(10)
				d = readline.Display{}
			}
		})
	}
}

func TestPaintAfterAnotherWidth(t *testing.T) {
	var d readline.Display
	d.Paint("> ", "12345678901234567890", 20, 10) // three rows
	s := newScreen(40)
	s.write([]byte("before\r\n> 12345678901234567890")) // as a terminal lets it flow
	s.write(d.Paint("> ", "1234567890123456789", 19, 40))
	assert.Equal(t, "before\n> 1234567890123456789", s.String())
}

// What is painted over something else looks as if painted on an empty screen.
func FuzzPaint(f *testing.F) {
	f.Add([]byte("hello\x01\x1bf\x0b\x19"), 10)
	f.Add([]byte("世界世界世界\x02\x02x\x14"), 5)
	f.Add([]byte("aaaaaaaaaaaaaaaaaaaaaaaa\x17b\x1f"), 8)
	f.Add([]byte("one\x12n\x07"), 20)
	f.Fuzz(func(t *testing.T, keys []byte, width int) {
		width = 4 + (width&0x7fffffff)%40
		h := &lineedit.History{}
		h.Add("one", "a line that is longer than the others are")
		e := lineedit.New(lineedit.Config{MaxLine: 200, History: h})
		e.SetPrompt("> ")
		var d readline.Display
		s := newScreen(width)
		for _, key := range keys[:min(len(keys), 100)] {
			e.Feed([]byte{key})
			s.write(d.Paint(e.Prompt(), e.Text(), e.Cursor(), width))
			fresh := newScreen(width)
			var first readline.Display
			fresh.write(first.Paint(e.Prompt(), e.Text(), e.Cursor(), width))
			require.Equal(t, fresh.lines(), s.lines(), "%q at %d", e.Text(), e.Cursor())
			require.Equal(t, []int{fresh.row, fresh.col}, []int{s.row, s.col}, "%q at %d", e.Text(), e.Cursor())
		}
	})
}
