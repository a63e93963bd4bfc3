package port

import (
	"fmt"
	"strings"
)

func (p *parser) statement() *node {
	label := ""
	if t := p.peek(); t.class == "Label" {
		label = strings.TrimSpace(strings.TrimSuffix(t.text, ":"))
		p.at++
	}
	if t := p.peek(); t.class == "Word" && p.look(1).text != "=>" {
		if n := p.wordStatement(t.text, label); n != nil {
			return n
		}
	}
	n := p.node(sExpr)
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

// wordStatement parses a statement that begins with a word of its own, such as while;
// nil says that it is an expression.
func (p *parser) wordStatement(word, label string) *node {
	switch word {
	case "sub":
		if p.look(1).class == "Word" {
			return p.namedSub()
		}
	case "package":
		return p.packageStatement()
	case "use", "no":
		return p.use()
	case "BEGIN", "END", "INIT", "CHECK", "UNITCHECK":
		if p.look(1).text == "{" {
			n := p.node(sBlock)
			p.at++
			n.op = word
			n.body = p.block()
			return n
		}
	case "if", "unless":
		return p.ifStatement()
	case "while", "until":
		return p.whileStatement(word, label)
	case "for", "foreach":
		return p.forStatement(label)
	case "format":
		if p.look(1).class == "Word" || p.look(1).text == "=" {
			p.fail("formats are not translated")
		}
	case "given", "when", "default", "switch", "case":
		if (p.look(1).text == "(" || p.look(1).text == "{") && !p.subs[word] {
			p.fail("%s is not translated", word)
		}
	}
	return nil
}

func (p *parser) packageStatement() *node {
	n := p.node(sPackage)
	p.at++
	n.text = p.next().text
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
}

func (p *parser) whileStatement(word, label string) *node {
	n := p.node(sWhile)
	p.at++
	p.expect("(")
	var cond *node
	if !p.is(")") {
		cond = p.expr()
	}
	p.expect(")")
	if word == "until" {
		cond = &node{kind: kUnop, op: "!", kids: []*node{cond}, line: n.line}
	}
	n.label = label
	n.kids = []*node{cond, p.blockNode()}
	if p.accept("continue") {
		n.kids = append(n.kids, p.blockNode())
	}
	return n
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
		if branches := len(n.kids) / 2; branches > maxBranches {
			text := fmt.Sprintf("an if of %d branches; the limit is %d", branches, maxBranches)
			p.bad = append(p.bad, problem{n.line, text})
			return &node{kind: sBad, text: text, line: n.line, col: n.col}
		}
		return n
	}
}

// maxBranches limits the branches of an if: Go's own parser does not take many that are
// nested in each other.
const maxBranches = 300

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
