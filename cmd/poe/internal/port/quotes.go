package port

import (
	"strconv"
	"strings"
)

// quote parses strings, patterns, word lists, here-documents and <HANDLE>.
func (p *parser) quote() *node {
	t := p.next()
	n := &node{line: t.line + p.line0, col: t.col}
	part := func(i int) string {
		if i < len(t.parts) {
			return t.parts[i]
		}
		return ""
	}
	switch t.class {
	case "Quote::Single":
		n.kind, n.text = kStr, unescapeSingle(inside(t.text), "'")
	case "Quote::Literal":
		n.kind, n.text = kStr, unescapeSingle(part(0), part(1))
	case "Quote::Double":
		return p.interpolate(inside(t.text), n.line, false)
	case "Quote::Interpolate":
		if part(1) == "'" {
			n.kind, n.text = kStr, part(0)
			return n
		}
		return p.interpolate(part(0), n.line, false)
	case "QuoteLike::Words":
		n.kind, n.text, n.paren = kWords, part(0), true
	case "QuoteLike::Backtick", "QuoteLike::Command":
		text := inside(t.text)
		if t.class == "QuoteLike::Command" {
			text = part(0)
		}
		n.kind, n.text = kFunc, "readpipe"
		n.kids = []*node{p.interpolate(text, n.line, false)}
	case "QuoteLike::Readline":
		return p.readline(n, inside(t.text))
	case "HereDoc":
		switch part(0) {
		case "literal":
			n.kind, n.text = kStr, part(2)
			return n
		case "command":
			p.fail("a here-document of commands is not translated")
		}
		return p.interpolate(part(2), n.line+1, false)
	case "QuoteLike::Regexp":
		n.kind, n.mods, n.op = kMatch, part(2), "qr"
		n.kids = []*node{nil, p.pattern(part(0), part(3), n.line)}
	case "Regexp::Match":
		n.kind, n.mods = kMatch, part(2)
		n.kids = []*node{nil, p.pattern(part(0), part(3), n.line)}
	case "Regexp::Substitute":
		n.kind, n.mods = kSubst, part(2)
		n.kids = []*node{nil, p.pattern(part(0), part(3), n.line)}
		n.repl = p.replacement(part(1), part(3), n.mods, trailing(t.text), n.line)
	case "Regexp::Transliterate":
		n.kind, n.mods, n.text, n.op = kTrans, part(2), part(0), part(1)
		n.kids = []*node{nil}
	default:
		p.fail("%s is not understood", t.class)
	}
	return n
}

func (p *parser) readline(n *node, name string) *node {
	n.kind = kReadline
	switch {
	case name == "" || name == "<>":
		n.kids = []*node{nil}
	case name[0] == '$' && isWord(name[1:]):
		n.kids = []*node{{kind: kVar, sigil: '$', text: name[1:], line: n.line}}
	case isWord(name):
		n.kids = []*node{{kind: kBare, text: name, line: n.line}}
	default:
		n.kind, n.text = kFunc, "glob"
		n.kids = []*node{p.interpolate(name, n.line, false)}
	}
	return n
}

// trailing returns the modifiers at the end of a quote.
func trailing(s string) string {
	return s[len(strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")):]
}

func inside(s string) string {
	if len(s) < 2 {
		return ""
	}
	return s[1 : len(s)-1]
}

func unescapeSingle(s, delim string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (s[i+1] == '\\' || strings.IndexByte(delim, s[i+1]) >= 0) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// pattern parses a regular expression with variables in it.
func (p *parser) pattern(text, delim string, line int) *node {
	if delim == "'" {
		return &node{kind: kStr, text: text, line: line}
	}
	if len(delim) > 0 && strings.IndexByte("/!,#~%@;:\"'", delim[0]) >= 0 {
		text = strings.ReplaceAll(text, "\\"+delim[:1], delim[:1])
	}
	return p.interpolate(text, line, true)
}

// replacement parses the right side of s///, whose modifiers are mods; written has them
// as the program does.
func (p *parser) replacement(code, delimiters, mods, written string, line int) *node {
	if !strings.Contains(mods, "e") {
		return p.interpolate(code, line, false)
	}
	if strings.Count(written, "e") > 1 { // mods has each letter once
		p.fail("s///ee is not translated")
	}
	if delimiters != "" && !strings.Contains("({[<", delimiters[:1]) {
		code = strings.ReplaceAll(code, `\`+delimiters[:1], delimiters[:1]) // s/x/$a \/ 2/e
	}
	sub := p.inner(code, line)
	list := sub.program()
	if len(sub.bad) > 0 {
		p.fail("%s", sub.bad[0].text)
	}
	return &node{kind: kDo, body: list, line: line}
}

// embedded parses the code of a variable inside of a string.
func (p *parser) embedded(code string, line int) *node {
	sigil := code[0]
	if isWord(code[1:]) {
		return &node{kind: kVar, sigil: sigil, text: code[1:], line: line}
	}
	if len(code) == 2 && sigil == '$' || len(code) == 3 && code[:2] == "$^" {
		return &node{kind: kVar, sigil: '$', text: code[1:], line: line}
	}
	if len(code) > 3 && code[1] == '{' && code[len(code)-1] == '}' && isWord(code[2:len(code)-1]) {
		return &node{kind: kVar, sigil: sigil, text: code[2 : len(code)-1], line: line}
	}
	if len(code) > 3 && code[1] == '{' {
		if end := strings.IndexByte(code, '}'); end > 2 && isWord(code[2:end]) {
			code = code[:1] + code[2:end] + code[end+1:]
		}
	}
	sub := p.inner(strings.ReplaceAll(code, `\"`, `"`), line)
	n := sub.expr()
	if sub.peek().class != "EOF" {
		p.fail("%q in a string is not understood", code)
	}
	p.bad = append(p.bad, sub.bad...)
	return n
}

func nameByte(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func (p *parser) variableStarts(s string, re bool) bool {
	c := s[1]
	switch {
	case c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '{':
		return true
	case c == '$':
		return len(s) > 2 && (nameByte(s[2]) || s[2] == '{') || !re
	case c >= '0' && c <= '9', c == '&':
		return true
	case c == ':':
		return len(s) > 3 && s[2] == ':' && nameByte(s[3])
	case strings.IndexByte("@!/,;.'`+-?|<>()]^~=%\"", c) >= 0:
		return !re || c == ';' || c == ','
	case c == '#':
		return len(s) > 2 && (s[2] == '{' || s[2] == '$' || s[2] == '+' || s[2] == '-' || nameByte(s[2])) && !re
	}
	return false
}

func arrayStarts(s string) bool {
	c := s[1]
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '{' || c == '$' && len(s) > 2 && (nameByte(s[2]) || s[2] == '{')
}

// interpolationEnd returns how many bytes of s belong to the variable and its
// subscripts with which it begins.
func interpolationEnd(s string, re bool) int {
	i := 1
	if s[0] == '$' && s[i] == '#' {
		i++
		if s[i] == '+' || s[i] == '-' {
			return i + 1
		}
	}
	for i < len(s) && s[i] == '$' && i+1 < len(s) && (nameByte(s[i+1]) || s[i+1] == '{' || s[i+1] == '$') {
		i++
	}
	switch {
	case i < len(s) && s[i] == '{':
		i = matching(s, i)
	case i < len(s) && nameByte(s[i]) || i+2 < len(s) && s[i] == ':' && s[i+1] == ':':
		digits := s[i] >= '0' && s[i] <= '9'
		for i < len(s) && (nameByte(s[i]) && (!digits || s[i] >= '0' && s[i] <= '9') || s[i] == ':' && i+2 < len(s) && s[i+1] == ':' && nameByte(s[i+2]) && !digits) {
			if s[i] == ':' {
				i++
			}
			i++
		}
	default:
		i++
		c := s[i-1]
		if c == '^' && s[0] == '$' && i < len(s) && s[i] >= 'A' && s[i] <= 'Z' {
			return i + 1 // $^O
		}
		if c == '@' && s[0] == '$' && (strings.HasPrefix(s[i:], "->[") || strings.HasPrefix(s[i:], "->{")) {
			break
		}
		if c != '-' && c != '+' && c != '!' || s[0] == '@' {
			return i
		}
		if s[i-1] == '!' && (i >= len(s) || s[i] != '{') || s[i-1] == '-' && (i >= len(s) || s[i] != '[') {
			return i
		}
	}
	return subscriptsEnd(s, i, re)
}

func subscriptsEnd(s string, i int, re bool) int {
	for i < len(s) {
		switch {
		case s[i] == '[' && subscript(s[i:], re):
			i = matching(s, i)
		case s[i] == '{' && !(re && quantifier(s[i:])):
			i = matching(s, i)
		case strings.HasPrefix(s[i:], "->[") && subscript(s[i+2:], re) || strings.HasPrefix(s[i:], "->{"):
			i = matching(s, i+2)
		case strings.HasPrefix(s[i:], "->@*"):
			return i + 4
		default:
			return i
		}
		if s[0] == '@' && !strings.HasPrefix(s[i:], "[") {
			return i
		}
	}
	return i
}

// quantifier reports whether s begins with {2} or {1,3}.
func quantifier(s string) bool {
	end := strings.IndexByte(s, '}')
	return end > 1 && strings.Trim(s[1:end], "0123456789,") == ""
}

// subscript reports whether the bracket in a string is an index and not text or
// a class of characters.
func subscript(s string, re bool) bool {
	end := matching(s, 0)
	in := s[1:max(1, end-1)]
	if in == "" || !re {
		return in != "" // only in a pattern it may be a class of characters
	}
	if in[0] == '$' && len(in) > 1 && (in[1] != ')' && in[1] != '|') {
		return true
	}
	if in[0] == '-' && len(in) > 1 {
		in = in[1:]
	}
	if _, err := strconv.Atoi(in); err == nil {
		return true
	}
	return false
}

// matching returns the index behind the bracket that closes the one at i.
func matching(s string, i int) int {
	open := s[i]
	close := map[byte]byte{'{': '}', '[': ']', '(': ')'}[open]
	nest := 0
	for ; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case open:
			nest++
		case close:
			if nest--; nest == 0 {
				return i + 1
			}
		}
	}
	return len(s)
}

// unescape returns what the escape at the beginning of s stands for, and its
// length.
func unescape(s string) (string, int) {
	c := s[1]
	switch c {
	case 'n':
		return "\n", 2
	case 't':
		return "\t", 2
	case 'r':
		return "\r", 2
	case 'a':
		return "\a", 2
	case 'b':
		return "\b", 2
	case 'f':
		return "\f", 2
	case 'e':
		return "\x1b", 2
	case 'x':
		if len(s) > 2 && s[2] == '{' {
			end := strings.IndexByte(s, '}')
			if end < 0 {
				return s, len(s)
			}
			v, _ := strconv.ParseUint(strings.TrimSpace(s[3:end]), 16, 32)
			return char(v), end + 1
		}
		n := 2
		for n < 4 && n < len(s) && isHex(s[n]) {
			n++
		}
		v, _ := strconv.ParseUint(s[2:n], 16, 32)
		return char(v), n
	case 'c':
		if len(s) > 2 {
			return string([]byte{(s[2] &^ 0x20) ^ 64}), 3
		}
	case '0', '1', '2', '3', '4', '5', '6', '7':
		n := 1
		for n < 4 && n < len(s) && s[n] >= '0' && s[n] <= '7' {
			n++
		}
		v, _ := strconv.ParseUint(s[1:n], 8, 32)
		return char(v), n
	}
	return s[1:2], 2
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// char is a byte for what fits in one, else UTF-8.
func char(v uint64) string {
	if v < 256 {
		return string([]byte{byte(v)})
	}
	return string(rune(v))
}
