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
