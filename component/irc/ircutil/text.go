package ircutil

import (
	"strings"
	"unicode/utf8"
)

// cp1252 are the characters of 0x80 to 0x9f in that code page.
const cp1252 = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

var high = []rune(cp1252)

// Decode returns text in UTF-8: unchanged if it is valid UTF-8, otherwise
// decoded as CP1252. POE: decode_irc.
func Decode(text string) string {
	if utf8.ValidString(text) {
		return text
	}
	var out strings.Builder
	for _, c := range []byte(text) {
		if c >= 0x80 && c < 0xa0 {
			out.WriteRune(high[c-0x80])
		} else {
			out.WriteRune(rune(c))
		}
	}
	return out.String()
}

// Split splits text into parts of at most limit bytes: at line breaks,
// otherwise at a blank, otherwise between characters. Empty lines are omitted.
// A limit below 4 means 4.
func Split(text string, limit int) []string {
	limit = max(limit, utf8.UTFMax)
	var parts []string
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		for len(line) > limit {
			n := cut(line, limit)
			if part := strings.TrimRight(line[:n], " "); part != "" {
				parts = append(parts, part)
			}
			line = strings.TrimLeft(line[n:], " ")
		}
		if line != "" {
			parts = append(parts, line)
		}
	}
	return parts
}

// cut returns where to cut a line that is too long.
func cut(line string, limit int) int {
	if blank := strings.LastIndexByte(line[:limit+1], ' '); blank > 0 && strings.Trim(line[:blank], " ") != "" {
		return blank
	}
	return len(Truncate(line, limit))
}

// Truncate shortens text to at most limit bytes, without splitting a UTF-8
// character.
func Truncate(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	limit = max(limit, 0)
	for end := limit; end >= 0 && end > limit-utf8.UTFMax; end-- {
		if utf8.RuneStart(text[end]) {
			return text[:end]
		}
	}
	return text[:limit] // it is not UTF-8
}
