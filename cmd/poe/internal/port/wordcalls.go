package port

import (
	"strings"
)

var blockFunctions = map[string]bool{"first": true, "any": true, "all": true, "none": true, "notall": true, "reduce": true,
	"sum_by": true, "max_by": true, "min_by": true, "sort_by": true, "uniq_by": true, "pairmap": true, "pairgrep": true, "pairfirst": true, "try": true, "catch": true}

func (p *parser) print(n *node) *node {
	n.kind = kPrint
	parens := false
	if p.is("(") {
		// The parentheses hold all arguments, as Perl has it.
		parens = true
		p.at++
	}
	var handle *node
	t, u := p.peek(), p.look(1)
	switch {
	case p.is("{"):
		p.at++
		handle = p.expr()
		p.expect("}")
	case t.class == "Word" && (upper(t.text) || t.text == "STDERR") && !p.consts[t.text] && !p.subs[t.text] && t.text[0] != '_' &&
		(u.class != "Operator" || u.text == "<<" || u.text == "-" && !u.space) && u.text != "(" && u.text != "->":
		if builtins[t.text] == 0 {
			handle = &node{kind: kBare, text: p.next().text, line: t.line}
		}
	case t.class == "Symbol" && t.text[0] == '$' && p.startsTerm(u):
		handle = p.variable()
	}
	n.kids = []*node{handle}
	if parens {
		if !p.accept(")") {
			n.kids = append(n.kids, listOf(p.expr())...)
			p.expect(")")
		}
		n.paren = true
		return n
	}
	if !p.endOfList() {
		n.kids = append(n.kids, listOf(p.comma())...)
	}
	return n
}

func (p *parser) startsTerm(t token) bool {
	switch {
	case strings.HasPrefix(t.class, "Quote"), strings.HasPrefix(t.class, "Number"), t.class == "HereDoc":
		return t.class != "QuoteLike::Readline"
	case t.class == "Symbol", t.class == "Magic":
		return t.text[0] == '$' || t.text[0] == '@' || t.space
	case t.class == "Cast":
		return t.text == "@" || t.text == "$"
	case t.class == "Word":
		return t.text != "x" && infix[t.text].prec == 0 && t.text != "if" && t.text != "unless" && t.text != "for" && t.text != "foreach" && t.text != "while" && t.text != "until"
	}
	return false
}

func (p *parser) mapGrep(n *node) *node {
	n.kind = kMap
	close := p.accept("(")
	if p.is("{") && !p.hashArgument() {
		n.block = true
		n.body = p.block()
		p.accept(",")
		n.kids = []*node{nil}
	} else {
		n.kids = []*node{p.assign()}
		p.expect(",")
	}
	if !p.endOfList() {
		n.kids = append(n.kids, listOf(p.comma())...)
	}
	if close {
		p.expect(")")
	}
	return n
}

// hashArgument reports whether the braces at the parser's place are a hash and
// not a block: a comma follows them.
func (p *parser) hashArgument() bool {
	nest := 0
	for i := 0; ; i++ {
		t := p.look(i)
		if t.class == "EOF" {
			return false
		}
		if t.class != "Structure" {
			continue
		}
		switch t.text {
		case "{", "(", "[":
			nest++
		case "}", ")", "]":
			if nest--; nest == 0 {
				return p.look(i+1).text == ","
			}
		}
	}
}

func (p *parser) sort(n *node) *node {
	n.kind = kSort
	close := p.accept("(")
	var by *node
	t, u := p.peek(), p.look(1)
	switch {
	case p.is("{"):
		by = p.node(kSub)
		by.body = p.block()
		by.block = true
		p.accept(",")
	case t.class == "Word" && builtins[t.text] == 0 && u.text != "," && t.text != "map" && t.text != "grep" && t.text != "do" && u.text != "->" && (p.startsTerm(u) || u.text == "(" && u.space && !p.consts[t.text]):
		by = &node{kind: kCall, text: p.next().text, line: t.line}
	case t.class == "Symbol" && t.text[0] == '$' && p.startsTerm(u):
		by = p.variable()
	}
	n.kids = []*node{by}
	if !p.endOfList() {
		n.kids = append(n.kids, listOf(p.comma())...)
	}
	if close {
		p.expect(")")
	}
	return n
}

// bareCall parses the arguments of a call without parentheses of a sub with a
// prototype, and reports whether the prototype says how.
func (p *parser) bareCall(n *node, proto string) bool {
	switch {
	case strings.HasPrefix(proto, "&") && p.is("{"):
		f := p.node(kSub)
		f.body = p.block()
		p.accept(",")
		n.kids = []*node{f}
		if !p.endOfList() {
			n.kids = append(n.kids, listOf(p.comma())...)
		}
	case proto == "":
	case proto == "$" || proto == ";$" || proto == "_":
		p.fixSlash()
		if !p.endOfOperand() {
			n.kids = []*node{p.binary(precNamed + 1)}
		}
	default:
		return false
	}
	prototyped(n, proto)
	return true
}

// prototyped gives the arguments of a call the contexts of the sub's prototype:
// scalars where it has a dollar, references where it has a backslash.
func prototyped(n *node, proto string) {
	for i := 0; len(proto) > 0 && i < len(n.kids); i++ {
		proto = strings.TrimLeft(proto, "; ")
		if proto == "" || proto[0] == '@' || proto[0] == '%' {
			return
		}
		k := n.kids[i]
		if proto[0] != '\\' {
			if (proto[0] == '$' || proto[0] == '_') && isListy(k) {
				n.kids[i] = &node{kind: kFunc, text: "scalar", kids: []*node{k}, line: k.line}
			}
			proto = proto[1:]
			continue
		}
		n.kids[i] = &node{kind: kRef, kids: []*node{k}, line: k.line}
		proto = proto[1:]
		if end := strings.IndexByte(proto, ']'); proto != "" && proto[0] == '[' && end > 0 {
			proto = proto[end:]
		}
		if proto != "" {
			proto = proto[1:]
		}
	}
}
