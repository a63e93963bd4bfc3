package port

import (
	"fmt"
	"strings"
)

// parser makes syntax trees of tokens.
type parser struct {
	file   string
	source []string // lines
	tok    *tokenizer
	toks   []token
	at     int
	depth  int
	consts map[string]bool   // names that have no arguments
	subs   map[string]bool   // subs of the program
	protos map[string]string // prototypes of the subs so far, without parentheses
	bad    []problem
	line0  int // added to lines, for texts inside of others

	integer bool // use integer is in force
}

// problem is something in a source text which cannot be read.
type problem struct {
	line int
	text string
}

// syntaxError is the panic of a parser which cannot go on with a statement.
type syntaxError struct {
	line int
	text string
}

const maxDepth = 400

func (p *parser) fail(format string, args ...any) {
	panic(syntaxError{p.peek().line + p.line0, fmt.Sprintf(format, args...)})
}

var eof = token{class: "EOF"}

func (p *parser) peek() token { return p.look(0) }

func (p *parser) look(n int) token {
	if p.at+n >= len(p.toks) || p.at+n < 0 {
		t := eof
		if len(p.toks) > 0 {
			t.line = p.toks[len(p.toks)-1].line
		}
		return t
	}
	return p.toks[p.at+n]
}

func (p *parser) next() token {
	t := p.peek()
	p.at++
	return t
}

func (p *parser) is(texts ...string) bool {
	t := p.peek()
	if strings.HasPrefix(t.class, "Quote") || t.class == "EOF" || strings.HasPrefix(t.class, "Regexp") || t.class == "HereDoc" {
		return false
	}
	for _, s := range texts {
		if t.text == s {
			return true
		}
	}
	return false
}

func (p *parser) accept(text string) bool {
	if p.is(text) {
		p.at++
		return true
	}
	return false
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail("%q is expected before %q", text, p.peek().text)
	}
}

func (p *parser) node(k kind, kids ...*node) *node {
	t := p.peek()
	return &node{kind: k, kids: kids, line: t.line + p.line0, col: t.col}
}

// split replaces the token at the parser's place by others.
func (p *parser) split(with ...token) {
	t := p.peek()
	for i := range with {
		with[i].line, with[i].col = t.line, t.col
		if i == 0 {
			with[i].space, with[i].newline, with[i].comments = t.space, t.newline, t.comments
		}
	}
	p.toks = append(p.toks[:p.at:p.at], append(with, p.toks[p.at+1:]...)...)
}

// program parses all statements.
func (p *parser) program() []*node {
	list := p.statements(false)
	return list
}

func (p *parser) statements(inBlock bool) []*node {
	var list []*node
	for {
		t := p.peek()
		if t.class == "EOF" {
			if inBlock {
				p.fail("a block has no end")
			}
			return list
		}
		if t.class == "Separator" {
			p.at = len(p.toks)
			return list
		}
		if p.is("}") {
			if inBlock {
				return list
			}
			p.bad = append(p.bad, problem{t.line, "unmatched }"})
			p.at++
			continue
		}
		if p.accept(";") {
			continue
		}
		if n := p.statementOrBad(); n != nil {
			list = append(list, n)
		}
	}
}

// statementOrBad parses a statement; one that is not understood becomes sBad,
// which goes to the next semicolon or the end of the block.
func (p *parser) statementOrBad() (n *node) {
	start, depth := p.at, p.depth
	defer func() {
		if e := recover(); e != nil {
			err, ok := e.(syntaxError)
			if !ok {
				panic(e)
			}
			p.at, p.depth = start, depth
			n = p.node(sBad)
			p.skipStatement()
			n.text = err.text
			p.finishStatement(n, start)
			p.bad = append(p.bad, problem{n.line, err.text})
		}
	}()
	n = p.statement()
	if n != nil {
		p.finishStatement(n, start)
	}
	return n
}

func (p *parser) finishStatement(n *node, start int) {
	n.from, n.to = start, p.at
	if start < len(p.toks) {
		t := p.toks[start]
		n.notes = t.comments
		n.line, n.col = t.line+p.line0, t.col
		n.source = p.sourceOf(start, p.at)
		first := t.line - 1 - len(t.comments)
		if first > 0 && first <= len(p.source) && strings.TrimSpace(p.source[first-1]) == "" {
			n.blank = true
		}
	}
}

// sourceOf returns the text of the tokens from and up to to.
func (p *parser) sourceOf(from, to int) string {
	var b strings.Builder
	for i := from; i < to && i < len(p.toks); i++ {
		t := p.toks[i]
		if i > from && t.newline {
			b.WriteByte('\n')
		} else if i > from && t.space {
			b.WriteByte(' ')
		}
		b.WriteString(t.text)
	}
	return b.String()
}

func (p *parser) skipStatement() {
	nest := 0
	for p.peek().class != "EOF" {
		switch {
		case p.is("{", "(", "["):
			nest++
		case p.is("}", ")", "]"):
			if nest == 0 {
				if p.is("}") {
					return
				}
				p.at++
				continue
			}
			if nest--; nest == 0 && p.is("}") && (p.look(1).newline || p.look(1).class == "EOF") {
				p.at++
				p.accept(";")
				return
			}
		case p.is(";") && nest == 0:
			p.at++
			return
		}
		p.at++
	}
}

func (p *parser) block() []*node {
	p.enter()
	defer func() { p.depth-- }()
	p.expect("{")
	integer := p.integer
	list := p.statements(true)
	p.integer = integer
	p.expect("}")
	return list
}

func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		p.fail("nested more than %d deep", maxDepth)
	}
}

func (p *parser) blockNode() *node {
	n := p.node(sBlock)
	n.body = p.block()
	return n
}

func (p *parser) statement() *node {
	label := ""
	if t := p.peek(); t.class == "Label" {
		label = strings.TrimSpace(strings.TrimSuffix(t.text, ":"))
		p.at++
	}
	n := p.node(sExpr)
	t := p.peek()
	if t.class == "Word" && p.look(1).text != "=>" {
		switch t.text {
		case "sub":
			if p.look(1).class == "Word" {
				return p.namedSub()
			}
		case "package":
			p.at++
			n.kind, n.text = sPackage, p.next().text
			if p.peek().class == "Number" {
				p.at++
			}
			if p.is("{") {
				n.body = p.block()
				n.block = true
				return n
			}
			p.accept(";")
			return n
		case "use", "no":
			return p.use()
		case "BEGIN", "END", "INIT", "CHECK", "UNITCHECK":
			if p.look(1).text == "{" {
				p.at++
				n.kind, n.op = sBlock, t.text
				n.body = p.block()
				return n
			}
		case "if", "unless":
			return p.ifStatement()
		case "while", "until":
			p.at++
			p.expect("(")
			var cond *node
			if !p.is(")") {
				cond = p.expr()
			}
			p.expect(")")
			if t.text == "until" {
				cond = &node{kind: kUnop, op: "!", kids: []*node{cond}, line: n.line}
			}
			n.kind, n.label = sWhile, label
			n.kids = []*node{cond, p.blockNode()}
			if p.accept("continue") {
				n.kids = append(n.kids, p.blockNode())
			}
			return n
		case "for", "foreach":
			return p.forStatement(label)
		case "format":
			if p.look(1).class == "Word" || p.look(1).text == "=" {
				p.fail("formats are not translated")
			}
		case "given", "when", "default", "switch", "case":
			if p.look(1).text == "(" || p.look(1).text == "{" {
				if !p.subs[t.text] {
					p.fail("%s is not translated", t.text)
				}
			}
		}
	}
	if p.is("{") && !p.looksLikeHash() {
		n.kind, n.label = sBlock, label
		n.body = p.block()
		return n
	}
	if label != "" && p.is("}", ";") {
		return n
	}
	e := p.expr()
	return p.modifiers(n, e)
}

// modifiers parses what may follow an expression: if, unless, while, until, for.
func (p *parser) modifiers(n, e *node) *node {
	n.kids = []*node{e}
	for p.is("if", "unless", "while", "until", "for", "foreach") && p.peek().class == "Word" {
		word := p.next().text
		cond := p.expr()
		inner := &node{kind: sExpr, kids: n.kids, line: n.line, col: n.col}
		if n.kind != sExpr {
			c := *n
			inner = &c
		}
		body := &node{kind: sBlock, body: []*node{inner}, line: n.line}
		switch word {
		case "if", "unless":
			if word == "unless" {
				cond = &node{kind: kUnop, op: "!", kids: []*node{cond}, line: n.line, mods: "unless"}
			}
			n.kind, n.kids, n.modifier = sIf, []*node{cond, body}, true
		case "while", "until":
			if word == "until" {
				cond = &node{kind: kUnop, op: "!", kids: []*node{cond}, line: n.line}
			}
			n.kind, n.kids = sWhile, []*node{cond, body}
			if e.kind == kDo {
				n.op = "do"
				body.body = e.body
			}
		default:
			n.kind, n.kids = sForeach, []*node{nil, cond, body}
		}
	}
	if !p.accept(";") && !p.is("}") && p.peek().class != "EOF" && p.peek().class != "Separator" {
		p.fail("%q is not expected here", p.peek().text)
	}
	return n
}

func (p *parser) ifStatement() *node {
	n := p.node(sIf)
	word := p.next().text
	for {
		p.expect("(")
		cond := p.expr()
		p.expect(")")
		if word == "unless" {
			cond = &node{kind: kUnop, op: "!", kids: []*node{cond}, line: n.line, mods: "unless"}
			word = ""
		}
		n.kids = append(n.kids, cond, p.blockNode())
		if p.is("elsif") {
			p.at++
			continue
		}
		if p.is("else") {
			p.at++
			n.kids = append(n.kids, p.blockNode())
		}
		return n
	}
}

func (p *parser) forStatement(label string) *node {
	n := p.node(sForeach)
	n.label = label
	p.at++
	var v *node
	switch {
	case p.is("my", "our", "state"):
		m := p.node(kMy)
		m.text = p.next().text
		m.kids = []*node{p.variable()}
		v = m
	case p.peek().class == "Symbol" || p.peek().class == "Magic":
		v = p.variable()
	}
	p.expect("(")
	if v == nil {
		var init *node
		if !p.is(";") {
			if p.is(")") {
				init = p.node(kList)
			} else {
				init = p.expr()
			}
		}
		if p.accept(";") {
			n.kind = sFor
			var cond, step *node
			if !p.is(";") {
				cond = p.expr()
			}
			p.expect(";")
			if !p.is(")") {
				step = p.expr()
			}
			p.expect(")")
			n.kids = []*node{init, cond, step, p.blockNode()}
			return n
		}
		p.expect(")")
		n.kids = []*node{nil, init, p.blockNode()}
		p.continueBlock(n)
		return n
	}
	list := p.node(kList)
	if !p.is(")") {
		list = p.expr()
	}
	p.expect(")")
	n.kids = []*node{v, list, p.blockNode()}
	p.continueBlock(n)
	return n
}

func (p *parser) continueBlock(n *node) {
	if p.is("continue") && p.look(1).text == "{" {
		p.at++
		n.kids = append(n.kids, p.blockNode())
	}
}

func (p *parser) namedSub() *node {
	n := p.node(sSub)
	p.at++
	n.text = p.next().text
	p.subs[n.text] = true
	p.subRest(n)
	if n.op == "forward" {
		p.accept(";")
		return &node{kind: sExpr, kids: []*node{{kind: kEmpty}}}
	}
	return n
}

// subRest parses prototype or signature, attributes and body of a sub.
func (p *parser) subRest(n *node) {
	if p.peek().class == "Prototype" {
		t := p.next()
		text := strings.TrimSpace(t.text)
		if strings.Trim(text, "()$@%&*;\\[]_+ ") != "" {
			p.signature(n, text)
		} else if n.text != "" {
			if text == "()" {
				p.consts[n.text] = true
			}
			n.mods = strings.ReplaceAll(strings.Trim(text, "()"), " ", "")
			p.protos[n.text] = n.mods
		}
	} else if p.is("(") {
		depth, start := 0, p.at
		for p.peek().class != "EOF" {
			if p.is("(") {
				depth++
			}
			if p.is(")") {
				depth--
			}
			p.at++
			if depth == 0 {
				break
			}
		}
		p.signature(n, p.sourceOf(start, p.at))
	}
	for p.is(":") || p.peek().class == "Attribute" {
		p.fail("attributes of subs are not translated")
	}
	if n.text != "" && p.is(";") {
		n.op = "forward"
		return
	}
	n.body = append(n.body, p.block()...)
	n.end = p.look(-1).line + p.line0
}

// signature makes the statements that unpack the arguments of a signature.
func (p *parser) signature(n *node, text string) {
	inner := strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
	if inner == "" {
		return
	}
	line := p.peek().line
	var names, defaults []string
	for i, part := range strings.Split(inner, ",") {
		name, def, has := strings.Cut(part, "=")
		name = strings.TrimSpace(name)
		if len(name) < 2 {
			name = "undef"
		}
		names = append(names, name)
		if has {
			defaults = append(defaults, fmt.Sprintf("%s = %s if @_ <= %d;", name, strings.TrimLeft(def, "=/| "), i))
		}
	}
	code := "my (" + strings.Join(names, ", ") + ") = @_; " + strings.Join(defaults, " ")
	sub := p.inner(code, line)
	n.body = append(n.body, sub.program()...)
	p.bad = append(p.bad, sub.bad...)
}

// inner returns a parser for a text inside of the program's.
func (p *parser) inner(code string, line int) *parser {
	toks, err := p.tok.tokens(code)
	if err != nil {
		p.fail("%v", err)
	}
	if p.depth > maxDepth {
		p.fail("nested too deep")
	}
	return &parser{file: p.file, tok: p.tok, toks: toks, consts: p.consts, subs: p.subs, protos: p.protos, source: strings.Split(code, "\n"), line0: line + p.line0 - 1, depth: p.depth + 1, integer: p.integer}
}

func (p *parser) use() *node {
	n := p.node(sUse)
	n.op = p.next().text
	if p.peek().class == "Number" || strings.HasPrefix(p.peek().text, "v5") {
		n.text = p.next().text
		p.accept(";")
		return n
	}
	n.text = p.next().text
	if n.text == "integer" {
		p.integer = n.op == "use"
	}
	if p.peek().class == "Number" && p.look(1).text != "," && p.look(1).text != "=>" {
		p.at++
	}
	if n.text == "constant" && p.is("{") {
		n.kids = []*node{p.anonHash()}
	} else if !p.is(";") && p.peek().class != "EOF" {
		n.kids = []*node{p.expr()}
	}
	if n.text == "constant" && n.kid(0) != nil {
		p.declareConstants(n.kids[0])
	}
	if n.text == "vars" || n.text == "subs" {
		n.kid(0).walk(func(k *node) bool {
			if k.kind == kWords || k.kind == kStr {
				for _, w := range strings.Fields(k.text) {
					p.subs[w] = true
				}
			}
			return true
		})
	}
	p.accept(";")
	return n
}

func (p *parser) declareConstants(n *node) {
	if n.kind == kHash {
		for i := 0; i < len(n.kids); i += 2 {
			p.consts[n.kids[i].text] = true
		}
		return
	}
	if n.kind == kList && len(n.kids) > 0 {
		n = n.kids[0]
	}
	if n.kind == kStr || n.kind == kBare {
		p.consts[n.text] = true
	}
}

// looksLikeHash reports whether the brace at the parser's place begins a hash
// rather than a block.
func (p *parser) looksLikeHash() bool {
	t, u := p.look(1), p.look(2)
	if t.text == "}" && t.class == "Structure" {
		return true
	}
	if t.text == "%" || t.class == "Symbol" && t.text[0] == '%' && (u.text == "}" || u.text == ",") {
		return true
	}
	switch {
	case t.class == "Word", strings.HasPrefix(t.class, "Quote::"), t.class == "Number":
		return u.text == "=>" || u.text == "," && strings.HasPrefix(t.class, "Quote::")
	case t.class == "Symbol" && t.text[0] == '$', t.class == "Magic":
		return u.text == "=>" || u.text == ","
	}
	return false
}
