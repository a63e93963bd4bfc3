package port

import (
	"fmt"
	goregexp "regexp"
	"strings"
)

// plainPattern returns the pattern of Go that matches the same strings of bytes as one
// of Perl, and false if that is not certain. Only matching counts, not what groups have
// captured.
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
			// A character of Go may be several bytes: that matters where they are counted.
			if i+1 >= len(text) || text[i+1] != '+' && text[i+1] != '*' {
				return "", false
			}
		case c == '[':
			end := classEnd(text, i)
			if end < 0 || text[i+1] == '^' || strings.Contains(text[i+1:end], "[") {
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

// plainMatch is a match whose groups are not read, by package regexp.
func (g *gen) plainMatch(n, re *node) (val, bool) {
	if re.kind != kStr || n.op == "qr" || strings.Trim(n.mods, "o") != "" || g.readsCaptures() {
		return val{}, false
	}
	pattern, ok := plainPattern(re.text, flagsOf(n.mods))
	if !ok {
		return val{}, false
	}
	s := g.target(n)
	return val{g.goRegexp(pattern) + ".MatchString(" + s + ")", tBool, false}, true
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
