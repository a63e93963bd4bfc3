package port

import (
	"fmt"
	"strings"
)

// bodyWithValue writes statements whose last one is the value of the function.
func (g *gen) bodyWithValue(list []*node) {
	mode := g.f.mode
	if mode == rVoid {
		if n := len(list); n > 0 {
			if !g.firstStatements(list, n-1) {
				g.lastVoid(list[n-1])
			}
		}
		return
	}
	if len(list) == 0 {
		if mode != rHandler {
			g.w("return %s", g.returnNothing())
		}
		return
	}
	last := len(list) - 1
	for last > 0 && (list[last].kind == sSub || list[last].kind == sUse) {
		last--
	}
	if g.firstStatements(list, last) {
		return
	}
	g.single = last == 0
	g.lastStatement(list[last])
	for _, n := range list[last+1:] {
		g.statement(n)
	}
}

// lastVoid writes the last statement of a function without a value: a bare return
// at its end is left out.
func (g *gen) lastVoid(n *node) {
	if n.kind == sExpr && n.kid(0) != nil && n.kids[0].kind == kReturn && n.kids[0].kid(0) == nil {
		g.count0(n)
		g.account(n)
		return
	}
	g.statement(n)
}

func zeroOf(m retMode) string {
	switch m {
	case rBool:
		return "false"
	case rInt:
		return "0"
	}
	return "nil"
}

// lastStatement writes the last statement of a function, whose value is the
// function's.
func (g *gen) lastStatement(n *node) {
	g.account(n)
	switch n.kind {
	case sExpr:
		k := n.kid(0)
		if k == nil || k.kind == kEmpty {
			g.finish()
			return
		}
		switch k.kind {
		case kReturn:
			g.statement(n)
			if g.todoSeen[n] {
				g.finish()
			}
			return
		case kJump, kLocal:
			g.statement(n)
			g.finish()
			return
		case kFunc:
			if k.text == "goto" {
				g.statement(n)
				if g.todoSeen[n] {
					g.finish()
				}
				return
			}
		}
		if !g.prog.valueShown(g.f.fn) && (g.endsVoid(k) || g.f.mode == rHandler && k.kind == kMethod && voidMethods[k.text]) || k.kind == kFunc && (k.text == "die" || k.text == "exit") {
			g.statement(n)
			g.finish()
			return
		}
		c := *n
		c.kids = []*node{{kind: kReturn, kids: []*node{k}, line: k.line, op: "implicit"}}
		g.statement(&c)
		if g.todoSeen[&c] {
			g.finish()
		}
	case sIf:
		if n.source != "" && strings.TrimSpace(n.source) != "" && len(n.kids) == 2 && n.kids[1].kind == sBlock && len(n.kids[1].body) == 1 && g.f.mode == rHandler {
			// A modifier: its value matters only if somebody looks at it.
			g.statementLast(n)
			return
		}
		g.statementLast(n)
	case sBlock:
		if n.op == "" && !usesJump(n.body, n.label, true) && !hasLocal(n.body) {
			g.count0(n)
			g.w("{")
			g.bodyWithValue(n.body)
			g.w("}")
			return
		}
		g.statement(n)
		g.finish()
	default:
		g.statement(n)
		g.finish()
	}
}

// endsVoid reports whether the last statement of a function is written without its
// value: it has none, or none that is used.
func (g *gen) endsVoid(k *node) bool {
	if k.kind == kFunc && (k.text == "die" || k.text == "exit") {
		return true
	}
	return (k.kind == kPrint || k.kind == kFunc && voidFunctions[k.text]) && (g.f.mode == rHandler || g.f.mode == rGeneric && !g.prog.used(g.f.fn))
}

var voidFunctions = map[string]bool{"die": true, "exit": true, "warn": true, "push": true, "unshift": true, "close": true, "undef": true}

// voidMethods return nothing that a caller of an event would want.
var voidMethods = map[string]bool{"yield": true, "alias_set": true, "alias_remove": true, "delay": true, "alarm": true, "sig": true, "put": true, "sig_child": true, "sig_handled": true,
	"select_read": true, "select_write": true, "stop": true, "state": true, "post": true}

// finish ends a function behind a statement without a value.
func (g *gen) finish() {
	if g.f.mode != rHandler && g.f.mode != rVoid {
		g.w("return %s", g.returnNothing())
	}
}

// statementLast writes an if as the last statement: its branches have the value.
func (g *gen) statementLast(n *node) {
	for _, c := range n.notes {
		g.w("//%s", oneLine2(strings.TrimLeft(c, "#")))
	}
	g.count0(n)
	start := g.out.String()
	defer func() {
		if e := recover(); e != nil {
			t, ok := e.(todo)
			if !ok {
				panic(e)
			}
			g.out.Reset()
			g.out.WriteString(start)
			g.pre, g.post = nil, nil
			g.todoStatement(n, t)
			g.finish()
		}
	}()
	n = g.elseValue(n)
	nested := g.branches(n, g.blockWithValue)
	if g.f.mode == rHandler || g.f.mode == rVoid {
		return
	}
	if nested || len(n.kids)%2 == 0 {
		g.w("return %s", g.conditionValue(n))
	}
}

// conditionValue is the value of an if of which no branch has run: that of its last
// condition.
func (g *gen) conditionValue(n *node) string {
	mode := g.f.mode
	if len(n.kids)%2 == 1 || mode != rGeneric && mode != rList && mode != rAny || mode == rGeneric && !g.prog.used(g.f.fn) {
		return g.returnNothing()
	}
	if g.f.result != nil {
		g.assigned(g.f.result, tAny)
	}
	v, certain := g.falseValue(n.kids[len(n.kids)-2])
	if !certain {
		g.noteIfValue(n)
	}
	value := v.text
	if mode == rAny {
		return value
	}
	return "perl.L(" + value + ")"
}

func (g *gen) blockWithValue(b *node) {
	if hasLocal(b.body) && g.f.leave == nil {
		// Its own closure, which restores what local has saved.
		t := map[retMode]string{rGeneric: "[]any", rList: "[]any", rAny: "any", rBool: "bool", rInt: "int"}[g.f.mode]
		body := g.inFrame(g.closureFrame(g.f.mode), func() { g.bodyWithValue(b.body) })
		if t == "" {
			g.w("func() {\n%s}()", body)
		} else {
			g.w("return func() %s {\n%s}()", t, body)
		}
		return
	}
	g.bodyWithValue(b.body)
}

// returnStatement writes return in the current function.
func (g *gen) returnStatement(n *node) {
	if g.f.closure && g.f.mode == rVoid && g.f.leave == nil {
		if n != nil {
			g.void(n)
		}
		g.leaveWith("")
		return
	}
	if n == nil {
		switch g.f.mode {
		case rVoid, rHandler:
			g.leaveWith("")
		default:
			g.leaveWith(g.returnNothing())
		}
		return
	}
	for n.kind == kList && len(n.kids) == 1 && g.f.mode != rList && g.f.mode != rGeneric {
		n = n.kids[0]
	}
	var code string
	switch g.f.mode {
	case rVoid:
		g.void(n)
		g.flushPost()
		if n.kind != kReturn {
			g.leaveWith("")
		}
		return
	case rHandler:
		g.returnHandler(n)
		return
	case rGeneric:
		g.returnGeneric(n)
		return
	case rAny:
		if g.f.result != nil {
			g.returnTyped(n)
			return
		}
		code = g.any(n)
	case rBool:
		code = g.cond(n)
	case rInt:
		code = g.int(n)
	case rList:
		code = g.list(n)
	}
	g.flushPre()
	g.leaveWith(code)
}

// returnGeneric returns a value in the context w.
func (g *gen) returnGeneric(n *node) {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	switch n.kind {
	case kCall, kMethod, kApply:
		code := g.callIn(n, "w")
		g.flushPre()
		g.leaveWith(code)
		return
	case kCond:
		c := g.cond(n.kids[0])
		g.flushPre()
		g.w("if %s {", c)
		g.returnGeneric(n.kids[1])
		g.w("}")
		g.returnGeneric(n.kids[2])
		return
	}
	if !isListy(n) {
		code := g.any(n)
		g.flushPre()
		g.leaveWith("perl.L(" + code + ")")
		return
	}
	if n.kind == kList && len(n.kids) == 0 {
		g.leaveWith("nil")
		return
	}
	var scalar string
	ok := true
	func() {
		defer func() {
			if e := recover(); e != nil {
				if _, isTodo := e.(todo); !isTodo {
					panic(e)
				}
				ok = false
			}
		}()
		scalar = g.capture(func() {
			code := g.any(n)
			g.flushPre()
			g.leaveWith("perl.L(" + code + ")")
		})
	}()
	if !ok {
		scalar = "return perl.L(perl.TODO(\"P0121\", \"a list in scalar context\"))\n"
		g.report.note("P0121", g.line, g.sub, "this list has no translation in scalar context; called so it panics")
	}
	g.w("if w != perl.List {")
	g.w("%s}", scalar)
	code := g.list(n)
	g.flushPre()
	g.leaveWith(copied(code))
}

// returnTyped returns a scalar of the type of the function's result.
func (g *gen) returnTyped(n *node) {
	if n.kind == kCond {
		c := g.cond(n.kids[0])
		g.flushPre()
		g.w("if %s {", c)
		g.returnTyped(n.kids[1])
		g.w("}")
		g.returnTyped(n.kids[2])
		return
	}
	v := g.expr(n)
	g.assigned(g.f.result, v.typ)
	g.flushPre()
	g.leaveWith(g.conv(v, orAny(g.typeOf(g.f.result))))
}

// returnNothing returns undef, or no value where there is none.
func (g *gen) returnNothing() string {
	if g.f.result != nil {
		g.assigned(g.f.result, tAny)
	}
	return zeroOf(g.f.mode)
}

// callIn returns a call in the context that the code w says.
func (g *gen) callIn(n *node, w string) string {
	switch n.kind {
	case kCall:
		return g.call(n, w).code
	case kMethod:
		return g.method(n, w).code
	}
	return fmt.Sprintf("perl.CodeOf(%s).Fn(%s)", g.any(n.kids[0]), g.withArgs(w, g.applyRest(n)))
}

func (g *gen) applyRest(n *node) []*node {
	if n.amp && !n.paren {
		return []*node{{kind: kVar, sigil: '@', text: "_"}}
	}
	return n.kids[1:]
}

// returnHandler sets what a handler returns.
func (g *gen) returnHandler(n *node) {
	implicit := false
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	switch n.kind {
	case kAssign, kPostop, kMy:
		if n.kind != kMy && !(n.kind == kAssign && isListTarget(n.kids[0])) {
			break
		}
		g.void(n)
		return
	case kCond:
		c := g.cond(n.kids[0])
		g.flushPre()
		g.w("if %s {", c)
		g.returnHandler(n.kids[1])
		g.w("} else {")
		g.returnHandler(n.kids[2])
		g.w("}")
		return
	}
	_ = implicit
	code := ""
	switch n.kind {
	case kCall, kMethod, kApply:
		code = g.callIn(n, "e.Want()")
		if code == "" || !strings.Contains(code, "(") {
			code = "perl.L(" + code + ")"
		}
	default:
		if isListy(n) {
			code = "e.List(" + g.listThunk(n) + ")"
			if scalar, ok := g.tryScalar(n); ok {
				code = fmt.Sprintf("e.InContext(%s, func() any { return %s })", g.listThunk(n), scalar)
			}
		} else {
			code = "perl.L(" + g.any(n) + ")"
		}
	}
	g.flushPre()
	if rest, ok := strings.CutPrefix(code, "perl.L("); ok && balancedCall(code) {
		g.w("e.Return(%s)", strings.TrimSuffix(rest, ")"))
	} else {
		g.w("e.Return(%s...)", code)
	}
	g.leaveWith("")
}

// tryScalar returns the scalar code of a list if it needs no lines of its own.
func (g *gen) tryScalar(n *node) (code string, ok bool) {
	defer func() {
		if e := recover(); e != nil {
			if _, isTodo := e.(todo); !isTodo {
				panic(e)
			}
			code, ok = "", false
		}
	}()
	v, pre := g.lazily(func() val { return g.expr(n) })
	return v.code, len(pre) == 0
}
