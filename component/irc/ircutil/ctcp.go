package ircutil

import "strings"

const (
	delimiter = '\x01' // around a CTCP message
	quote     = '\x10' // before a character that IRC cannot carry
)

var quoted = strings.NewReplacer("\n", "\x10n", "\r", "\x10r", "\x00", "\x100", "\x10", "\x10\x10", "\x01", `\a`)

// QuoteCTCP returns text as a CTCP message: quoted and enclosed in delimiters.
func QuoteCTCP(text string) string { return "\x01" + quoted.Replace(text) + "\x01" }

// CTCP is one CTCP message, "ACTION dances" for example.
type CTCP struct {
	Name string // as it was sent; compare it without regard to case
	Args string
}

// ParseCTCP returns the first CTCP message in the text of a message, as POE
// does, and reports whether there is one. Its closing delimiter may be missing.
func ParseCTCP(text string) (message CTCP, ok bool) {
	_, rest, found := strings.Cut(unquoteLow(text), string(delimiter))
	if !found {
		return CTCP{}, false
	}
	body, _, _ := strings.Cut(rest, string(delimiter))
	name, args, _ := strings.Cut(unquoteCTCP(body), " ")
	if !isWord(name) {
		return CTCP{}, false
	}
	return CTCP{Name: name, Args: strings.TrimLeft(args, " ")}, true
}

// IsCTCP reports whether text contains the delimiter of CTCP, U+0001. ParseCTCP
// may still find no valid message in it.
func IsCTCP(text string) bool { return strings.IndexByte(text, delimiter) >= 0 }

func isWord(s string) bool {
	for _, c := range []byte(s) {
		if !isDigit(c) && c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}

// unquoteLow undoes the quoting of characters which IRC cannot carry.
func unquoteLow(text string) string {
	return unquote(text, quote, func(c byte) byte {
		switch c {
		case 'n':
			return '\n'
		case 'r':
			return '\r'
		case '0':
			return 0
		}
		return c
	})
}

// unquoteCTCP undoes the quoting inside of a message.
func unquoteCTCP(text string) string {
	return unquote(text, '\\', func(c byte) byte {
		if c == 'a' {
			return delimiter
		}
		return c
	})
}

func unquote(text string, mark byte, char func(byte) byte) string {
	if strings.IndexByte(text, mark) < 0 {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == mark {
			if i++; i == len(text) {
				break
			}
			c = char(text[i])
		}
		out = append(out, c)
	}
	return string(out)
}
