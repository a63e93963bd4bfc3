//go:build linux

package perl

import (
	"fmt"
	"regexp"
	"strings"
)

// class translates [...].
func (t *translator) class() {
	t.both("[")
	t.at++
	if t.at < len(t.in) && t.in[t.at] == '^' {
		t.both("^")
		t.at++
	}
	if t.at < len(t.in) && t.in[t.at] == ']' {
		t.both(`\]`)
		t.at++
	}
	for t.at < len(t.in) && t.in[t.at] != ']' {
		c := t.in[t.at]
		switch {
		case c == '\\' && t.at+1 < len(t.in):
			t.escape(true)
		case strings.HasPrefix(t.in[t.at:], "[:") && strings.Contains(t.in[t.at:], ":]"):
			t.posixClass()
		case c == '[':
			t.both(`\[`)
			t.at++
		default:
			t.literal()
		}
	}
	t.both("]")
	t.at++
}

// posixClass translates [:name:] within a class.
func (t *translator) posixClass() {
	end := strings.Index(t.in[t.at:], ":]")
	name := t.in[t.at+2 : t.at+end]
	inside := posix[name]
	if positive, negated := strings.CutPrefix(name, "^"); negated {
		inside = complement(posix[positive])
	}
	t.each("[:"+name+":]", inside)
	t.at += end + 2
}

var posix = map[string]string{
	"alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": `\x09-\x0d\x20`,
	"punct": `!-/:-@\[-` + "`" + `{-~`, "print": ` -~`, "graph": `!-~`, "cntrl": `\x00-\x1f\x7f`, "xdigit": "0-9a-fA-F", "word": `a-zA-Z0-9_`, "blank": ` \t`,
}

// boundary has \b and \B for bytes: those of the backtracking engine know letters
// beyond ASCII.
var boundary = map[byte]string{
	'b': `(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))`,
	'B': `(?:(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_]))`,
}

// complement returns the inside of a class with all characters that are not in
// another.
func complement(class string) string {
	in, err := regexp.Compile("[" + class + "]")
	if err != nil {
		return ""
	}
	var b strings.Builder
	for c := range 0x80 {
		if !in.MatchString(string(rune(c))) {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
	}
	return b.String() + `\x80-\uffff`
}
