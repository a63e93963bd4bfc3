//go:build linux

package perl

import (
	"fmt"
	"regexp"
	"strings"
)

// translator rewrites Perl patterns for package regexp and, where that has not
// what they need, for the backtracking engine.
type translator struct {
	in       string
	at       int
	extended bool
	multi    bool
	needSlow bool
	dollar   bool
	fast     strings.Builder
	slow     strings.Builder
	stack    []bool // extended, outside of each open group
	multis   []bool
	opened   []int    // where each open group begins in slow
	atom     int      // where the last atom begins in slow
	names    []string // of the groups, by number; empty for those without one
	noGroups bool     // n: plain parentheses capture nothing

	looksLeft bool // what precedes a place decides whether it matches: ^, \b, \A
}

func (t *translator) both(s string) {
	t.fast.WriteString(s)
	t.slow.WriteString(s)
}

func (t *translator) translate() string {
	t.names = []string{""}
	for t.at < len(t.in) {
		c := t.in[t.at]
		if strings.IndexByte("*+?{}) \t\n\r\f#", c) < 0 {
			t.atom = t.slow.Len()
		}
		switch {
		case c == '\\' && t.at+1 < len(t.in):
			t.escape(false)
		case c == '[':
			t.class()
		case c == '(':
			t.group()
		case c == ')':
			if n := len(t.stack); n > 0 {
				t.extended, t.multi = t.stack[n-1], t.multis[n-1]
				t.stack, t.multis = t.stack[:n-1], t.multis[:n-1]
			}
			if n := len(t.opened); n > 0 {
				t.atom, t.opened = t.opened[n-1], t.opened[:n-1]
			}
			t.both(")")
			t.at++
		case c == '$':
			t.at++
			if t.multi {
				t.both("$")
				break
			}
			t.dollar = true
			t.fast.WriteString(`\z`)
			t.slow.WriteString(`\Z`)
		case c == '^':
			t.looksLeft = true
			t.both("^")
			t.at++
		case t.extended && (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'):
			t.at++
		case t.extended && c == '#':
			for t.at < len(t.in) && t.in[t.at] != '\n' {
				t.at++
			}
		case (c == '+') && t.at > 0 && strings.IndexByte("*+?}", t.in[t.at-1]) >= 0 && !(t.at > 1 && t.in[t.at-2] == '\\'):
			t.possessive()
		case c == '{' && !isQuantifier(t.in[t.at:]):
			t.both(`\{`)
			t.at++
		case c == '}' && !t.closesQuantifier():
			t.both(`\}`)
			t.at++
		case c >= 0x80:
			t.both(string(rune(c)))
			t.at++
		default:
			t.both(t.in[t.at : t.at+1])
			t.at++
		}
	}
	return t.fast.String()
}

// possessive makes an atomic group of the last atom and its quantifier.
func (t *translator) possessive() {
	t.needSlow = true
	text := t.slow.String()
	t.slow.Reset()
	t.slow.WriteString(text[:t.atom] + "(?>" + text[t.atom:] + ")")
	t.at++
}

func isQuantifier(s string) bool {
	end := strings.IndexByte(s, '}')
	if end < 2 {
		return false
	}
	in := s[1:end]
	return in[0] >= '0' && in[0] <= '9' && strings.Trim(in, "0123456789,") == "" && strings.Count(in, ",") <= 1
}

func (t *translator) closesQuantifier() bool {
	open := strings.LastIndexByte(t.in[:t.at], '{')
	return open >= 0 && isQuantifier(t.in[open:]) && strings.IndexByte(t.in[open:], '}') == t.at-open
}

func (t *translator) group() {
	t.stack, t.multis = append(t.stack, t.extended), append(t.multis, t.multi)
	t.opened = append(t.opened, t.slow.Len())
	rest := t.in[t.at:]
	switch {
	case strings.HasPrefix(rest, "(?#"):
		end := strings.IndexByte(rest, ')')
		if end < 0 {
			end = len(rest) - 1
		}
		t.at += end + 1
		t.ungroup()
	case strings.HasPrefix(rest, "(?="), strings.HasPrefix(rest, "(?!"), strings.HasPrefix(rest, "(?>"):
		t.needSlow = true
		t.both(rest[:3])
		t.at += 3
	case strings.HasPrefix(rest, "(?<="), strings.HasPrefix(rest, "(?<!"):
		t.needSlow = true
		t.both(rest[:4])
		t.at += 4
	case strings.HasPrefix(rest, "(?<"), strings.HasPrefix(rest, "(?'"), strings.HasPrefix(rest, "(?P<"):
		start := strings.IndexAny(rest, "<'") + 1
		end := strings.IndexAny(rest[start:], ">'")
		if end < 0 {
			t.both("(")
			t.at++
			return
		}
		// A name of its own would make the backtracking engine number the group behind
		// those without.
		t.names = append(t.names, rest[start:start+end])
		t.both("(")
		t.at += start + end + 1
	case strings.HasPrefix(rest, "(?"):
		t.flags(rest)
	case t.noGroups:
		t.both("(?:")
		t.at++
	default:
		t.names = append(t.names, "")
		t.both("(")
		t.at++
	}
}

// ungroup forgets a group that has no end of its own: a comment, or flags.
func (t *translator) ungroup() {
	t.stack, t.multis, t.opened = t.stack[:len(t.stack)-1], t.multis[:len(t.multis)-1], t.opened[:len(t.opened)-1]
}

// groupNumber returns the number of the group that a back reference means: a name, a
// number, or one that counts from the last group.
func (t *translator) groupNumber(ref string) int {
	for i, name := range t.names {
		if i > 0 && name == ref {
			return i
		}
	}
	n := Int(ref)
	if n < 0 {
		n += len(t.names)
	}
	return n
}

// flags translates (?i), (?^i: and the like.
func (t *translator) flags(rest string) {
	end := strings.IndexAny(rest, ":)")
	if end < 0 {
		t.both("(")
		t.at++
		return
	}
	on, off, _ := strings.Cut(rest[2:end], "-")
	if strings.HasPrefix(on, "^") {
		on = on[1:]
		for _, f := range "imsx" {
			if !strings.ContainsRune(on, f) {
				off += string(f)
			}
		}
	}
	if strings.ContainsAny(on, "|{?0123456789&RP") || strings.HasPrefix(rest, "(?|") {
		t.needSlow = true
		t.both(rest[:2])
		t.at += 2
		return
	}
	keep := func(s string) string {
		out := ""
		for _, f := range "ims" {
			if strings.ContainsRune(s, f) {
				out += string(f)
			}
		}
		return out
	}
	extended, multi := t.extended, t.multi
	if strings.Contains(on, "x") {
		extended = true
	}
	if strings.Contains(off, "x") {
		extended = false
	}
	if strings.Contains(on, "m") {
		multi = true
	}
	if strings.Contains(off, "m") {
		multi = false
	}
	text := "(?" + keep(on)
	if f := keep(off); f != "" {
		text += "-" + f
	}
	if rest[end] == ')' {
		t.ungroup()
		if text != "(?" {
			t.both(text + ")")
		}
	} else {
		t.both(text + ":")
	}
	// As in Perl the flags hold up to the end of the group.
	t.extended, t.multi = extended, multi
	t.at += end + 1
}

func (t *translator) escape(inClass bool) {
	c := t.in[t.at+1]
	t.at += 2
	word := func(fast, slow string) {
		t.fast.WriteString(fast)
		t.slow.WriteString(slow)
	}
	switch c {
	case 'z':
		word(`\z`, `\z`)
	case 'Z':
		t.dollar = true
		word(`\z`, `\Z`)
	case 'A':
		t.looksLeft = true
		word(`\A`, `\A`)
	case 'G':
		t.needSlow = true
		word("", `\G`)
	case 's':
		if inClass {
			word(`\s\v`, `\x09-\x0d\x20`)
		} else {
			word(`[\s\v]`, `[\x09-\x0d\x20]`)
		}
	case 'S':
		if inClass {
			word(`\x00-\x08\x0e-\x1f\x21-\x{10ffff}`, `\x00-\x08\x0e-\x1f\x21-\uffff`)
		} else {
			word(`[^\s\v]`, `[^\x09-\x0d\x20]`)
		}
	case 'w':
		word(`\w`, If(inClass, `a-zA-Z0-9_`, `[a-zA-Z0-9_]`))
	case 'W':
		word(`\W`, If(inClass, `\x00-\x2f\x3a-\x40\x5b-\x5e\x60\x7b-\uffff`, `[^a-zA-Z0-9_]`))
	case 'd':
		word(`\d`, If(inClass, `0-9`, `[0-9]`))
	case 'D':
		word(`\D`, If(inClass, `\x00-\x2f\x3a-\uffff`, `[^0-9]`))
	case 'h':
		word(If(inClass, ` \t`, `[ \t]`), If(inClass, ` \t`, `[ \t]`))
	case 'H':
		word(`[^ \t]`, `[^ \t]`)
	case 'v':
		word(If(inClass, `\n-\r`, `[\n-\r]`), If(inClass, `\n-\r`, `[\n-\r]`))
	case 'N':
		word(`[^\n]`, `[^\n]`)
	case 'R':
		word(`(?:\r\n|[\n-\r])`, `(?:\r\n|[\n-\r])`)
	case 'b', 'B':
		if inClass {
			word(`\x08`, `\x08`)
		} else {
			t.looksLeft = true
			word(`\`+string(c), boundary[c])
		}
	case 'e':
		word(`\x1b`, `\x1b`)
	case 'K':
		t.needSlow = true
		word("", `(*K)`)
	case 'k', 'g':
		t.needSlow = true
		ref := t.in[t.at:]
		if strings.HasPrefix(ref, "{") || strings.HasPrefix(ref, "<") || strings.HasPrefix(ref, "'") {
			end := strings.IndexAny(ref[1:], "}>'")
			if end < 0 {
				break
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
		word("", fmt.Sprintf(`\k<%d>`, t.groupNumber(strings.TrimSpace(ref))))
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		n := 1
		for t.at < len(t.in) && t.in[t.at] >= '0' && t.in[t.at] <= '9' && n < 3 {
			n++
			t.at++
		}
		ref := t.in[t.at-n : t.at]
		if !inClass && (n == 1 || Int(ref) < len(t.names)) {
			t.needSlow = true
			word("", `\k<`+ref+`>`)
			break
		}
		// As in Perl it is a character by its octal number.
		for n > 1 && strings.ContainsAny(ref, "89") {
			n--
			t.at--
			ref = ref[:n]
		}
		word(fmt.Sprintf(`\x%02x`, Oct("0"+ref)&0xff), fmt.Sprintf(`\x%02x`, Oct("0"+ref)&0xff))
	case '0':
		n := 0
		for n < 2 && t.at < len(t.in) && t.in[t.at] >= '0' && t.in[t.at] <= '7' {
			t.at++
			n++
		}
		v := Oct("0" + t.in[t.at-n:t.at])
		word(fmt.Sprintf(`\x%02x`, v), fmt.Sprintf(`\x%02x`, v))
	case 'x':
		rest := t.in[t.at:]
		n, hex := 0, ""
		if strings.HasPrefix(rest, "{") {
			if end := strings.IndexByte(rest, '}'); end > 0 {
				hex, n = rest[1:end], end+1
			}
		} else {
			for n < 2 && n < len(rest) && strings.IndexByte("0123456789abcdefABCDEF", rest[n]) >= 0 {
				n++
			}
			hex = rest[:n]
		}
		t.at += n
		v := Hex(hex)
		if v < 256 {
			word(fmt.Sprintf(`\x{%x}`, v), fmt.Sprintf(`\x%02x`, v))
		} else {
			word(fmt.Sprintf(`\x{%x}`, v), fmt.Sprintf(`\u%04x`, v))
		}
	case 'c':
		if t.at < len(t.in) {
			v := (t.in[t.at] &^ 0x20) ^ 64
			t.at++
			word(fmt.Sprintf(`\x%02x`, v), fmt.Sprintf(`\x%02x`, v))
		}
	case 'n', 't', 'r', 'f', 'a':
		word(`\`+string(c), `\`+string(c))
	case 'p', 'P':
		word(`\`+string(c), `\`+string(c))
	case 'Q', 'E':
	default:
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80 {
			t.both(string(rune(c)))
		} else {
			t.both(`\` + string(c))
		}
	}
}

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
		case strings.HasPrefix(t.in[t.at:], "[:"):
			end := strings.Index(t.in[t.at:], ":]")
			if end < 0 {
				t.both(`\[`)
				t.at++
				break
			}
			name := t.in[t.at+2 : t.at+end]
			t.fast.WriteString("[:" + name + ":]")
			if positive, negated := strings.CutPrefix(name, "^"); negated {
				t.slow.WriteString(complement(posix[positive]))
			} else {
				t.slow.WriteString(posix[name])
			}
			t.at += end + 2
		case c == '[':
			t.both(`\[`)
			t.at++
		case c >= 0x80:
			t.both(string(rune(c)))
			t.at++
		default:
			t.both(t.in[t.at : t.at+1])
			t.at++
		}
	}
	t.both("]")
	t.at++
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
