package port

import "strings"

// interpolate parses a double-quoted text. In a pattern backslashes stay.
func (p *parser) interpolate(s string, line int, re bool) *node {
	in := &interpolation{p: p, line: line, re: re, out: &node{kind: kInterp, line: line}}
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\n':
			in.line++
			in.literal("\n")
			i++
		case c == '\\' && i+1 < len(s):
			i += in.escape(s[i:])
		case c == '$' && i+1 < len(s) && p.variableStarts(s[i:], re), c == '@' && i+1 < len(s) && (arrayStarts(s[i:]) || !re && (s[i+1] == '-' || s[i+1] == '+')):
			n := interpolationEnd(s[i:], re)
			in.flush()
			in.add(p.embedded(s[i:i+n], in.line))
			i += n
		default:
			in.literal(s[i : i+1])
			i++
		}
	}
	return in.result()
}

// interpolation is a string, or a pattern, whose parts are being found.
type interpolation struct {
	p     *parser
	line  int
	re    bool // it is a pattern
	out   *node
	text  strings.Builder // the literal text that is not in out yet
	modes []byte          // of \U, \L, \Q
	once  byte            // \u or \l
}

// flush makes a part of the literal text.
func (in *interpolation) flush() {
	if in.text.Len() > 0 {
		in.out.kids = append(in.out.kids, &node{kind: kStr, text: in.text.String(), line: in.line})
		in.text.Reset()
	}
}

// add adds a part, changed as \U and the like want it.
func (in *interpolation) add(n *node) {
	for i := len(in.modes) - 1; i >= 0; i-- {
		n = &node{kind: kFunc, text: map[byte]string{'U': "uc", 'L': "lc", 'Q': "quotemeta"}[in.modes[i]], kids: []*node{n}, line: in.line}
	}
	if in.once != 0 {
		n = &node{kind: kFunc, text: map[byte]string{'u': "ucfirst", 'l': "lcfirst"}[in.once], kids: []*node{n}, line: in.line}
		in.once = 0
	}
	in.out.kids = append(in.out.kids, n)
}

// literal adds text that stands for itself.
func (in *interpolation) literal(text string) {
	if len(in.modes) == 0 && in.once == 0 {
		in.text.WriteString(text)
		return
	}
	in.flush()
	in.add(&node{kind: kStr, text: text, line: in.line})
}

// escape adds what s begins with, a backslash and what it escapes, and returns its length.
func (in *interpolation) escape(s string) int {
	switch e := s[1]; {
	case e == 'U' || e == 'L' || e == 'Q':
		in.flush()
		in.modes = append(in.modes, e)
	case e == 'E':
		in.flush()
		if len(in.modes) > 0 {
			in.modes = in.modes[:len(in.modes)-1]
		}
	case !in.re && (e == 'u' || e == 'l'):
		in.flush()
		in.once = e
	case in.re:
		in.literal(s[:2])
	default:
		text, n := unescape(s)
		in.literal(text)
		return n
	}
	return 2
}

// result returns the parts, or the one part if that is text.
func (in *interpolation) result() *node {
	in.flush()
	switch kids := in.out.kids; {
	case len(kids) == 0:
		return &node{kind: kStr, line: in.line}
	case len(kids) == 1 && kids[0].kind == kStr:
		return kids[0]
	}
	return in.out
}
