package port

import (
	"strings"
)

func (p *parser) unary() *node {
	p.enter()
	defer func() { p.depth-- }()
	t := p.peek()
	n := p.node(kUnop)
	if strings.HasPrefix(t.class, "Number") && strings.HasPrefix(t.text, "-") {
		p.split(token{class: "Operator", text: "-"}, token{class: t.class, text: t.text[1:]}) // -2 ** 2 is -4
		t = p.peek()
	}
	if p.look(1).text == "=>" && (t.class == "Word" || t.class == "Operator") {
		if len(t.text) > 1 && t.text[0] == '-' && isWord(t.text[1:]) {
			p.at++
			return &node{kind: kStr, text: t.text, line: n.line}
		}
		return p.postfix(p.primary())
	}
	switch {
	case p.is("~~"): // twice ~, which PPI takes for an operator between two terms
		p.split(token{class: "Operator", text: "~"}, token{class: "Operator", text: "~"})
		return p.unary()
	case p.is("!", "~", "\\") || t.class == "Cast" && t.text == "\\":
		p.at++
		n.op = t.text
		n.kids = []*node{p.binary(precUnary)}
		if n.op == "\\" {
			n.kind = kRef
		}
		return n
	case p.is("-", "+"):
		p.at++
		n.op = t.text
		if n.op == "-" && p.peek().class == "Word" && p.look(1).text != "(" && !p.consts[p.peek().text] && !p.subs[p.peek().text] && builtins[p.peek().text] == 0 {
			return &node{kind: kStr, text: "-" + p.next().text, line: n.line}
		}
		e := p.binary(precUnary)
		if n.op == "+" {
			return e
		}
		n.kids = []*node{e}
		return n
	case p.is("++", "--"):
		p.at++
		n.op = t.text
		n.kids = []*node{p.binary(22)}
		return n
	case t.class == "Operator" && len(t.text) == 2 && t.text[0] == '-':
		p.at++
		n.kind, n.op = kTest, t.text[1:]
		p.testOperand(n)
		return n
	case (t.class == "Word" || t.class == "DashedWord") && len(t.text) > 1 && t.text[0] == '-':
		p.at++
		if len(t.text) == 2 && strings.Contains("edfrwxszlpSugkTBAMCoRWXOtbc", t.text[1:]) && !p.is(",", "=>", ")") {
			n.kind, n.op = kTest, t.text[1:]
			p.testOperand(n)
			return n
		}
		if p.is("(") || builtins[t.text[1:]] != 0 || p.consts[t.text[1:]] || p.subs[t.text[1:]] {
			p.at--
			p.split(token{class: "Operator", text: "-"}, token{class: "Word", text: t.text[1:]})
			return p.unary()
		}
		return &node{kind: kStr, text: t.text, line: n.line}
	}
	e := p.postfix(p.primary())
	if p.is("++", "--") {
		op := p.next().text
		e = &node{kind: kPostop, op: op, kids: []*node{e}, line: e.line}
	}
	return e
}

// testOperand parses the operand of a file test.
func (p *parser) testOperand(n *node) {
	if t := p.peek(); t.text == "_" {
		p.at++
		n.kids = []*node{{kind: kBare, text: "_", line: n.line}}
		return
	}
	if !p.endOfOperand() {
		n.kids = []*node{p.binary(precNamed + 1)}
	}
}

func (p *parser) endOfOperand() bool {
	if p.endOfList() {
		return true
	}
	t := p.peek()
	if t.class == "Operator" {
		switch t.text {
		case "-", "+", "!", "\\", "<", "++", "--", "~":
			return false
		}
		if len(t.text) == 2 && t.text[0] == '-' && t.text[1] >= 'a' && t.text[1] <= 'z' {
			return false
		}
		return true
	}
	return false
}

// postfix parses subscripts, method calls and dereferences.
func (p *parser) postfix(n *node) *node {
	for {
		subscripted := n.kind == kIndex || n.kind == kKey || n.kind == kApply && !n.amp
		switch {
		case p.is("->"):
			p.at++
			n = p.arrow(n)
		case p.is("[") && subscripted:
			n = p.index(deref('@', n))
		case p.is("{") && subscripted:
			n = p.key(deref('%', n))
		case p.is("(") && subscripted:
			n = &node{kind: kApply, kids: append([]*node{n}, p.arguments()...), line: n.line}
		case p.is("[") && (n.kind == kList && n.paren || n.kind == kWords):
			p.at++
			i := p.expr()
			p.expect("]")
			n = &node{kind: kLSlice, kids: []*node{n, i}, line: n.line}
		default:
			return n
		}
	}
}

func deref(sigil byte, n *node) *node {
	return &node{kind: kDeref, sigil: sigil, kids: []*node{n}, line: n.line, col: n.col}
}

func (p *parser) arrow(n *node) *node {
	p.fixLabel()
	t := p.peek()
	switch {
	case p.is("["):
		return p.index(deref('@', n))
	case p.is("{"):
		return p.key(deref('%', n))
	case p.is("("):
		return &node{kind: kApply, kids: append([]*node{n}, p.arguments()...), line: n.line}
	case t.text == "@*" || t.text == "%*" || t.text == "$*":
		p.at++
		return deref(t.text[0], n)
	case (t.text == "@" || t.text == "%") && (p.look(1).text == "[" || p.look(1).text == "{"):
		p.at++
		return p.postfixSlice(t.text[0], n)
	case (t.text == "@" || t.text == "%" || t.text == "$" || t.text == "&") && p.look(1).text == "*":
		p.at += 2
		return deref(t.text[0], n)
	case t.text == "$#*":
		p.at++
		return &node{kind: kLast, kids: []*node{deref('@', n)}, line: n.line}
	case t.class == "Word":
		m := p.node(kMethod, n)
		m.text = p.next().text
		if p.is("(") {
			m.kids = append(m.kids, p.arguments()...)
		}
		return m
	case t.class == "Symbol" && t.text[0] == '$', t.class == "Magic" && t.text[0] == '$', t.class == "Cast" && t.text == "$":
		m := p.node(kMethod, n)
		m.dyn = p.variable()
		if p.is("(") {
			m.kids = append(m.kids, p.arguments()...)
		}
		return m
	}
	p.fail("%q after -> is not understood", t.text)
	return nil
}

// postfixSlice parses ->@[...], ->@{...} and the same with %.
func (p *parser) postfixSlice(sigil byte, n *node) *node {
	if p.is("{") {
		kind := kHSlice
		if sigil == '%' {
			kind = kKVSlice
		}
		return &node{kind: kind, kids: []*node{deref('%', n), p.keyText()}, line: n.line}
	}
	if sigil == '%' {
		p.fail("->%%[...] is not translated")
	}
	p.at++
	i := p.expr()
	p.expect("]")
	return &node{kind: kSlice, kids: []*node{deref('@', n), i}, line: n.line}
}

func (p *parser) arguments() []*node {
	p.expect("(")
	if p.accept(")") {
		return nil
	}
	e := p.expr()
	p.expect(")")
	return listOf(e)
}

// listOf returns the elements of a list without parentheses, or the expression.
func listOf(e *node) []*node {
	if e == nil {
		return nil
	}
	if e.kind == kList && !e.paren {
		return e.kids
	}
	return []*node{e}
}

func (p *parser) index(array *node) *node {
	p.expect("[")
	i := p.expr()
	p.expect("]")
	return &node{kind: kIndex, kids: []*node{array, i}, line: array.line}
}

func (p *parser) key(hash *node) *node {
	return &node{kind: kKey, kids: []*node{hash, p.keyText()}, line: hash.line}
}

// keyText parses {word}, {-word} or {expression}.
func (p *parser) keyText() *node {
	p.expect("{")
	t := p.peek()
	if (t.class == "Word" || t.class == "Operator" && isWord(t.text) || t.class == "DashedWord") && p.look(1).text == "}" {
		n := p.node(kStr)
		n.text = t.text
		p.at += 2
		return n
	}
	if t.class == "Operator" && t.text == "-" && p.look(1).class == "Word" && p.look(2).text == "}" {
		n := p.node(kStr)
		n.text = "-" + p.look(1).text
		p.at += 3
		return n
	}
	e := p.expr()
	p.expect("}")
	return e
}

func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

// variable parses a variable, without what follows it.
func (p *parser) variable() *node {
	t := p.peek()
	if u := p.look(1); t.class == "Magic" && t.text == "$$" && !u.space && (u.class == "Symbol" && u.text[0] == '$' || u.class == "Cast" && u.text == "$" || u.class == "Magic" && u.text == "$$") {
		p.split(token{class: "Cast", text: "$"}, token{class: "Cast", text: "$"}) // $$$x
		t = p.peek()
	}
	n := p.node(kVar)
	if t.class == "Cast" {
		p.at++
		var inner *node
		if p.is("{") {
			inner = p.derefBlock()
		} else {
			inner = p.variable()
		}
		if t.text == "$#" {
			return &node{kind: kLast, kids: []*node{deref('@', inner)}, line: n.line}
		}
		return deref(t.text[0], inner)
	}
	if t.class != "Symbol" && t.class != "Magic" && t.class != "ArrayIndex" {
		if t.text == "undef" {
			p.at++
			n.kind, n.text = kFunc, "undef"
			return n
		}
		p.fail("a variable is expected before %q", t.text)
	}
	p.at++
	if t.class == "ArrayIndex" || t.text == "$#+" || t.text == "$#-" {
		v := &node{kind: kVar, sigil: '@', text: t.text[2:], line: n.line, col: n.col}
		return &node{kind: kLast, kids: []*node{v}, line: n.line}
	}
	n.sigil, n.text = t.text[0], strings.TrimPrefix(t.text[1:], "::")
	n.text = strings.ReplaceAll(n.text, "'", "::")
	if t.text == "$#" || t.text == "$#{" {
		p.fail("$# is not understood here")
	}
	return n
}

// derefBlock parses { expression } behind a sigil.
func (p *parser) derefBlock() *node {
	p.expect("{")
	t := p.peek()
	if t.class == "Word" && p.look(1).text == "}" && builtins[t.text] == 0 {
		p.at += 2
		return &node{kind: kBare, text: t.text, line: t.line + p.line0}
	}
	e := p.expr()
	if p.accept(";") && !p.is("}") {
		p.fail("a block of statements behind a sigil is not translated")
	}
	p.expect("}")
	return e
}

// symbol parses a variable with its first subscript, which decides the sigil.
func (p *parser) symbol() *node {
	v := p.variable()
	if v.kind == kLast {
		return v
	}
	container := func(sigil byte) *node {
		if v.kind == kDeref {
			return deref(sigil, v.kids[0])
		}
		c := *v
		c.sigil = sigil
		return &c
	}
	switch v.sigil {
	case '$':
		if p.is("[") {
			return p.index(container('@'))
		}
		if p.is("{") {
			return p.key(container('%'))
		}
	case '@':
		if p.is("[") {
			p.at++
			i := p.node(kList)
			if !p.is("]") {
				i = p.expr()
			}
			p.expect("]")
			return &node{kind: kSlice, kids: []*node{container('@'), i}, line: v.line}
		}
		if p.is("{") {
			k := p.keyText()
			return &node{kind: kHSlice, kids: []*node{container('%'), k}, line: v.line}
		}
	case '%':
		if p.is("{") {
			k := p.keyText()
			return &node{kind: kKVSlice, kids: []*node{container('%'), k}, line: v.line}
		}
	case '&':
		return p.ampersand(v)
	case '*':
		if v.kind == kVar {
			v.kind = kGlobVar
		}
	}
	return v
}

// ampersand parses a call with &.
func (p *parser) ampersand(v *node) *node {
	n := &node{line: v.line, col: v.col, amp: true}
	if v.kind == kDeref {
		n.kind, n.kids = kApply, []*node{v.kids[0]}
	} else {
		n.kind, n.text = kCall, v.text
	}
	if p.is("(") {
		n.kids = append(n.kids, p.arguments()...)
		n.paren = true
	}
	return n
}

func (p *parser) anonHash() *node {
	n := p.node(kHash)
	p.expect("{")
	if !p.is("}") {
		n.kids = listOf(p.expr())
	}
	p.expect("}")
	return n
}

func (p *parser) primary() *node {
	p.fixSlash()
	t := p.peek()
	n := p.node(kEmpty)
	switch {
	case t.class == "EOF":
		p.fail("the text ends inside of an expression")
	case strings.HasPrefix(t.class, "Number"):
		p.at++
		n.kind, n.text = kNum, strings.ReplaceAll(t.text, "_", "")
		if t.class == "Number::Version" {
			p.fail("version strings are not translated")
		}
		return n
	case strings.HasPrefix(t.class, "Quote") || t.class == "HereDoc" || strings.HasPrefix(t.class, "Regexp::"):
		return p.quote()
	case t.class == "Magic" && t.text == "_": // the file of the last test, as in stat(_)
		p.at++
		n.kind, n.text = kBare, "_"
		return n
	case t.class == "Symbol" || t.class == "Magic" || t.class == "Cast" || t.class == "ArrayIndex":
		return p.symbol()
	case p.is("("):
		p.at++
		n.kind, n.paren = kList, true
		if p.accept(")") {
			return n
		}
		e := p.expr()
		p.expect(")")
		n.kids = listOf(e)
		return n
	case p.is("["):
		p.at++
		n.kind = kArray
		if !p.is("]") {
			n.kids = listOf(p.expr())
		}
		p.expect("]")
		return n
	case p.is("{"):
		return p.anonHash()
	case p.is("<"):
		if h := p.look(1); p.look(2).text == ">" && (h.class == "Symbol" && h.text[0] == '$' || h.class == "Word") {
			p.at += 3 // print <$fh>, which PPI takes for comparisons
			return p.readline(n, h.text)
		}
		p.fail("< is not understood here")
	case t.class == "Word" || isWord(t.text):
		return p.word()
	case p.is("*") && p.look(1).class == "Word":
		p.at += 2
		n.kind, n.text = kGlobVar, p.look(-1).text
		return n
	}
	p.fail("%q is not expected here", t.text)
	return nil
}
