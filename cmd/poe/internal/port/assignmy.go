package port

import (
	"strings"
)

// declare is my $x; as a statement.
func (g *gen) declare(n *node) {
	for _, k := range n.kids {
		if k.v == nil {
			continue
		}
		switch {
		case k.v.packaged || n.text == "state":
			if n.text == "our" || n.text == "state" {
				k.v.fixed = true
			}
		case k.v.global && k.sigil != '$' && g.outermost():
			// It is made where it is declared in Go.
		case k.v.global:
			k.v.joined = join(k.v.joined, tAny)
			g.w("%s", g.resetGlobal(k.v))
		default:
			if k.sigil == '$' {
				g.assigned(k.v, tAny)
			}
			g.w("%s", g.declaration(k.v))
			if k.v.reads == 0 {
				g.w("_ = %s", k.v.goName)
			} else if k.v.sigil == '$' && k.v.posUsed && false {
				g.w("_ = %sPos", k.v.goName)
			}
		}
	}
}

// outermost reports whether a statement is one of the program itself, which runs once.
func (g *gen) outermost() bool {
	return g.f.fn == nil && g.f.outer == nil && g.f.loops == 0 && !g.f.closure && !g.prog.jumps
}

func (g *gen) assignMy(to, from *node) {
	v := to.kids[0].v
	if v != nil && v.inHeap {
		return // it is a parameter
	}
	if to.text == "state" {
		v.fixed = true
		done := g.prog.globalNameOnce(v)
		g.stateInit = append(g.stateInit, done)
		code := g.any(from)
		g.w("if !%s {", done)
		g.flushPre()
		g.w("%s, %s = true, %s\n}", done, v.goName, code)
		return
	}
	if v == nil || v.packaged || v.global {
		if v != nil && v.global && !v.packaged && from.kind == kFunc && (from.text == "socket" || from.text == "open") {
			v.held = true
		}
		if v != nil && !v.packaged && g.defaultStatement(v, from) {
			return
		}
		g.assignScalar(to.kids[0], from)
		return
	}
	if g.condStatement(from, func(code val) {
		g.assigned(v, code.typ)
	}, v) {
		return
	}
	if a := assignment(from); a.kind == kAssign && (a.op == "||" || a.op == "//") && a.kids[0].kind == kKey {
		g.opAssign(a)
		from = a.kids[0]
	}
	c := g.expr(from)
	g.assigned(v, c.typ)
	t := orAny(g.typeOf(v))
	code := g.conv(c, t)
	g.flushPre()
	switch {
	case t == tStr && strings.HasPrefix(code, "e.Text("):
		g.w("%s := %s", v.goName, code)
	case t == tAny || t != c.typ && !strings.HasPrefix(code, "perl.") && !isNumber(code):
		g.w("var %s %s = %s", v.goName, t, code)
	case t == tFloat && isNumber(code):
		g.w("var %s float64 = %s", v.goName, code)
	default:
		g.w("%s := %s", v.goName, code)
	}
	if v.posUsed {
		g.w("var %sPos perl.Pos", v.goName)
	}
	if v.reads == 0 {
		g.w("_ = %s", v.goName)
	}
	g.leavesScope(v, from)
}

// leavesScope ends a postback, which keeps its session alive, where Perl does: with
// the variable which alone has it.
func (g *gen) leavesScope(v *variable, from *node) {
	if from.kind != kMethod || from.text != "postback" && from.text != "callback" || g.f.fn == nil || v.owner != g.f.fn {
		return
	}
	if onlyCalled(v.owner.node.body, v) {
		g.w("defer perl.Undef(%s)", v.goName)
		return
	}
	g.report.note("P0701", g.line, g.sub, "a "+from.text+" in a variable: in Perl it goes when nothing has it; in Go a hash or an array that has it must lose it")
}

// onlyCalled reports whether statements do nothing with a variable but call it, or
// undef it.
func onlyCalled(list []*node, v *variable) bool {
	ok := true
	is := func(n *node) bool { return n != nil && n.kind == kVar && n.v == v }
	var visit func(n *node)
	visit = func(n *node) {
		if n == nil || !ok {
			return
		}
		kids := n.kids
		switch {
		case is(n):
			ok = false
		case n.kind == kMy, n.kind == kApply && is(n.kids[0]), n.kind == kAssign && n.kids[0].kind == kMy, n.kind == kFunc && n.text == "undef" && is(n.kid(0)):
			kids = kids[1:]
		}
		for _, k := range kids {
			visit(k)
		}
		for _, k := range n.body {
			visit(k)
		}
		visit(n.dyn)
		visit(n.repl)
	}
	for _, n := range list {
		visit(n)
	}
	return ok
}

// defaultStatement writes my $x = A // B as statements, for a variable of the Go
// package.
func (g *gen) defaultStatement(v *variable, from *node) bool {
	from = assignment(from)
	if from.kind != kLogic || from.op != "//" || leavesOnly(from.kids[1]) || v.field {
		return false
	}
	a := g.expr(from.kids[0])
	if a.typ != tAny {
		return false
	}
	g.flushPre()
	b, pre := g.lazily(func() val { return g.expr(from.kids[1]) })
	g.assigned(v, tAny)
	g.w("%s = %s", v.goName, a.code)
	g.w("if %s == nil {", v.goName)
	g.pre = append(pre, g.pre...)
	g.flushPre()
	g.w("%s = %s\n}", v.goName, g.conv(b, tAny))
	return true
}

// condStatement writes my $x = COND ? A : B and my $x = A || B as statements.
func (g *gen) condStatement(from *node, seen func(val), v *variable) bool {
	for from.kind == kList && len(from.kids) == 1 {
		from = from.kids[0]
	}
	v.once = false // a value of two parts
	switch {
	case from.kind == kLogic && from.op != "xor" && from.op != "&&" && !leavesOnly(from.kids[1]):
		a := g.maybe(from.kids[0], from.op)
		if a.typ == tBool {
			return false
		}
		g.flushPre()
		b, pre := g.lazily(func() val { return g.expr(from.kids[1]) })
		seen(tAnyIf(a, from.op))
		seen(b)
		t := orAny(g.typeOf(v))
		if t != tAny && from.op == "//" {
			seen(val{"", tAny, false})
			t = tAny
		}
		g.w("var %s %s = %s", v.goName, t, g.conv(a, t))
		if from.op == "//" {
			g.w("if %s == nil {", v.goName)
		} else {
			g.w("if %s {", negate(g.truth(val{v.goName, t, true})))
		}
		g.pre = append(pre, g.pre...)
		g.flushPre()
		g.w("%s = %s\n}", v.goName, g.conv(b, t))
	case from.kind == kCond && from.kids[1].kind != kReturn && from.kids[2].kind != kReturn:
		c := g.cond(from.kids[0])
		g.flushPre()
		a, preA := g.lazily(func() val { return g.expr(from.kids[1]) })
		b, preB := g.lazily(func() val { return g.expr(from.kids[2]) })
		seen(a)
		seen(b)
		t := orAny(g.typeOf(v))
		g.w("var %s %s", v.goName, t)
		g.w("if %s {", c)
		g.pre = preA
		g.flushPre()
		g.w("%s = %s\n} else {", v.goName, g.conv(a, t))
		g.pre = preB
		g.flushPre()
		g.w("%s = %s\n}", v.goName, g.conv(b, t))
	default:
		return false
	}
	if v.posUsed {
		g.w("var %sPos perl.Pos", v.goName)
	}
	if v.reads == 0 {
		g.w("_ = %s", v.goName)
	}
	return true
}

func tAnyIf(v val, op string) val { return v }
