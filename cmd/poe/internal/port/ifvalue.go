package port

// falseValue returns the value which a condition has if it does not hold, and whether
// that is certain. Of an unless it is that of the condition that holds.
func (g *gen) falseValue(cond *node) (value *node, certain bool) {
	negated := false
	if cond.kind == kUnop && cond.mods == "unless" {
		cond, negated = cond.kids[0], true
	}
	for cond.kind == kList && len(cond.kids) == 1 {
		cond = cond.kids[0]
	}
	line := cond.line
	switch cond.kind {
	case kVar, kIndex, kKey:
		if cond.kind == kVar && cond.sigil != '$' {
			break
		}
		if v, pre := g.lazily(func() val { return g.expr(cond) }); len(pre) == 0 && pure(v.code) {
			return &node{kind: kGo, text: v.code, line: line}, true
		}
	}
	if negated {
		return &node{kind: kGo, text: "true", line: line}, truthIsOne(cond)
	}
	if (cond.kind == kVar || cond.kind == kDeref) && (cond.sigil == '@' || cond.sigil == '%') {
		return &node{kind: kNum, text: "0", line: line}, true
	}
	return &node{kind: kGo, text: "false", line: line}, falseIsEmpty(cond)
}

var comparisons = map[string]bool{"==": true, "!=": true, "<": true, ">": true, "<=": true, ">=": true, "eq": true, "ne": true, "lt": true, "gt": true, "le": true, "ge": true}

// truthIsOne reports whether a condition that holds is 1 in Perl.
func truthIsOne(n *node) bool {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	switch n.kind {
	case kBinop:
		return comparisons[n.op]
	case kUnop:
		return n.op == "!"
	case kMatch:
		return n.op != "qr"
	case kFunc:
		return n.text == "defined" || n.text == "exists"
	case kLogic:
		return n.op == "&&" && truthIsOne(n.kids[1]) || n.op == "||" && truthIsOne(n.kids[0]) && truthIsOne(n.kids[1])
	}
	return false
}

// falseIsEmpty reports whether a condition that does not hold is an empty string in Perl.
func falseIsEmpty(n *node) bool {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n.kind == kLogic && (n.op == "&&" || n.op == "||") {
		return (n.op == "||" || falseIsEmpty(n.kids[0])) && falseIsEmpty(n.kids[1])
	}
	return truthIsOne(n)
}

// elseValue gives an if at the end of a handler, whose value the program looks at, an
// else with the value that it has in Perl if no branch runs.
func (g *gen) elseValue(n *node) *node {
	if g.f.mode != rHandler || len(n.kids)%2 == 1 || !g.prog.valueShown(g.f.fn) && !g.prog.results["*"] {
		return n
	}
	value, certain := g.falseValue(n.kids[len(n.kids)-2])
	if !certain {
		g.noteIfValue(n)
	}
	leave := &node{kind: kReturn, kids: []*node{value}, line: n.line, op: "implicit"}
	out := *n
	out.kids = append(append([]*node(nil), n.kids...), &node{kind: sBlock, body: []*node{{kind: sExpr, kids: []*node{leave}, line: n.line}}, line: n.line})
	return &out
}

func (g *gen) noteIfValue(n *node) {
	g.report.note("P0717", n.line, g.sub, "the value of an if of which no branch runs: here it is false, in Perl what its condition has returned")
}
