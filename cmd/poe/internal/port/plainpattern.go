package port

import (
	"fmt"
	goregexp "regexp"
	"strings"
)

// plainPattern returns the pattern of Go that matches the same strings of bytes as one
// of Perl, and captures the same in groups, and false if that is not certain.
func plainPattern(text, flags string) (string, bool) {
	if flags != "" || text == "" {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 0x80 || c < ' ':
			return "", false
		case c == '$':
			if i != len(text)-1 {
				return "", false
			}
			b.WriteString(`\n?$`)
			continue
		case c == '.':
			if !wideRun(text, i+1) {
				return "", false
			}
		case c == '[':
			end := classEnd(text, i)
			if end < 0 || strings.Contains(text[i+1:end], "[") || text[i+1] == '^' && !wideRun(text, end+1) {
				return "", false
			}
			for j := i + 1; j < end; j++ {
				if text[j] == '\\' {
					if j++; !strings.ContainsRune(`wd.-\]/`, rune(text[j])) {
						return "", false
					}
				}
			}
			b.WriteString(text[i : end+1])
			i = end
			continue
		case c == '(':
			if i+1 < len(text) && text[i+1] == '?' && !strings.HasPrefix(text[i:], "(?:") {
				return "", false
			}
		case c == '+' || c == '*' || c == '?' || c == '}':
			if i+1 < len(text) && text[i+1] == '+' {
				return "", false // possessive
			}
		case c == '\\':
			if i++; i >= len(text) || !strings.ContainsRune(`wdb.+*?()[]{}|/\-^$`, rune(text[i])) {
				return "", false
			}
			b.WriteByte(c)
			c = text[i]
		}
		b.WriteByte(c)
	}
	if _, err := goregexp.Compile(b.String()); err != nil {
		return "", false
	}
	return b.String(), true
}

// wideRun reports whether a run of any characters, with its quantifier at i, ends where
// it ends in Perl: a character of Go may be several bytes, so something must follow that
// is none of them.
func wideRun(text string, i int) bool {
	if i >= len(text) || text[i] != '+' && text[i] != '*' {
		return false
	}
	i++
	lazy := i < len(text) && text[i] == '?'
	if lazy {
		i++
	}
	for i < len(text) && text[i] == ')' {
		if i++; i < len(text) && strings.IndexByte("*+?{", text[i]) >= 0 {
			return false
		}
	}
	if i >= len(text) {
		return !lazy
	}
	end := i + 1
	switch text[i] {
	case '$':
		return true
	case '\\':
		end++
	case '[':
		if end = classEnd(text, i) + 1; end == 0 || text[i+1] == '^' {
			return false
		}
	case '.', '(', '|', '*', '+', '?', '{', '^':
		return false
	}
	return end >= len(text) || strings.IndexByte("*?{", text[end]) < 0
}

// repeatedGroup finds a group that may match more than once: what it has captured in the
// end is not the same in all engines.
var repeatedGroup = goregexp.MustCompile(`[^\\]\)[*+{]`)

// classEnd returns the end of a class that begins at i, -1 if it has none.
func classEnd(text string, i int) int {
	for j := i + 1; j < len(text); j++ {
		switch {
		case text[j] == '\\':
			j++
		case text[j] == ']' && j > i+1:
			return j
		}
	}
	return -1
}

// plainMatch is a match by package regexp, if the pattern is such that it finds the same.
func (g *gen) plainMatch(n, re *node) (val, bool) {
	if re.kind != kStr || n.op == "qr" || strings.Trim(n.mods, "o") != "" {
		return val{}, false
	}
	pattern, ok := plainPattern(re.text, flagsOf(n.mods))
	if !ok {
		return val{}, false
	}
	if !g.readsCaptures() {
		s := g.target(n)
		return val{g.goRegexp(pattern) + ".MatchString(" + s + ")", tBool, false}, true
	}
	code, ok := g.plainCapture(n)
	if !ok {
		return val{}, false
	}
	g.f.match = true
	s := g.target(n)
	return val{code + ", " + s + ")", tBool, false}, true
}

// plainCapture returns the beginning of the call that finds the groups of a match by
// package regexp, if they are the same.
func (g *gen) plainCapture(n *node) (string, bool) {
	re := n.kids[1]
	pattern, ok := plainPattern(re.text, flagsOf(n.mods))
	if !ok || strings.Trim(n.mods, "o") != "" || g.prog.readsMatch() || repeatedGroup.MatchString(re.text) {
		return "", false
	}
	return "m.Find(" + g.goRegexp(pattern), true
}

// readsMatch reports whether the program reads more of a match than its groups, or
// matches with the empty pattern, which is the last one that has matched.
func (p *program) readsMatch() bool {
	if p.matchReads == 0 {
		p.matchReads = 1
		walkAll(p.statements, func(n *node) bool {
			switch {
			case n.kind == kVar && n.v == nil && n.text != "" && strings.Contains("&`'+-^N", n.text):
				p.matchReads = 2
			case n.kind == kMatch && n.op != "qr" && n.kids[1].kind == kStr && n.kids[1].text == "":
				p.matchReads = 2
			}
			return p.matchReads == 1
		})
	}
	return p.matchReads == 2
}

func (g *gen) goRegexp(pattern string) string {
	key := "go/" + pattern
	name, ok := g.regexps[key]
	if !ok {
		name = fmt.Sprintf("re%d", len(g.regexps)+1)
		g.regexps[key] = name
		g.reList = append(g.reList, fmt.Sprintf("%s = regexp.MustCompile(%s)", name, quote(pattern)))
	}
	return name
}

// readsCaptures reports whether the current sub reads what patterns have captured.
func (g *gen) readsCaptures() bool {
	f := g.f.fn
	if f == nil {
		return true
	}
	if f.captures == 0 {
		f.captures = 1
		walkAll(f.node.body, func(n *node) bool {
			switch {
			case n.kind == kVar && n.v == nil && (strings.Trim(n.text, "0123456789") == "" && n.text != "0" || strings.Contains("&`'+-^N", n.text)):
				f.captures = 2
			case n.kind == kMatch && n.kids[1].kind == kStr && n.kids[1].text == "":
				f.captures = 2 // the last pattern that has matched
			case n.kind == kSubst:
				f.captures = 2
			}
			return f.captures == 1
		})
	}
	return f.captures == 2
}
