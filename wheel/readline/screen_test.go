package readline_test

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// screen does what a terminal does with the bytes that it gets, as far as the
// wheel needs one. It is as high as it has to be.
type screen struct {
	width    int
	rows     [][]string // cells; "" is the right half of a wide character
	row, col int
	bells    int
	held     string // the beginning of a character or an escape sequence
}

func newScreen(width int) *screen { return &screen{width: width, rows: [][]string{nil}} }

func (s *screen) write(p []byte) {
	text := s.held + string(p)
	s.held = ""
	for text != "" {
		switch c := text[0]; {
		case c == 0x1b:
			end := strings.IndexFunc(text, func(r rune) bool { return r >= '@' && r <= '~' && r != '[' })
			if end < 0 {
				s.held = text
				return
			}
			s.escape(text[2:end], text[end])
			text = text[end+1:]
		case c < ' ':
			s.control(c)
			text = text[1:]
		case !utf8.FullRuneInString(text):
			s.held = text
			return
		default:
			n := strings.IndexFunc(text, func(r rune) bool { return r < ' ' })
			if n < 0 {
				n = len(text)
			}
			s.text(text[:n])
			text = text[n:]
		}
	}
}

func (s *screen) control(c byte) {
	switch c {
	case '\r':
		s.col = 0
	case '\n':
		s.down(1)
	case '\a':
		s.bells++
	case '\b':
		s.col = max(0, min(s.col, s.width-1)-1)
	}
}

func (s *screen) down(n int) {
	for s.row += n; s.row >= len(s.rows); {
		s.rows = append(s.rows, nil)
	}
}

func (s *screen) escape(args string, final byte) {
	n, err := strconv.Atoi(args)
	if err != nil {
		n = 1
	}
	s.col = min(s.col, s.width-1)
	switch final {
	case 'A':
		s.row = max(0, s.row-n)
	case 'B':
		s.down(n)
	case 'C':
		s.col = min(s.width-1, s.col+n)
	case 'H':
		s.row, s.col = 0, 0
	case 'J':
		if args == "2" {
			s.rows = make([][]string, s.row+1)
			return
		}
		s.rows = s.rows[:s.row+1]
		s.rows[s.row] = s.rows[s.row][:min(s.col, len(s.rows[s.row]))]
	}
}

func (s *screen) text(text string) {
	for state := -1; text != ""; {
		var c string
		var width int
		c, text, width, state = uniseg.FirstGraphemeClusterInString(text, state)
		if width == 0 {
			continue
		}
		if s.col+width > s.width {
			s.col = 0
			s.down(1)
		}
		row := s.rows[s.row]
		for len(row) < s.col+width {
			row = append(row, " ")
		}
		row[s.col] = c
		for i := 1; i < width; i++ {
			row[s.col+i] = ""
		}
		s.rows[s.row] = row
		s.col += width
	}
}

// lines returns what one sees, without what is empty at the end.
func (s *screen) lines() []string {
	lines := make([]string, len(s.rows))
	for i, row := range s.rows {
		lines[i] = strings.TrimRight(strings.Join(row, ""), " ")
	}
	for len(lines) > 0 && lines[len(lines)-1] == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func (s *screen) String() string { return strings.Join(s.lines(), "\n") }
