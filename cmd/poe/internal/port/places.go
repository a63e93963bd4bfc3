package port

import (
	"fmt"
	"strconv"
	"strings"
)

// fix makes a variable one of type any.
func (g *gen) fix(v *variable) {
	v.fixed, v.recorded, v.seen = true, false, tNone
	v.typ = tAny
}

func (g *gen) postop(n *node) val { return g.increment(n.kids[0], n.op, true) }

// increment is ++ or -- as an expression.
func (g *gen) increment(target *node, op string, post bool) val {
	for target.kind == kList && len(target.kids) == 1 {
		target = target.kids[0]
	}
	word := "perl.Inc"
	if op == "--" {
		word = "perl.Dec"
	}
	if target.kind == kVar && target.v != nil && target.sigil == '$' {
		v := target.v
		g.assigned(v, tInt)
		t := g.typeOf(v)
		value := word + "(" + v.goName + ")"
		if t == tInt || t == tFloat {
			value = v.goName + map[string]string{"++": " + 1", "--": " - 1"}[op]
		} else if t != tNone {
			g.fix(v)
		}
		f := "perl.Set"
		if post {
			f = "perl.Post"
		}
		if post && t == tAny {
			return val{fmt.Sprintf("perl.Number(%s(&%s, %s))", f, v.goName, value), tAny, false}
		}
		return val{fmt.Sprintf("%s(&%s, %s)", f, v.goName, value), t, false}
	}
	get, set := g.place(target)
	if post {
		old := g.temp("old")
		return val{fmt.Sprintf("func() any {\n%s := %s\n%s\nreturn perl.Number(%s)\n}()", old, get, set(word+"("+old+")"), old), tAny, false}
	}
	if target.kind == kKey || target.kind == kIndex && !isArgs(target.kids[0]) {
		return val{set(word + "(" + get + ")"), tAny, false}
	}
	t := g.temp("v")
	return val{fmt.Sprintf("func() any {\n%s := %s(%s)\n%s\nreturn %s\n}()", t, word, get, set(t), t), tAny, false}
}

func (g *gen) assigned(v *variable, t typ) {
	switch t {
	case tStr, tInt, tFloat, tBool, tNone:
	default:
		v.counted = true
	}
	if t == tArr || t == tHash {
		// A reference may be replaced by undef in ways that are not seen.
		if v.joined != tNone && v.joined != t {
			t = tAny
		}
	}
	if t == tKernel || t == tRE || t == tID {
		t = join(v.joined, t)
	}
	v.joined = join(v.joined, t)
}

// place returns code that reads what an lvalue holds and code that sets it.
func (g *gen) place(n *node) (get string, set func(string) string) {
	switch n.kind {
	case kList:
		if len(n.kids) == 1 {
			return g.place(n.kids[0])
		}
	case kVar:
		if n.sigil != '$' {
			break
		}
		if n.v != nil {
			v := n.v
			if t := g.typeOf(v); t != tNone {
				g.fix(v)
			}
			return v.goName, func(code string) string { return v.goName + " = " + code }
		}
		return g.placeSpecial(n)
	case kMy:
		if len(n.kids) == 1 && n.kids[0].v != nil {
			g.declareInline(n)
			return g.place(n.kids[0])
		}
	case kKey:
		g.joinKeys(n)
		if s, ok := g.setSpecial(n); ok {
			return g.expr(n).code, s
		}
		c, k := g.stable(g.container(n.kids[0])), g.stable(g.str(n.kids[1]))
		return fmt.Sprintf("%s.Get(%s)", c, k), func(code string) string { return fmt.Sprintf("%s.Set(%s, %s)", c, k, code) }
	case kIndex:
		if isArgs(n.kids[0]) {
			if g.isHeap(n) {
				return "e.Heap()", func(code string) string { return "e.SetHeap(" + code + ")" }
			}
			if g.f.handler {
				cannot("P0114", "assignment to an argument of a handler")
			}
			i := g.int(n.kids[1])
			if g.f.fn == nil {
				return "perl.Args.Get(" + i + ")", func(code string) string { return "perl.Args.Set(" + i + ", " + code + ")" }
			}
			return g.index(n).code, func(code string) string { return "perl.SetArg(&args, " + i + ", " + code + ")" }
		}
		c, i := g.stable(g.container(n.kids[0])), g.stable(g.int(n.kids[1]))
		return fmt.Sprintf("%s.Get(%s)", c, i), func(code string) string { return fmt.Sprintf("%s.Set(%s, %s)", c, i, code) }
	case kDeref:
		if n.sigil == '$' {
			r := g.stable(g.any(n.kids[0]))
			return "perl.Deref(" + r + ")", func(code string) string { return "perl.S(" + r + ").Set(" + code + ")" }
		}
	case kLast:
		c := g.container(n.kids[0])
		return c + ".Last()", func(code string) string { return c + ".Resize(perl.Int(" + code + ") + 1)" }
	case kCond:
		cannot("P0115", "a conditional as the target of an assignment")
	case kFunc:
		return g.placeFunc(n)
	case kAssign:
		text := strings.TrimSpace(g.capture(func() {
			g.void(n)
			g.flushPost()
		}))
		g.hoist(text)
		if to := n.kids[0]; to.kind == kMy && len(to.kids) == 1 && !to.paren {
			return g.place(to.kids[0])
		}
		return g.place(n.kids[0])
	case kLocal:
		cannot("P0104", "local inside of an expression")
	}
	cannot("P0116", "this cannot be assigned to")
	return "", nil
}

// stable returns code which may be evaluated twice: calls go into a variable.
func (g *gen) stable(code string) string {
	if !strings.Contains(code, "(") {
		return code
	}
	if pure(code) {
		return code
	}
	t := g.temp("t")
	g.hoist(t + " := " + code)
	return t
}

// pure reports whether code only reads, so that it may be evaluated again.
func pure(code string) bool {
	for _, bad := range []string{"func(", "perl.Shift(", ".Shift(", ".Pop(", "perl.Apply", "perl.Call", "perl.Set(", "perl.Post(", "Match(", "perl.Scalar", "ReadLine", ".Delete("} {
		if strings.Contains(code, bad) {
			return false
		}
	}
	return true
}

func (g *gen) myExpr(n *node) val {
	g.declareInline(n)
	if len(n.kids) == 1 && !n.paren {
		return g.expr(n.kids[0])
	}
	return val{strconv.Itoa(len(n.kids)), tInt, true}
}

// declareInline declares variables in front of the statement in whose expression
// they are.
func (g *gen) declareInline(n *node) {
	for _, k := range n.kids {
		if k.kind != kVar || k.v == nil {
			continue
		}
		if n.text == "state" {
			cannot("P0118", "state in an expression")
		}
		if k.v.global {
			if n.text != "our" {
				g.hoist(g.resetGlobal(k.v))
			}
			continue
		}
		g.hoist(g.declaration(k.v))
		if k.v.reads == 0 {
			g.hoist("_ = " + k.v.goName)
		}
	}
}

func (g *gen) resetGlobal(v *variable) string {
	switch v.sigil {
	case '@':
		return v.goName + " = perl.NewArray()"
	case '%':
		return v.goName + " = perl.NewHash()"
	}
	return fmt.Sprintf("%s = %s", v.goName, zero(g.typeOf(v)))
}

func zero(t typ) string {
	switch t {
	case tStr:
		return `""`
	case tInt, tFloat:
		return "0"
	case tBool:
		return "false"
	}
	return "nil"
}
