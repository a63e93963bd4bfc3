package port

import (
	"strings"
)

func (g *gen) cond(n *node) string {
	if n == nil {
		return "true"
	}
	if v, ok := g.stepFirst(n); ok {
		return g.truth(v)
	}
	g.noteRead(n, func(v *variable) { v.truth++ })
	return g.truth(g.boolean(n))
}

// stepFirst writes ++$x or --$x, as the first thing that an expression evaluates, in
// front of the statement.
func (g *gen) stepFirst(n *node) (val, bool) {
	n = assignment(n)
	if n.kind != kUnop || n.op != "++" && n.op != "--" || g.noHoist > 0 {
		return val{}, false
	}
	k := assignment(n.kids[0])
	if k.kind != kVar || k.v == nil || k.sigil != '$' || k.v.sync != "" {
		return val{}, false
	}
	g.assigned(k.v, tInt)
	t := g.typeOf(k.v)
	if t != tInt && t != tFloat && !(t == tNone && g.dry) {
		return val{}, false
	}
	g.hoist(k.v.goName + n.op)
	g.noteNumber(k)
	k.v.reads2++
	return val{k.v.goName, t, false}, true
}

// condition is cond for a statement: what must happen behind it, such as storing what
// it has read, happens before the branches.
func (g *gen) condition(n *node) string {
	if n == nil {
		return "true"
	}
	if to := assignedScalar(n); to != nil && g.noHoist == 0 {
		text := g.capture(func() {
			g.void(assignment(n))
			g.flushPost()
		})
		g.hoist(strings.TrimSpace(text))
		return g.condition(to)
	}
	old := g.post
	g.post = nil
	c := g.cond(n)
	if len(g.post) > 0 {
		t := g.temp("ok")
		g.hoist(t + " := " + c)
		g.pre = append(g.pre, g.post...)
		c = t
	}
	g.post = old
	return c
}

// assignment returns the expression that parentheses hold.
func assignment(n *node) *node {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	return n
}

// assignedScalar returns the lexical variable that an expression assigns a scalar to,
// nil if it is something else.
func assignedScalar(n *node) *node {
	if n = assignment(n); n.kind != kAssign || n.op != "" || isListTarget(n.kids[0]) {
		return nil
	}
	to := n.kids[0]
	if to.kind == kMy && to.text == "my" && len(to.kids) == 1 {
		to = to.kids[0]
	}
	if to.kind == kVar && to.sigil == '$' && to.v != nil && to.v.sync == "" {
		return to
	}
	return nil
}

// boolean is expr for where only the truth of n matters.
func (g *gen) boolean(n *node) val {
	switch n.kind {
	case kList:
		if len(n.kids) == 1 {
			return g.boolean(n.kids[0])
		}
	case kUnop:
		if n.op == "!" {
			return val{negate(g.cond(n.kids[0])), tBool, false}
		}
	case kLogic:
		g.predeclare(n, n.kids[1])
		if n.op == "||" || n.op == "&&" {
			a := g.cond(n.kids[0])
			b, pre := g.lazily(func() val { return val{g.cond(n.kids[1]), tBool, false} })
			if len(pre) == 0 {
				return val{operand(a, n.op) + " " + n.op + " " + operand(b.code, n.op), tBool, false}
			}
			if declarationsOnly(pre) {
				g.pre = append(g.pre, pre...)
				return val{operand(a, n.op) + " " + n.op + " " + operand(b.code, n.op), tBool, false}
			}
			t := g.thunk(tBool, func() val { return val{g.cond(n.kids[1]), tBool, false} })
			return val{operand(a, n.op) + " " + n.op + " " + t + "()", tBool, false}
		}
	case kSubst:
		return g.subst(n)
	case kVar:
		if n.sigil == '@' || n.sigil == '%' {
			return val{g.container(n) + ".Len() != 0", tBool, false}
		}
	case kDeref:
		if n.sigil == '@' || n.sigil == '%' {
			return val{g.container(n) + ".Len() != 0", tBool, false}
		}
	}
	return g.expr(n)
}

func negate(code string) string {
	switch code {
	case "true":
		return "false"
	case "false":
		return "true"
	}
	for _, p := range [][2]string{{" == ", " != "}, {" != ", " == "}} {
		if strings.Count(code, p[0]) == 1 && !strings.Contains(code, "&&") && !strings.Contains(code, "||") && !strings.Contains(code, "func(") && !strings.Contains(code, "`") && strings.Count(code, "\"") <= 2 && !inParens(code, p[0]) {
			return strings.Replace(code, p[0], p[1], 1)
		}
	}
	if simpleCode.MatchString(code) || balancedCall(code) {
		return "!" + code
	}
	if inner, ok := strings.CutPrefix(code, "!"); ok {
		if balancedCall(inner) || simpleCode.MatchString(inner) {
			return inner
		}
		if strings.HasPrefix(inner, "(") && closing(inner, 0) == len(inner)-1 {
			return inner[1 : len(inner)-1]
		}
	}
	return "!(" + code + ")"
}

func inParens(code, what string) bool {
	before := code[:strings.Index(code, what)]
	return strings.Count(before, "(") != strings.Count(before, ")") || strings.Count(before, `"`)%2 == 1
}
