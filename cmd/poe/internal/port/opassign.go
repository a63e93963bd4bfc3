package port

import (
	"fmt"
)

func (g *gen) incrementStatement(n *node) {
	target := n.kids[0]
	for target.kind == kList && len(target.kids) == 1 {
		target = target.kids[0]
	}
	if target.kind == kVar && target.v != nil && target.sigil == '$' {
		v := target.v
		g.assigned(v, tInt)
		t := g.typeOf(v)
		if t == tInt || t == tFloat || t == tNone {
			g.w("%s%s", v.goName, n.op)
			g.synced(v)
			return
		}
	}
	get, set := g.place(target)
	g.flushPre()
	word := "perl.Inc"
	if n.op == "--" {
		word = "perl.Dec"
	}
	g.w("%s", set(word+"("+get+")"))
	if target.kind == kVar && target.v != nil {
		g.synced(target.v)
	}
}

func (g *gen) synced(v *variable) {
	if v.posUsed {
		g.w("%sPos = perl.Pos{}", v.goName) // a match with /g begins anew
	}
	if v.sync != "" {
		g.w("%s", v.sync)
	}
}

func (g *gen) opAssign(n *node) {
	to, from := n.kids[0], n.kids[1]
	for to.kind == kList && len(to.kids) == 1 {
		to = to.kids[0]
	}
	if isListTarget(to) {
		g.opAssignList(n, to, from)
		return
	}
	if to.kind == kMy {
		g.declareInline(to)
		to = to.kids[0]
	}
	if n.op == "||" || n.op == "&&" || n.op == "//" {
		get, set := g.place(to)
		g.flushPre()
		c := map[string]string{"||": "!perl.True(" + get + ")", "&&": "perl.True(" + get + ")", "//": get + " == nil"}[n.op]
		g.w("if %s {", c)
		v := g.expr(from)
		g.flushPre()
		g.w("%s\n}", set(g.conv(v, tAny)))
		if to.kind == kVar && to.v != nil {
			g.synced(to.v)
		}
		return
	}
	if to.kind == kVar && to.v != nil && to.sigil == '$' {
		v := to.v
		t := g.typeOf(v)
		b := g.expr(from)
		r := g.arith(n.op, val{v.goName, t, true}, b)
		if t == tNone {
			r = g.arith(n.op, val{v.goName, b.typ, true}, b)
		}
		g.assigned(v, r.typ)
		g.flushPre()
		switch {
		case n.op == "." && t == tStr:
			g.w("%s += %s", v.goName, g.conv(b, tStr))
		case (n.op == "+" || n.op == "-") && isNum(t) && isNum(b.typ) && (t == b.typ || t == tFloat) && (t == tFloat || bounded(b.code)):
			g.w("%s %s= %s", v.goName, n.op, g.conv(b, t))
		default:
			g.w("%s", g.store(v, g.value(v, r, orAny(t))))
		}
		g.synced(v)
		return
	}
	get, set := g.place(to)
	b := g.expr(from)
	r := g.arith(n.op, val{get, tAny, true}, b)
	g.flushPre()
	g.w("%s", set(g.conv(r, tAny)))
}

func (g *gen) opAssignList(n, to, from *node) {
	switch n.op {
	case "x":
		c := g.container(to)
		code := fmt.Sprintf("%s.Assign(perl.Repeat(%s.All(), %s))", c, c, g.int(from))
		g.flushPre()
		g.w("%s", code)
	case "||", "//":
		c := g.container(to)
		g.flushPre()
		g.w("if %s.Len() == 0 {", c)
		code := g.list(from)
		g.flushPre()
		g.w("%s.Assign(%s)\n}", c, code)
	default:
		cannot("P0120", "the operator %s= on a list", n.op)
	}
}
