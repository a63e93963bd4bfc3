package port

import (
	"fmt"
	"slices"
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

// assignList is a list assignment as a list: its left side.
func (g *gen) assignList(n *node) string {
	text := g.capture(func() { g.void(n) })
	g.hoist(strings.TrimSpace(text))
	to := n.kids[0]
	if to.kind == kMy {
		if to.paren {
			return g.cat(to.kids)
		}
		return g.list(to.kids[0])
	}
	return g.list(to)
}

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
	if v.sync != "" {
		g.w("%s", v.sync)
	}
}

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
	if from.kind != kLogic || from.op != "//" || from.kids[1].kind == kReturn || from.kids[1].kind == kJump || v.field {
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
	case from.kind == kLogic && from.op != "xor" && from.op != "&&" && from.kids[1].kind != kReturn && from.kids[1].kind != kJump:
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

func (g *gen) assignListStatement(to, from *node) {
	// my @a = ..., my %h = ...
	if to.kind == kMy && !to.paren || to.kind == kVar || to.kind == kDeref {
		v := to
		if to.kind == kMy {
			v = to.kids[0]
		}
		g.assignContainer(to, v, from)
		return
	}
	if to.kind == kMy && g.assignMyArgs(to, from) {
		return
	}
	kids := to.kids
	if to.kind == kSlice || to.kind == kHSlice {
		kids = nil
	}
	if to.kind == kHSlice && g.assignKeys(to, from) {
		return
	}
	if len(kids) == 1 && kids[0].kind == kVar && kids[0].sigil == '$' && from.kind != kList {
		g.assignFirst(to, kids[0], from)
		return
	}
	if to.kind == kList && g.assignEach(to, from) {
		return
	}
	src := g.list(from)
	g.flushPre()
	t := g.temp("list")
	if !simpleCode.MatchString(src) || strings.Contains(src, "(") || src == "args" { // a call is made once
		g.w("%s := %s", t, copied(src))
	} else {
		t = src
	}
	g.assignFrom(to, t)
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

// assignKeys writes an assignment to the slice of a hash with literal keys as one for
// each key, if the values are such that their order does not matter.
func (g *gen) assignKeys(to, from *node) bool {
	keys := literalKeys(to.kids[1])
	if from.kind != kList || len(keys) == 0 || len(keys) != len(from.kids) {
		return false
	}
	for _, k := range from.kids {
		if k.kind != kStr && k.kind != kNum && !(k.kind == kVar && k.sigil == '$' && k.v != nil) && !((k.kind == kArray || k.kind == kHash) && len(k.kids) == 0) {
			return false
		}
	}
	for i, key := range keys {
		k := &node{kind: kKey, kids: []*node{to.kids[0], {kind: kStr, text: key, line: to.line}}, line: to.line}
		g.assignScalar(k, from.kids[i])
	}
	return true
}

// assignEach writes an assignment of a list to fields as one for each of them, if the
// values are such that their order does not matter.
func (g *gen) assignEach(to, from *node) bool {
	if from.kind != kList || len(from.kids) != len(to.kids) {
		return false
	}
	for i, k := range from.kids {
		if t := to.kids[i]; t.kind != kVar || t.v == nil || !t.v.field {
			return false
		}
		if k.kind != kStr && k.kind != kNum && !(k.kind == kVar && k.sigil == '$' && k.v != nil && !k.v.field) && !((k.kind == kArray || k.kind == kHash) && len(k.kids) == 0) {
			return false
		}
	}
	for i, k := range to.kids {
		g.assignScalar(k, from.kids[i])
	}
	return true
}

// literalKeys returns the keys of a slice, nil if one is not literal.
func literalKeys(n *node) []string {
	if n.kind == kWords {
		return strings.Fields(n.text)
	}
	var out []string
	for _, k := range listOf2(n) {
		switch k.kind {
		case kWords:
			out = append(out, strings.Fields(k.text)...)
		case kStr:
			out = append(out, k.text)
		default:
			return nil
		}
	}
	return out
}

// copied returns code of a list which no assignment changes on the way.
func copied(src string) string {
	if src == "args" || strings.HasSuffix(src, ".All()") {
		return "perl.Cat(" + src + ")"
	}
	return src
}

// assignFirst is my ($x) = ...: the first element of a list.
func (g *gen) assignFirst(to, k *node, from *node) {
	if from.kind == kCall && strings.HasSuffix(from.text, "unpack_sockaddr_in") && len(from.kids) == 1 && from.kids[0].kind == kMethod && from.kids[0].text == "getsockname" {
		if w := g.expr(from.kids[0].kids[0]); w.typ == tWheel {
			g.flushPre()
			g.setScalar(to, k, val{w.code + ".LocalPort()", tInt, false})
			return
		}
	}
	src := g.list(from)
	g.flushPre()
	code := "perl.Head(" + src + ")"
	if rest, ok := strings.CutPrefix(src, "perl.L("); ok && balancedCall(src) && !strings.Contains(rest, ",") {
		if code = strings.TrimSuffix(rest, ")"); code == "" {
			code = "nil"
		}
	}
	g.setScalar(to, k, val{code, tAny, false})
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

func (g *gen) assignContainer(to, v *node, from *node) {
	if v.v != nil && v.v.table != nil {
		g.tableLiteral(v.v.table)
		return
	}
	declared := to.kind == kMy && v.v != nil && !v.v.global && to.text == "my"
	if declared {
		var code string
		switch {
		case v.sigil == '@':
			code = "perl.NewArray(" + g.fresh([]*node{from}) + ")"
			if from.kind == kList {
				code = "perl.NewArray(" + g.fresh(from.kids) + ")"
			}
		case from.kind == kList:
			code = g.hashLiteral(&node{kind: kHash, kids: from.kids})
		default:
			code = "perl.NewHash(" + g.spreadAll([]*node{from}) + ")"
		}
		g.flushPre()
		g.w("%s := %s", v.v.goName, code)
		if v.v.reads == 0 {
			g.w("_ = %s", v.v.goName)
		}
		return
	}
	if to.kind == kVar && v.v == nil && (v.text == "ISA" || strings.HasPrefix(v.text, "EXPORT") || strings.HasSuffix(v.text, "::ISA")) {
		if strings.HasSuffix(v.text, "ISA") {
			g.isa(from)
		}
		return
	}
	if v.v != nil && strings.HasSuffix(v.v.name, "::ISA") {
		g.isa(from)
		return
	}
	if isArgs(v) {
		if g.f.handler || g.f.fn == nil {
			cannot("P0114", "assignment to @_ of a handler")
		}
		code := g.list(from)
		g.flushPre()
		g.w("args = perl.Cat(%s)", code)
		return
	}
	c := g.container(v)
	code := g.list(from)
	g.flushPre()
	if rest, ok := strings.CutPrefix(code, "perl.L("); ok && balancedCall(code) {
		g.w("%s.Init(%s", c, g.pairLines(from, rest))
		return
	}
	g.w("%s.Assign(%s)", c, code)
}

// pairLines writes the elements of a list one pair a line if they are many.
func (g *gen) pairLines(from *node, code string) string {
	kids := listOf2(from)
	if len(kids)%2 != 0 || len(code) < 80 {
		return code
	}
	var b strings.Builder
	b.WriteString("\n")
	for i := 0; i < len(kids); i += 2 {
		if isListy(kids[i]) || isListy(kids[i+1]) || kids[i].kind != kStr {
			return code
		}
		b.WriteString(g.any(kids[i]) + ", " + g.any(kids[i+1]) + ",\n")
	}
	return b.String() + ")"
}

func (g *gen) isa(from *node) {
	from.walk(func(k *node) bool {
		switch k.kind {
		case kStr:
			g.parents[g.pkg] = append(g.parents[g.pkg], k.text)
		case kWords:
			g.parents[g.pkg] = append(g.parents[g.pkg], strings.Fields(k.text)...)
		}
		return true
	})
}

// assignMyArgs is my (...) = @_ or = @_[...] with one variable for each element.
func (g *gen) assignMyArgs(to, from *node) bool {
	var codes []val
	switch {
	case isArgs(from) && !g.f.handler && g.f.fn != nil:
		for i, k := range to.kids {
			if k.kind == kVar && k.sigil != '$' {
				codes = append(codes, val{fmt.Sprintf("perl.From(args, %d)", i), "[]any", false})
				break
			}
			codes = append(codes, val{fmt.Sprintf("perl.At(args, %d)", i), tAny, true})
		}
	case from.kind == kSlice && isArgs(from.kids[0]):
		var ok bool
		if codes, ok = g.sliceCodes(from.kids[1]); !ok {
			return false
		}
	case from.kind == kList && len(from.kids) == len(to.kids) && g.defaults(to, from):
		return true
	case from.kind == kList && len(from.kids) == len(to.kids):
		for i, k := range from.kids {
			if isListy(k) || to.kids[i].kind == kVar && to.kids[i].sigil != '$' {
				return false
			}
		}
		for _, k := range from.kids {
			codes = append(codes, g.expr(k))
		}
	default:
		return false
	}
	g.flushPre()
	if last := len(codes) - 1; last >= 0 && codes[last].typ == "[]any" && len(to.kids) > last {
		rest := codes[last].code
		codes = codes[:last]
		for i := last; i < len(to.kids); i++ {
			if k := to.kids[i]; k.kind == kVar && k.sigil != '$' {
				code := rest
				if i > last {
					code = fmt.Sprintf("perl.From(%s, %d)", rest, i-last)
				}
				codes = append(codes, val{code, "[]any", false})
				break
			}
			codes = append(codes, val{fmt.Sprintf("perl.At(%s, %d)", rest, i-last), tAny, true})
		}
	}
	for i, k := range to.kids {
		if i >= len(codes) {
			g.setRest(k)
			continue
		}
		c := codes[i]
		if k.kind == kVar && k.sigil != '$' {
			if c.typ != "[]any" {
				// The rest of the elements.
				var rest []string
				for _, x := range codes[i:] {
					if x.typ == "[]any" {
						return false
					}
					rest = append(rest, x.code)
				}
				c.code = "perl.L(" + strings.Join(rest, ", ") + ")"
			}
			g.setContainer(to, k, c.code)
			continue
		}
		if c.typ == "[]any" {
			// The elements of a rest, one by one.
			c = val{fmt.Sprintf("perl.At(%s, %d)", c.code, i-(len(codes)-1)), tAny, false}
		}
		g.setScalar(to, k, c)
	}
	return true
}

// defaults writes my ($x, $y) = (shift // 1, shift // 2), of variables of the Go
// package, as a statement for each.
func (g *gen) defaults(to, from *node) bool {
	for i, k := range from.kids {
		if t := to.kids[i]; to.text != "my" || t.kind != kVar || t.sigil != '$' || t.v == nil || t.v.packaged || t.v.inHeap || k.kind != kLogic || k.op != "//" || k.kids[0].kind != kFunc || k.kids[0].text != "shift" || k.kids[1].kind != kNum && k.kids[1].kind != kStr {
			return false
		}
	}
	for i, k := range from.kids {
		g.assignMy(&node{kind: kMy, text: "my", kids: []*node{to.kids[i]}, line: to.line}, k)
	}
	return true
}

// setRest declares a variable that gets nothing.
func (g *gen) setRest(k *node) {
	if k.v == nil {
		return
	}
	if k.sigil == '$' {
		g.assigned(k.v, tAny)
	}
	if k.v.global {
		g.w("%s", g.resetGlobal(k.v))
		return
	}
	g.w("%s", g.declaration(k.v))
	if k.v.reads == 0 {
		g.w("_ = %s", k.v.goName)
	}
}

func (g *gen) setContainer(to, k *node, list string) {
	if k.v != nil && to.kind == kMy && !k.v.global {
		if k.sigil == '@' {
			g.w("%s := perl.Copy(%s)", k.v.goName, list)
		} else {
			g.w("%s := perl.NewHash(%s...)", k.v.goName, list)
		}
		if k.v.reads == 0 {
			g.w("_ = %s", k.v.goName)
		}
		return
	}
	g.w("%s.Assign(%s)", g.container(k), list)
}

// sliceCodes returns the elements of @_[...]; a rest has the type []any.
func (g *gen) sliceCodes(n *node) ([]val, bool) {
	var out []val
	for _, k := range listOf2(n) {
		if k.kind == kRange {
			from, ok := constantOf(k.kids[0])
			if !ok {
				return nil, false
			}
			if to, ok := constantOf(k.kids[1]); ok {
				for c := from; c <= to; c++ {
					out = append(out, g.argVal(c))
				}
				continue
			}
			if k.kids[1].kind != kLast || !isArgs(k.kids[1].kids[0]) {
				return nil, false
			}
			switch {
			case g.f.handler && from == 10:
				out = append(out, val{"e.Args", "[]any", false})
			case g.f.handler && from > 10:
				out = append(out, val{fmt.Sprintf("perl.From(e.Args, %d)", from-10), "[]any", false})
			default:
				out = append(out, val{fmt.Sprintf("perl.From(%s, %d)", g.argsAll(), from), "[]any", false})
			}
			continue
		}
		c, ok := constantOf(k)
		if !ok {
			return nil, false
		}
		out = append(out, g.argVal(c))
	}
	return out, true
}

func (g *gen) argVal(c int) val {
	if g.f.handler && c < 10 {
		for name, i := range poeConstants {
			if i == c && name != "MACHINE" && name != "RUNSTATE" && name != "EVENT" {
				v, _ := g.eventField(name)
				return v
			}
		}
	}
	if g.f.handler {
		return g.typedArg(c - 10)
	}
	return val{g.argAt(c), tAny, true}
}

// assignFrom assigns the elements of a list, which the code src holds, to to.
func (g *gen) assignFrom(to *node, src string) {
	switch to.kind {
	case kSlice, kHSlice:
		code := fmt.Sprintf("%s.SetSlice(%s, %s)", g.container(to.kids[0]), g.list(to.kids[1]), src)
		g.flushPre()
		g.w("%s", code)
		return
	case kVar, kDeref:
		g.w("%s.Assign(%s)", g.container(to), src)
		return
	}
	if g.declareAll(to, src) {
		return
	}
	i := 0
	for _, k := range to.kids {
		for k.kind == kList && len(k.kids) == 1 {
			k = k.kids[0]
		}
		mine := to
		if k.kind == kMy && !k.paren {
			mine, k = k, k.kids[0]
		}
		switch {
		case (k.kind == kVar || k.kind == kDeref) && k.sigil != '$':
			g.setContainer(mine, k, fmt.Sprintf("perl.From(%s, %d)", src, i))
			for _, rest := range to.kids[slices.Index(to.kids, k)+1:] {
				if mine.kind == kMy {
					g.setRest(rest)
				}
			}
			return
		case k.kind == kHSlice || k.kind == kSlice:
			g.assignFrom(k, fmt.Sprintf("perl.From(%s, %d)", src, i))
			i += len(listOf2(k.kids[1]))
		default:
			g.setScalar(mine, k, val{fmt.Sprintf("perl.At(%s, %d)", src, i), tAny, true})
			i++
		}
	}
}

// declareAll declares several variables that have no types, which get the elements of
// the list src, and reports whether it has: my ($first, undef, $second) = ...
func (g *gen) declareAll(to *node, src string) bool {
	if to.kind != kMy || to.text != "my" || len(to.kids) < 2 {
		return false
	}
	var names, places []string
	for _, k := range to.kids {
		switch {
		case k.kind == kFunc && k.text == "undef" && len(k.kids) == 0:
			places = append(places, "nil")
			continue
		case k.kind != kVar || k.sigil != '$' || k.v == nil || k.v.global || k.v.inHeap:
			return false
		}
		g.assigned(k.v, tAny)
		if orAny(g.typeOf(k.v)) != tAny {
			return false
		}
		names = append(names, k.v.goName)
		places = append(places, "&"+k.v.goName)
	}
	if len(names) < 2 {
		return false
	}
	g.w("var %s any", strings.Join(names, ", "))
	g.w("perl.SetAll(%s, %s)", src, strings.Join(places, ", "))
	for _, k := range to.kids {
		if k.kind == kVar && k.v.posUsed {
			g.w("var %sPos perl.Pos", k.v.goName)
		}
		if k.kind == kVar && k.v.reads == 0 {
			g.w("_ = %s", k.v.goName)
		}
	}
	return true
}
