//go:build linux

package perl

import (
	"encoding/binary"
	"strings"
)

// nativeSize returns the letter of the same size as one with ! has.
func nativeSize(letter byte) byte {
	switch letter {
	case 'l':
		return 'q'
	case 'L':
		return 'Q'
	case 's', 'S', 'i', 'I':
		return letter
	}
	Die("'%c!' in pack and unpack is not translated", letter)
	return 0
}

// item is one letter of a template of pack.
type item struct {
	letter byte
	big    bool
	count  int // -1 is *
	group  []item
	slash  bool // its value is the count of the next
	given  bool // count is not only the default
	sum    int  // of how many bits a checksum replaces the values; 0 for none
}

func template(s string) []item {
	items, _ := parseTemplate(s, 0)
	return items
}

func parseTemplate(s string, i int) ([]item, int) {
	var items []item
	sum := 0
	for i < len(s) {
		c := s[i]
		i++
		switch {
		case c == ' ' || c == '\n' || c == '\t':
			continue
		case c == '#':
			for i < len(s) && s[i] != '\n' {
				i++
			}
			continue
		case c == ')':
			return items, i
		case c == '%':
			n, end := digits(s, i)
			sum, i = If(end > i, n, 16), end
			continue
		}
		it := item{letter: c, count: 1, sum: sum}
		sum = 0
		if c == '(' {
			it.group, i = parseTemplate(s, i)
		}
		for i < len(s) && strings.IndexByte("!<>", s[i]) >= 0 {
			it.big = it.big || s[i] == '>'
			if s[i] == '!' {
				it.letter = nativeSize(it.letter)
			}
			i++
		}
		if i < len(s) && s[i] == '*' {
			it.count, it.given = -1, true
			i++
		} else if n, end := digits(s, i); end > i {
			it.count, it.given, i = n, true, end
		} else if i < len(s) && s[i] == '[' {
			n, end := digits(s, i+1)
			it.count, it.given, i = n, true, end+1
		}
		if i < len(s) && s[i] == '/' {
			it.slash = true
			i++
		}
		items = append(items, it)
	}
	return items, i
}

var sizes = map[byte]int{'c': 1, 'C': 1, 's': 2, 'S': 2, 'n': 2, 'v': 2, 'l': 4, 'L': 4, 'N': 4, 'V': 4, 'i': 4, 'I': 4, 'q': 8, 'Q': 8, 'j': 8, 'J': 8, 'f': 4, 'd': 8, 'F': 8}

func order(it item) binary.ByteOrder {
	if it.big || it.letter == 'n' || it.letter == 'N' {
		return binary.BigEndian
	}
	return binary.LittleEndian
}

func swapNibbles(s string) string {
	b := []byte(s)
	for i := 0; i+1 < len(b); i += 2 {
		b[i], b[i+1] = b[i+1], b[i]
	}
	return string(b)
}
