package readline

import (
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// display shows a prompt and a line on a terminal, over as many rows as they
// need, and remembers what it has shown. It needs no more of the terminal than
// to move the cursor and to erase what follows it.
type display struct {
	shown  bool
	prompt string
	text   string
	cursor int
	width  int
	row    int // where the cursor is, from the first row
	last   int // the last row
	col    int // the column behind the text, while the cursor is there
}

// pen is a place on the terminal, and what leads to it.
type pen struct {
	out      []byte
	width    int
	row, col int
}

// cell puts something of a known width, at most two columns. Behind the last
// column terminals wait for what comes next before they continue to a new row.
func (p *pen) cell(s string, width int) {
	if p.col+width > p.width {
		p.row++
		p.col = 0
	}
	p.out = append(p.out, s...)
	p.col += width
}

func (p *pen) newline() {
	p.out = append(p.out, "\r\n"...)
	p.row++
	p.col = 0
}

// place is where the next narrow character will stand.
func (p *pen) place() (row, col int) {
	if p.col >= p.width {
		return p.row + 1, 0
	}
	return p.row, p.col
}

// text puts what one sees of a line.
func (p *pen) text(s string) {
	for state := -1; s != ""; {
		var cluster string
		var width int
		cluster, s, width, state = uniseg.FirstGraphemeClusterInString(s, state)
		switch {
		case cluster[0] < ' ' || cluster[0] == 0x7f:
			for i := range len(cluster) {
				p.cell("^", 1)
				p.cell(string(rune(cluster[i]^0x40)), 1)
			}
		case isControl(cluster): // the terminal would obey
			p.cell("?", 1)
		default:
			p.cell(cluster, width)
		}
	}
}

// isControl finds control characters beyond ASCII, and bytes that are no text.
func isControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 && r < 0xa0 || r == 0xfffd }) && s != "\uFFFD"
}

// mark puts a prompt: escape sequences take no space, nor do the marks \[ and
// \] that readline wants around them.
func (p *pen) mark(s string) {
	for s != "" {
		i := strings.IndexAny(s, "\x1b\n\\")
		if i < 0 {
			p.text(s)
			return
		}
		p.text(s[:i])
		s = s[i:]
		switch n := escape(s); {
		case s[0] == '\n':
			p.newline()
			s = s[1:]
		case s[0] == 0x1b:
			p.out = append(p.out, s[:n]...)
			s = s[n:]
		case strings.HasPrefix(s, `\[`) || strings.HasPrefix(s, `\]`):
			s = s[2:]
		default:
			p.text(`\`)
			s = s[1:]
		}
	}
}

// escape is how long the escape sequence at the beginning of s is.
func escape(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return min(len(s), 2)
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= '@' && s[i] <= '~' {
			return i + 1
		}
	}
	return len(s)
}

// paint returns what shows the line in the place of what is shown.
func (d *display) paint(prompt, text string, cursor, width int) []byte {
	if more, ok := d.typed(prompt, text, cursor, width); ok {
		return more
	}
	out := d.wipe(width)
	p := pen{out: out, width: width}
	p.mark(prompt)
	p.text(text[:cursor])
	row, col := p.place()
	p.text(text[cursor:])
	if p.col >= width {
		p.newline()
	}
	if cursor == len(text) {
		row, col = p.row, p.col
	}
	*d = display{shown: true, prompt: prompt, text: text, cursor: cursor, width: width, row: row, last: p.row, col: p.col}
	if row != p.row || col != p.col {
		p.out = move(p.out, p.row-row, 'A')
		p.out = append(p.out, '\r')
		p.out = move(p.out, col, 'C')
	}
	return p.out
}

// typed is the common case: characters that have been typed at the end.
func (d *display) typed(prompt, text string, cursor, width int) ([]byte, bool) {
	if !d.shown || prompt != d.prompt || width != d.width || cursor != len(text) ||
		d.cursor != len(d.text) || !strings.HasPrefix(text, d.text) {
		return nil, false
	}
	more := text[len(d.text):]
	if d.col+len(more) >= width || strings.ContainsFunc(more, func(r rune) bool { return r < ' ' || r > '~' }) {
		return nil, false
	}
	d.text, d.cursor, d.col = text, cursor, d.col+len(more)
	return []byte(more), true
}

// wipe returns what erases all that is shown. The terminal may have become
// another width meanwhile: then what is shown has flowed anew.
func (d *display) wipe(width int) []byte {
	if !d.shown {
		return nil
	}
	if width != d.width {
		p := pen{width: width}
		p.mark(d.prompt)
		p.text(d.text[:d.cursor])
		d.row, _ = p.place()
	}
	d.shown = false
	out := move(nil, d.row, 'A')
	return append(out, "\r\x1b[J"...)
}

// leave returns what goes to the beginning of the row after all that is shown.
func (d *display) leave() []byte {
	if !d.shown {
		return nil
	}
	d.shown = false
	return append(move(nil, d.last-d.row, 'B'), "\r\n"...)
}

// end returns what goes behind the text.
func (d *display) end(width int) []byte {
	return d.paint(d.prompt, d.text, len(d.text), width)
}

func move(out []byte, n int, direction byte) []byte {
	if n <= 0 {
		return out
	}
	out = append(out, "\x1b["...)
	out = strconv.AppendInt(out, int64(n), 10)
	return append(out, direction)
}

// columns sets words out in columns.
func columns(words []string, width int, byRow bool) []string {
	widest := 0
	for _, w := range words {
		widest = max(widest, uniseg.StringWidth(w))
	}
	n := max(1, width/(widest+2))
	rows := (len(words) + n - 1) / n
	lines := make([]string, 0, rows)
	for r := range rows {
		var line strings.Builder
		for c := range n {
			i := c*rows + r
			if byRow {
				i = r*n + c
			}
			if i >= len(words) {
				break
			}
			p := pen{width: 1 << 30}
			p.text(words[i])
			line.Write(p.out)
			line.WriteString(strings.Repeat(" ", max(0, widest+2-p.col)))
		}
		lines = append(lines, strings.TrimRight(line.String(), " "))
	}
	return lines
}
