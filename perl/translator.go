//go:build linux

package perl

import "strings"

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

	lineStart       bool // has a ^ that matches at the beginning of each line
	lineStartInside bool // and something precedes it
}

func (t *translator) both(s string) { t.each(s, s) }

// each writes what has different forms for the two engines.
func (t *translator) each(fast, slow string) {
	t.fast.WriteString(fast)
	t.slow.WriteString(slow)
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
			t.close()
		case c == '$' || c == '^':
			t.anchor(c)
		case t.extended && strings.IndexByte(" \t\n\r\f", c) >= 0:
			t.at++
		case t.extended && c == '#':
			t.comment()
		case c == '+' && t.afterQuantifier():
			t.possessive()
		case c == '{' && !isQuantifier(t.in[t.at:]), c == '}' && !t.closesQuantifier():
			t.both(`\` + string(c))
			t.at++
		default:
			t.literal()
		}
	}
	return t.fast.String()
}

// literal copies a byte that stands for itself, or means the same to both engines.
func (t *translator) literal() {
	t.both(string(rune(t.in[t.at])))
	t.at++
}

func (t *translator) close() {
	if n := len(t.stack); n > 0 {
		t.extended, t.multi = t.stack[n-1], t.multis[n-1]
		t.stack, t.multis = t.stack[:n-1], t.multis[:n-1]
	}
	if n := len(t.opened); n > 0 {
		t.atom, t.opened = t.opened[n-1], t.opened[:n-1]
	}
	t.both(")")
	t.at++
}

func (t *translator) anchor(c byte) {
	t.at++
	switch {
	case c == '^' && t.multi:
		// Perl's ^ does not match behind a newline at the end of the text.
		t.looksLeft, t.lineStart = true, true
		t.lineStartInside = t.lineStartInside || strings.Trim(t.in[:t.at-1], "(?:") != ""
		t.each("^", `(?:^(?!(?<=\n)\z))`)
	case c == '^':
		t.looksLeft = true
		t.both("^")
	case t.multi:
		t.both("$")
	default:
		t.dollar = true
		t.each(`\z`, `\Z`)
	}
}

func (t *translator) comment() {
	for t.at < len(t.in) && t.in[t.at] != '\n' {
		t.at++
	}
}

func (t *translator) afterQuantifier() bool {
	return t.at > 0 && strings.IndexByte("*+?}", t.in[t.at-1]) >= 0 && (t.at < 2 || t.in[t.at-2] != '\\')
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
	extended, multi := switched(t.extended, on, off, "x"), switched(t.multi, on, off, "m")
	text := "(?" + only(on, "ims")
	if f := only(off, "ims"); f != "" {
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

// switched returns a flag after those that are set and cleared.
func switched(was bool, on, off, flag string) bool {
	return (was || strings.Contains(on, flag)) && !strings.Contains(off, flag)
}

// only returns which of the flags are in s.
func only(s, flags string) string {
	return strings.Map(func(f rune) rune { return If(strings.ContainsRune(s, f), f, -1) }, flags)
}
