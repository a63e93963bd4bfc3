package port

import (
	"fmt"
	"strings"
)

// assignExpr is an assignment as a value.
func (g *gen) assignExpr(n *node) val {
	to, from := n.kids[0], n.kids[1]
	if isListTarget(to) && n.op == "" {
		if to.kind == kMy && to.paren || to.kind == kList || to.kind == kSlice || to.kind == kHSlice {
			// In scalar context it is the number of elements on the right.
			t := g.temp("list")
			src := g.list(from)
			if src == "nil" {
				src = "perl.L()"
			}
			g.hoist(t + " := " + src)
			text := g.capture(func() { g.assignFrom(to, t) })
			g.hoist(strings.TrimSpace(text))
			return val{"len(" + t + ")", tInt, true}
		}
		text := g.capture(func() { g.void(n) })
		g.hoist(strings.TrimSpace(text))
		k := to
		if k.kind == kMy {
			k = k.kids[0]
		}
		return val{g.container(k) + ".Len()", tInt, false}
	}
	if n.op == "||" || n.op == "&&" || n.op == "//" {
		get, set := g.place(to)
		name := map[string]string{"||": "perl.True(" + get + ")", "&&": "!perl.True(" + get + ")", "//": get + " != nil"}[n.op]
		v, pre := g.lazily(func() val { return g.expr(from) })
		body := strings.Join(append(pre, set(v.code)), "\n")
		return val{fmt.Sprintf("func() any {\nif %s {\nreturn %s\n}\n%s\nreturn %s\n}()", name, get, body, get), tAny, false}
	}
	if to.kind == kMy && to.text == "my" && len(to.kids) == 1 && to.kids[0].v != nil && !to.kids[0].v.global {
		g.declareInline(to)
		to = to.kids[0]
	}
	for to.kind == kList && len(to.kids) == 1 {
		to = to.kids[0]
	}
	if to.kind == kVar && to.v != nil && to.sigil == '$' {
		to.v.reads2++
		v := g.expr(from)
		if n.op != "" {
			v = g.arith(n.op, val{to.v.goName, g.typeOf(to.v), true}, v)
		}
		g.assigned(to.v, v.typ)
		t := g.typeOf(to.v)
		code := g.value(to.v, v, t)
		if to.v.sync != "" {
			cannot("P0116", "assignment to the loop variable inside of an expression")
		}
		if t == tAny && to.v.field && to.v.counted {
			return val{g.store(to.v, code), tAny, false}
		}
		if t == tAny {
			return val{fmt.Sprintf("perl.Set[any](&%s, %s)", to.v.goName, code), tAny, false}
		}
		return val{fmt.Sprintf("perl.Set(&%s, %s)", to.v.goName, code), t, false}
	}
	get, set := g.place(to)
	v := g.expr(from)
	if n.op != "" {
		v = g.arith(n.op, val{get, tAny, true}, v)
	}
	if (to.kind == kKey || to.kind == kIndex && !isArgs(to.kids[0])) && !strings.HasPrefix(set(""), "_") {
		return val{set(v.code), tAny, false}
	}
	t := g.temp("v")
	return val{fmt.Sprintf("func() any {\nvar %s any = %s\n%s\nreturn %s\n}()", t, v.code, set(t), t), tAny, false}
}

// assign writes an assignment.
func (g *gen) assign(n *node) {
	to, from := n.kids[0], n.kids[1]
	if n.op != "" {
		g.opAssign(n)
		return
	}
	switch to.kind {
	case kMy:
		if !to.paren && to.kids[0].kind == kVar && to.kids[0].sigil == '$' {
			g.assignMy(to, from)
			return
		}
	case kLocal:
		g.local(to, from)
		return
	case kList:
		if len(to.kids) == 1 && (!to.paren || to.kids[0].kind == kCond) {
			to = to.kids[0]
		}
	}
	if isListTarget(to) {
		if to.kind == kMy && to.text == "state" {
			cannot("P0119", "state with a list")
		}
		g.assignListStatement(to, from)
		return
	}
	g.assignScalar(to, from)
}

func (g *gen) assignScalar(to, from *node) {
	for to.kind == kList && len(to.kids) == 1 {
		to = to.kids[0]
	}
	if to.kind == kCond {
		g.w("if %s {", g.condPre(to.kids[0]))
		g.assignScalar(to.kids[1], from)
		g.w("} else {")
		g.assignScalar(to.kids[2], from)
		g.w("}")
		return
	}
	if to.kind == kVar && to.v != nil && to.sigil == '$' {
		v := to.v
		if v.field && g.assignField(v, from) {
			return
		}
		c := g.expr(from)
		g.assigned(v, c.typ)
		if from.kind == kFunc && from.text == "undef" {
			g.assigned(v, tAny)
		}
		t := g.typeOf(v)
		g.flushPre()
		g.w("%s", g.store(v, g.value(v, c, orAny(t))))
		g.synced(v)
		return
	}
	if to.kind == kGlobVar || to.kind == kDeref && to.sigil == '*' {
		g.globAssign(to, from)
		return
	}
	if to.kind == kFunc && to.text == "local" {
		g.local(to, from)
		return
	}
	_, set := g.place(to)
	code := g.any(from)
	g.flushPre()
	g.w("%s", set(code))
}

// assignField is an assignment to a field that is different from others, and reports
// whether it is one.
func (g *gen) assignField(v *variable, from *node) bool {
	undef := from.kind == kFunc && from.text == "undef" && len(from.kids) == 0
	switch {
	case v.own && (from.kind == kHash || from.kind == kArray || undef):
		list := ""
		if len(from.kids) > 0 {
			list = g.fresh(from.kids)
		}
		g.flushPre()
		g.w("%s.Init(%s)", v.goName, list)
	case undef:
		g.clearField(v)
	default:
		return false
	}
	return true
}

// clearField makes a field undef.
func (g *gen) clearField(v *variable) {
	g.w("%s", g.cleared(v))
}

func (g *gen) cleared(v *variable) string {
	t := g.typeOf(v)
	switch {
	case v.own:
		return v.goName + ".Init()"
	case t == tWheel:
		return v.goName + ".Release()\n" + v.goName + " = nil"
	case v.counted && (t == tAny || t == tWheel || t == tHash || t == tArr):
		return "perl.Drop(&" + v.goName + ")"
	}
	return v.goName + " = " + zero(t)
}

// setScalar declares or sets a scalar.
func (g *gen) setScalar(to, k *node, c val) {
	if k.kind == kVar && k.v != nil && k.v.inHeap {
		return // it is a parameter
	}
	if k.kind == kFunc && k.text == "undef" {
		if !c.plain {
			g.w("_ = %s", c.code)
		}
		return
	}
	if to.kind == kMy && k.kind == kVar && k.v != nil && !k.v.global {
		g.assigned(k.v, c.typ)
		t := orAny(g.typeOf(k.v))
		if code := g.conv(c, t); t != tAny && (t == c.typ || t == tStr || strings.HasPrefix(code, "perl.") || strings.HasPrefix(code, "e.Text(")) {
			g.w("%s := %s", k.v.goName, code)
		} else {
			g.w("var %s %s = %s", k.v.goName, t, g.conv(c, t))
		}
		if k.v.posUsed {
			g.w("var %sPos perl.Pos", k.v.goName)
		}
		if k.v.reads == 0 {
			g.w("_ = %s", k.v.goName)
		}
		return
	}
	if k.kind == kVar && k.v != nil && k.sigil == '$' {
		g.assigned(k.v, c.typ)
		g.w("%s", g.store(k.v, g.value(k.v, c, orAny(g.typeOf(k.v)))))
		g.synced(k.v)
		return
	}
	_, set := g.place(k)
	g.flushPre()
	g.w("%s", set(c.code))
}
