//go:build linux

package perl

import (
	"fmt"
	"strings"
)

// class of characters in the forms that it has for package regexp and for the
// backtracking engine, outside of brackets and inside.
type classForms struct{ fast, slow, fastInside, slowInside string }

// classEscapes are the escapes for classes of characters. Those of the backtracking
// engine are for Unicode, so bytes are listed for it.
var classEscapes = map[byte]classForms{
	's': {`[\s\v]`, `[\x09-\x0d\x20]`, `\s\v`, `\x09-\x0d\x20`},
	'S': {`[^\s\v]`, `[^\x09-\x0d\x20]`, `\x00-\x08\x0e-\x1f\x21-\x{10ffff}`, `\x00-\x08\x0e-\x1f\x21-\uffff`},
	'w': {`\w`, `[a-zA-Z0-9_]`, `\w`, `a-zA-Z0-9_`},
	'W': {`\W`, `[^a-zA-Z0-9_]`, `\W`, `\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\uffff`},
	'd': {`\d`, `[0-9]`, `\d`, `0-9`},
	'D': {`\D`, `[^0-9]`, `\D`, `\x00-\x2f\x3a-\uffff`},
	'h': {`[ \t]`, `[ \t]`, ` \t`, ` \t`},
	'H': {`[^ \t]`, `[^ \t]`, `\x00-\x08\x0a-\x1f\x21-\x{10ffff}`, `\x00-\x08\x0a-\x1f\x21-\uffff`},
	'v': {`[\n-\r]`, `[\n-\r]`, `\n-\r`, `\n-\r`},
	'V': {`[^\n-\r]`, `[^\n-\r]`, `\x00-\x09\x0e-\x{10ffff}`, `\x00-\x09\x0e-\uffff`},
	'N': {`[^\n]`, `[^\n]`, `[^\n]`, `[^\n]`},
	'R': {`(?:\r\n|[\n-\r])`, `(?:\r\n|[\n-\r])`, `\n-\r`, `\n-\r`},
}

// escape translates a backslash and what follows it.
func (t *translator) escape(inClass bool) {
	c := t.in[t.at+1]
	t.at += 2
	if forms, ok := classEscapes[c]; ok {
		if inClass {
			t.each(forms.fastInside, forms.slowInside)
		} else {
			t.each(forms.fast, forms.slow)
		}
		return
	}
	switch c {
	case 'z', 'Z', 'A', 'G', 'b', 'B', 'K':
		t.assertion(c, inClass)
	case 'k', 'g':
		t.namedReference()
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		t.numberedReference(inClass)
	case '0':
		t.character(Oct("0" + t.takeDigits(2, "01234567")))
	case 'x':
		t.character(Hex(t.hexDigits()))
	case 'c':
		if t.at < len(t.in) {
			t.character(int((t.in[t.at] &^ 0x20) ^ 64))
			t.at++
		}
	case 'e':
		t.both(`\x1b`)
	case 'n', 't', 'r', 'f', 'a', 'p', 'P':
		t.both(`\` + string(c))
	case 'Q', 'E':
	default:
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80 {
			t.both(string(rune(c)))
		} else {
			t.both(`\` + string(c))
		}
	}
}

// assertion translates the escapes that match a place.
func (t *translator) assertion(c byte, inClass bool) {
	switch c {
	case 'z':
		t.both(`\z`)
	case 'Z':
		t.dollar = true
		t.each(`\z`, `\Z`)
	case 'A':
		t.looksLeft = true
		t.both(`\A`)
	case 'G':
		t.needSlow = true
		t.each("", `\G`)
	case 'K':
		t.needSlow = true
		t.each("", `(*K)`)
	default: // \b and \B
		if inClass {
			t.both(`\x08`)
			return
		}
		t.looksLeft = true
		t.each(`\`+string(c), boundary[c])
	}
}

// namedReference translates \k and \g, which refer to a group by name, number or
// distance.
func (t *translator) namedReference() {
	t.needSlow = true
	ref := t.in[t.at:]
	if ref != "" && strings.IndexByte("{<'", ref[0]) >= 0 {
		end := strings.IndexAny(ref[1:], "}>'")
		if end < 0 {
			return
		}
		ref = ref[1 : end+1]
		t.at += end + 2
	} else {
		n := len(ref) - len(strings.TrimLeft(ref, "-"))
		for n < len(ref) && ref[n] >= '0' && ref[n] <= '9' {
			n++
		}
		ref = ref[:n]
		t.at += n
	}
	t.each("", fmt.Sprintf(`\k<%d>`, t.groupNumber(strings.TrimSpace(ref))))
}

// numberedReference translates \1 and the like. What is no group is, as in Perl, a
// character by its octal number.
func (t *translator) numberedReference(inClass bool) {
	t.at--
	start := t.at
	ref := t.takeDigits(3, "0123456789")
	if !inClass && (len(ref) == 1 || Int(ref) < len(t.names)) {
		t.needSlow = true
		t.each("", `\k<`+ref+`>`)
		return
	}
	t.at = start
	if octal := t.takeDigits(3, "01234567"); octal != "" {
		t.character(Oct("0"+octal) & 0xff)
		return
	}
	t.literal() // \8 and \9
}

// takeDigits takes at most n bytes that are in set.
func (t *translator) takeDigits(n int, set string) string {
	start := t.at
	for t.at < len(t.in) && t.at-start < n && strings.IndexByte(set, t.in[t.at]) >= 0 {
		t.at++
	}
	return t.in[start:t.at]
}

// hexDigits takes the digits of \x, which may stand in braces.
func (t *translator) hexDigits() string {
	rest := t.in[t.at:]
	if strings.HasPrefix(rest, "{") {
		if end := strings.IndexByte(rest, '}'); end > 0 {
			t.at += end + 1
			return rest[1:end]
		}
	}
	return t.takeDigits(2, "0123456789abcdefABCDEF")
}

// character writes a character by its number.
func (t *translator) character(n int) {
	t.each(fmt.Sprintf(`\x{%x}`, n), If(n < 256, fmt.Sprintf(`\x%02x`, n), fmt.Sprintf(`\u%04x`, n)))
}
