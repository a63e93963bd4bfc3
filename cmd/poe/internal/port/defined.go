package port

import (
	"fmt"
	"strings"
)

func (g *gen) defined(n *node) val {
	k := g.arg(n, 0)
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	switch {
	case k.kind == kVar && (k.sigil == '@' || k.sigil == '%') || k.kind == kDeref && (k.sigil == '@' || k.sigil == '%'):
		return val{g.container(k) + ".Len() != 0", tBool, false}
	case k.kind == kCall && k.amp && !k.paren:
		return val{fmt.Sprintf("perl.FindSub(%s) != nil", quote(g.qualify(k.text))), tBool, false}
	case k.kind == kApply && k.amp && !k.paren:
		return val{"perl.SubDefined(" + g.any(k.kids[0]) + ")", tBool, false}
	case k.kind == kFunc && k.text == "substr":
		return val{fmt.Sprintf("perl.SubstrOK(%s) != nil", g.substrArgs(k)), tBool, false}
	}
	if g.alwaysDefined(k) {
		return val{"true", tBool, false}
	}
	v := g.expr(k)
	switch v.typ {
	case tAny, tNone:
		if v.typ == tNone && k.kind == kVar && k.v != nil {
			g.assigned(k.v, tAny)
		}
		if v.code == "nil" {
			return val{"false", tBool, true}
		}
		return val{v.code + " != nil", tBool, false}
	}
	// A typed variable is always defined: keep the question only if it can be
	// undefined.
	if k.kind == kVar && k.v != nil {
		g.fix(k.v)
		return val{v.code + " != nil", tBool, false}
	}
	return val{"perl.Defined(" + v.code + ")", tBool, false}
}

// alwaysDefined reports whether an expression is a variable of the function at hand that
// is given a number or a string where it is declared, and nothing else.
func (g *gen) alwaysDefined(n *node) bool {
	v := n.v
	if n.kind != kVar || n.sigil != '$' || v == nil || !v.constant || v.fixed || v.global || v.field || v.state || v.byUse != tNone || g.f.fn != v.owner {
		return false
	}
	return v.typ == tInt || v.typ == tFloat || v.typ == tStr || v.typ == tNone && g.dry
}

func (g *gen) undef(n *node) val {
	if len(n.kids) == 0 {
		return val{"nil", tAny, true}
	}
	text := strings.TrimSpace(g.capture(func() { g.undefStatement(n) }))
	g.hoist(text)
	return val{"nil", tAny, true}
}

// assignedTo reports whether the program assigns to a variable.
func (p *program) assignedTo(v *variable) bool {
	found := false
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kAssign {
			n.kids[0].walk(func(k *node) bool {
				found = found || k.kind == kVar && k.v == v
				return k.kind == kMy || k.kind == kList || k.kind == kVar
			})
		}
		return !found
	})
	return found
}

func (g *gen) undefStatement(n *node) {
	k := n.kids[0]
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	switch {
	case k.kind == kVar && k.sigil == '$' && k.v != nil && k.v.field:
		g.clearField(k.v)
	case k.kind == kVar && k.sigil == '$' && k.v != nil:
		g.fix(k.v)
		if k.v.holds && !g.prog.assignedTo(k.v) {
			g.w("perl.Drop(&%s)", k.v.goName)
		} else {
			g.w("%s = perl.Undef(%s)", k.v.goName, k.v.goName)
		}
		g.synced(k.v)
	case (k.kind == kVar || k.kind == kDeref) && (k.sigil == '@' || k.sigil == '%'):
		c := g.container(k)
		g.flushPre()
		g.w("%s.Assign(nil)", c)
	case k.kind == kCall:
		cannot("P0507", "undef of a sub")
	default:
		_, set := g.place(k)
		g.flushPre()
		g.w("%s", set("nil"))
	}
}
