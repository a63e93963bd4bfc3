package ircutil

import "strings"

// The codes that format text. Each toggles its format; Normal ends all formats.
const (
	Normal    = "\x0f"
	Bold      = "\x02"
	Underline = "\x1f"
	Reverse   = "\x16"
	Italic    = "\x1d"
	Fixed     = "\x11"
)

// The codes of colours, which apply until Normal.
const (
	White      = "\x0300"
	Black      = "\x0301"
	Blue       = "\x0302"
	Green      = "\x0303"
	Red        = "\x0304"
	Brown      = "\x0305"
	Purple     = "\x0306"
	Orange     = "\x0307"
	Yellow     = "\x0308"
	LightGreen = "\x0309"
	Teal       = "\x0310"
	LightCyan  = "\x0311"
	LightBlue  = "\x0312"
	Pink       = "\x0313"
	Grey       = "\x0314"
	LightGrey  = "\x0315"
)

// formats are the codes without a colour: all of the above, strikethrough, and
// the old code of italics.
const formats = Normal + Bold + Underline + Reverse + Italic + Fixed + "\x1e\x06"

// HasColor reports whether text contains a colour code. POE: has_color.
func HasColor(text string) bool { return strings.ContainsAny(text, "\x03\x04\x1b") }

// HasFormatting reports whether text contains a formatting code other than a
// colour. POE: has_formatting.
func HasFormatting(text string) bool { return strings.ContainsAny(text, formats) }

// StripColor removes colour codes: mIRC's, RGB codes, and those of ECMA-48.
// POE: strip_color.
func StripColor(text string) string {
	if !HasColor(text) {
		return text
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		switch text[i] {
		case '\x03':
			i = skipColor(text, i+1, 2, isDigit)
		case '\x04':
			i = skipColor(text, i+1, 6, isHex)
		case '\x1b':
			i = skipEscape(text, i+1)
		default:
			out = append(out, text[i])
			i++
		}
	}
	return string(out)
}

// skipColor returns the position after a colour and, behind a comma, a
// background, of up to size digits each.
func skipColor(text string, i, size int, digit func(byte) bool) int {
	number := func(i int) int {
		end := i
		for end < len(text) && end < i+size && digit(text[end]) {
			end++
		}
		return end
	}
	end := number(i)
	if end > i && end < len(text) && text[end] == ',' {
		if background := number(end + 1); background > end+1 {
			return background
		}
	}
	return end
}

// skipEscape returns the position after an escape sequence, "[1;31m".
func skipEscape(text string, i int) int {
	if i == len(text) || text[i] != '[' {
		return i
	}
	for i++; i < len(text); i++ {
		if c := text[i]; c >= 0x40 && c <= 0x7e {
			return i + 1
		}
	}
	return i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

// StripFormatting removes formatting codes other than colours. POE:
// strip_formatting.
func StripFormatting(text string) string {
	if !HasFormatting(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(formats, r) {
			return -1
		}
		return r
	}, text)
}
