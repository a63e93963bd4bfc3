package port

import (
	"strings"
)

// infix has the operators between two terms: precedence, and r for those that
// associate to the right.
var infix = map[string]struct {
	prec  int
	right bool
}{
	"or": {1, false}, "xor": {1, false}, "and": {2, false},
	"=": {6, true}, "+=": {6, true}, "-=": {6, true}, "*=": {6, true}, "/=": {6, true}, ".=": {6, true},
	"%=": {6, true}, "x=": {6, true}, "&=": {6, true}, "|=": {6, true}, "^=": {6, true}, "**=": {6, true},
	"<<=": {6, true}, ">>=": {6, true}, "||=": {6, true}, "&&=": {6, true}, "//=": {6, true},
	"?":  {7, true},
	"..": {8, false}, "...": {8, false},
	"||": {9, false}, "//": {9, false}, "&&": {10, false},
	"|": {11, false}, "^": {11, false}, "&": {12, false},
	"==": {13, false}, "!=": {13, false}, "<=>": {13, false}, "eq": {13, false}, "ne": {13, false}, "cmp": {13, false},
	"<": {14, false}, ">": {14, false}, "<=": {14, false}, ">=": {14, false},
	"lt": {14, false}, "gt": {14, false}, "le": {14, false}, "ge": {14, false},
	"<<": {16, false}, ">>": {16, false},
	"+": {17, false}, "-": {17, false}, ".": {17, false},
	"*": {18, false}, "/": {18, false}, "%": {18, false}, "x": {18, false},
	"=~": {19, false}, "!~": {19, false},
	"**": {21, true},
}

const (
	precComma = 5
	precNamed = 15
	precUnary = 20
	precNot   = 3
	precList  = 4
)

// expr parses a whole expression, with commas and low operators.
func (p *parser) expr() *node { return p.low(1) }

// low parses or, xor, and, not and what binds tighter.
func (p *parser) low(min int) *node {
	p.enter()
	defer func() { p.depth-- }()
	var left *node
	if p.is("not") && p.peek().class != "Symbol" && p.look(1).text != "=>" && p.look(1).text != "(" {
		n := p.node(kUnop)
		p.at++
		n.op = "!"
		n.kids = []*node{p.low(precNot)}
		left = n
	} else {
		left = p.comma()
	}
	for {
		op := p.peek().text
		b, ok := infix[op]
		if !ok || b.prec > 2 || b.prec < min || !p.is(op) {
			return left
		}
		n := p.node(kLogic)
		p.at++
		n.op = map[string]string{"or": "||", "and": "&&", "xor": "xor"}[op]
		n.mods = "low"
		n.kids = []*node{left, p.low(b.prec + 1)}
		left = n
	}
}

// comma parses a list without parentheses; one element stays itself.
func (p *parser) comma() *node {
	first := p.assign()
	if !p.is(",", "=>") {
		return first
	}
	n := &node{kind: kList, kids: []*node{first}, line: first.line, col: first.col}
	for p.is(",", "=>") {
		p.at++
		if p.endOfList() {
			break
		}
		n.kids = append(n.kids, p.assign())
	}
	return n
}

func (p *parser) endOfList() bool {
	t := p.peek()
	if t.class == "EOF" || p.is(")", "]", "}", ";", ":") {
		return true
	}
	if t.class == "Operator" || t.class == "Word" {
		switch t.text {
		case "or", "and", "xor", "if", "unless", "while", "until", "for", "foreach":
			return p.look(1).text != "=>"
		case ",", "=>":
			return false
		}
	}
	return false
}

func (p *parser) assign() *node { return p.binary(6) }

// binary parses operators that bind at least as tight as min.
func (p *parser) binary(min int) *node {
	p.enter()
	defer func() { p.depth-- }()
	left := p.unary()
	for length := 0; ; length++ {
		if length > maxChain {
			p.fail("more than %d operators in a row", maxChain)
		}
		p.fixOperator()
		t := p.peek()
		b, ok := infix[t.text]
		if !ok || b.prec < 3 || b.prec < min || !p.is(t.text) || t.class == "Symbol" {
			return left
		}
		n := p.node(kBinop)
		n.op = t.text
		p.at++
		next := b.prec + 1
		if b.right {
			next = b.prec
		}
		switch {
		case t.text == "?":
			n.kind = kCond
			p.fixLabel()
			yes := p.assign()
			p.fixLabel()
			p.expect(":")
			n.kids = []*node{left, yes, p.assign()}
		case b.prec == 6:
			n.kind, n.op = kAssign, strings.TrimSuffix(t.text, "=")
			n.kids = []*node{left, p.binary(6)}
			if p.integer && integerOps[n.op] {
				// As $x = $x + ... in integers.
				sum := &node{kind: kBinop, op: n.op, mods: "integer", kids: n.kids, line: n.line}
				n.op, n.kids = "", []*node{left, sum}
			}
		case t.text == "||" || t.text == "&&" || t.text == "//":
			n.kind = kLogic
			n.kids = []*node{left, p.binary(next)}
		case t.text == ".." || t.text == "...":
			n.kind = kRange
			n.kids = []*node{left, p.binary(next)}
		case t.text == "=~" || t.text == "!~":
			left = p.bindMatch(n, left, p.binary(next))
			continue
		default:
			n.kids = []*node{left, p.binary(next)}
			if p.integer && integerOps[n.op] {
				n.mods = "integer"
			}
		}
		left = n
	}
}

// maxChain limits the operators of an expression without parentheses, of which a deep
// tree is made.
const maxChain = 2000

// integerOps are the operators whose operands use integer cuts.
var integerOps = map[string]bool{"+": true, "-": true, "*": true, "/": true, "%": true}

func (p *parser) bindMatch(n, target, re *node) *node {
	not := n.op == "!~"
	switch re.kind {
	case kMatch, kSubst, kTrans:
		if re.mods != "qr" || re.kind != kMatch {
			re.kids[0] = target
			break
		}
		fallthrough
	default:
		m := p.node(kMatch, target)
		m.line = n.line
		m.kids = append(m.kids, re)
		re = m
	}
	if not {
		return &node{kind: kUnop, op: "!", kids: []*node{re}, line: n.line}
	}
	return re
}

// fixOperator splits what PPI has taken for a term after a term.
func (p *parser) fixOperator() {
	t := p.peek()
	switch {
	case t.class == "Number" && strings.HasPrefix(t.text, "-"):
		p.split(token{class: "Operator", text: "-"}, token{class: "Number", text: t.text[1:]})
	case t.class == "Number" && strings.HasPrefix(t.text, "."):
		p.split(token{class: "Operator", text: "."}, token{class: "Number", text: t.text[1:]})
	case t.class == "Word" && strings.HasPrefix(t.text, "-"), t.class == "DashedWord":
		p.split(token{class: "Operator", text: "-"}, token{class: "Word", text: t.text[1:]})
	case t.class == "Operator" && len(t.text) == 2 && t.text[0] == '-' && t.text[1] >= 'a' && t.text[1] <= 'z':
		p.split(token{class: "Operator", text: "-"}, token{class: "Word", text: t.text[1:]})
	case (t.class == "Symbol" || t.class == "Magic") && len(t.text) > 1 && (t.text[0] == '%' || t.text[0] == '&'):
		p.split(token{class: "Operator", text: t.text[:1]}, token{class: "Word", text: t.text[1:]})
	case t.class == "Cast" && (t.text == "%" || t.text == "&"):
		p.toks[p.at].class = "Operator"
	case t.class == "Word" && len(t.text) > 1 && t.text[0] == 'x' && strings.Trim(t.text[1:], "0123456789") == "":
		p.split(token{class: "Operator", text: "x"}, token{class: "Number", text: t.text[1:]})
	case t.class == "Word" && t.text == "x":
		p.toks[p.at].class = "Operator"
	case t.class == "QuoteLike::Readline" && strings.HasPrefix(t.text, "<"):
		p.retokenize("<", t.text[1:])
	case t.class == "Regexp::Match" && strings.HasPrefix(t.text, "//"):
		p.retokenize("//", t.text[2:])
	case t.class == "Regexp::Match" && strings.HasPrefix(t.text, "/"):
		p.retokenize("/", t.text[1:])
	case t.class == "QuoteLike::Regexp", t.class == "HereDoc":
	}
	p.fixLabel()
}

func (p *parser) retokenize(op, rest string) {
	toks, err := p.tok.tokens(rest)
	if err != nil {
		return
	}
	p.split(append([]token{{class: "Operator", text: op}}, toks...)...)
}

// fixLabel splits a word and a colon that PPI has taken for a label.
func (p *parser) fixLabel() {
	if t := p.peek(); t.class == "Label" {
		word := strings.TrimSpace(strings.TrimSuffix(t.text, ":"))
		p.split(token{class: "Word", text: word}, token{class: "Operator", text: ":"})
	}
}
