package port

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

var arithmetic = map[string]string{"+": "perl.Add", "-": "perl.Subtract", "*": "perl.Mul", "/": "perl.Div", "**": "perl.Pow"}

// plainName is a variable of Go, or a field of one.
var plainName = regexp.MustCompile(`^[A-Za-z_][\w.]*$`)

func isNum(t typ) bool { return t == tInt || t == tFloat }

func (g *gen) binaryOp(n *node) val {
	if g.prog.overloads[n.op] {
		if v, ok := g.overloadedOp(n); ok {
			return v
		}
	}
	if n.mods == "integer" {
		return val{fmt.Sprintf("perl.Integer(%q, %s, %s)", n.op, g.any(n.kids[0]), g.any(n.kids[1])), tInt, false}
	}
	switch n.op {
	case "==", "!=", "<", ">", "<=", ">=":
		return g.compare(n)
	case "eq", "ne", "lt", "gt", "le", "ge":
		op := map[string]string{"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}[n.op]
		return val{comparison(g.operandStr(n.kids[0]), op, g.operandStr(n.kids[1]), tStr), tBool, false}
	case "cmp":
		return val{"strings.Compare(" + g.str(n.kids[0]) + ", " + g.str(n.kids[1]) + ")", tInt, false}
	case "<=>":
		a, b := g.expr(n.kids[0]), g.expr(n.kids[1])
		return val{"perl.Compare(" + a.code + ", " + b.code + ")", tAny, false}
	case ".":
		return val{g.operandStr(n.kids[0]) + " + " + g.operandStr(n.kids[1]), tStr, false}
	case "x":
		if isListy(n) {
			return val{"perl.First(" + g.list(n) + ")", tAny, false}
		}
		return val{"strings.Repeat(" + g.str(n.kids[0]) + ", max(0, " + g.int(n.kids[1]) + "))", tStr, false}
	}
	g.noteNumber(n.kids[0])
	g.noteNumber(n.kids[1])
	return g.arith(n.op, g.expr(n.kids[0]), g.expr(n.kids[1]))
}

// overloadedOp is an operator which a class of the program overloads, unless the
// operands are plain values.
func (g *gen) overloadedOp(n *node) (val, bool) {
	a, b := g.expr(n.kids[0]), g.expr(n.kids[1])
	if a.typ != tAny && a.typ != tNone && b.typ != tAny && b.typ != tNone {
		return val{}, false
	}
	switch n.op {
	case "==", "!=", "<", ">", "<=", ">=":
		return val{fmt.Sprintf("perl.Compared(%q, %s, %s)", n.op, a.code, b.code), tBool, false}, true
	case "eq", "ne", "lt", "gt", "le", "ge":
		return val{fmt.Sprintf("perl.True(perl.Operate(%q, %s, %s))", n.op, a.code, b.code), tBool, false}, true
	case "cmp", ".", "x":
		if isListy(n) {
			return val{}, false
		}
		return val{fmt.Sprintf("perl.Operate(%q, %s, %s)", n.op, a.code, b.code), tAny, false}, true
	}
	return val{}, false
}

// operandStr is str for an operand of an operator of Go.
func (g *gen) operandStr(n *node) string {
	s := g.str(n)
	if strings.Contains(s, " ") && !simpleCode.MatchString(s) && !balancedCall(s) && !strings.Contains(s, " + ") {
		return "(" + s + ")"
	}
	return s
}

func (g *gen) arith(op string, a, b val) val {
	if isNumber(a.code) && isNumber(b.code) && (a.typ == tFloat || b.typ == tFloat) {
		if f, ok := arithmetic[op]; ok { // Go's constants are exact, Perl's numbers are not
			return val{f + "(" + a.code + ", " + b.code + ")", tAny, false}
		}
	}
	switch op {
	case "+", "-":
		if isNum(a.typ) && isNum(b.typ) {
			t := join(a.typ, b.typ)
			if t == tInt && !bounded(a.code) && !bounded(b.code) {
				// Perl continues with floating point where an int is full.
				return val{map[string]string{"+": "perl.Plus(", "-": "perl.Minus("}[op] + a.code + ", " + b.code + ")", tInt, false}
			}
			return val{paren(g.conv(a, t)) + " " + op + " " + parenSign(g.conv(b, t)), t, false}
		}
	case "*":
		if a.typ == tFloat && isNum(b.typ) || b.typ == tFloat && isNum(a.typ) {
			return val{paren(g.conv(a, tFloat)) + " * " + paren(g.conv(b, tFloat)), tFloat, false}
		}
		if a.typ == tInt && b.typ == tInt && (smallNumber(a.code) && smallNumber(b.code)) {
			return val{a.code + " * " + b.code, tInt, false}
		}
	case "/":
		if f, err := strconv.ParseFloat(b.code, 64); err == nil && f != 0 && !isNumber(a.code) && isNum(b.typ) {
			return val{paren(g.conv(a, tFloat)) + " / " + parenSign(b.code), tFloat, false}
		}
	case "%":
		return val{"perl.Mod(" + a.code + ", " + b.code + ")", tInt, false}
	case "|", "&", "^":
		return val{"perl." + map[string]string{"|": "BitOr", "&": "BitAnd", "^": "BitXor"}[op] + "(" + a.code + ", " + b.code + ")", tAny, false}
	case "<<", ">>":
		if n, err := strconv.Atoi(b.code); err == nil && n >= 64 { // go vet takes the shift for a mistake
			return val{"perl.If(true, 0, perl.Int(" + a.code + "))", tInt, false}
		}
		return val{"perl.Bits(perl.Uint(" + a.code + ") " + op + " uint(" + g.conv(b, tInt) + "))", tAny, false}
	case ".":
		return val{g.conv(a, tStr) + " + " + g.conv(b, tStr), tStr, false}
	case "x":
		return val{"strings.Repeat(" + g.conv(a, tStr) + ", max(0, " + g.conv(b, tInt) + "))", tStr, false}
	}
	if f, ok := arithmetic[op]; ok {
		return val{f + "(" + a.code + ", " + b.code + ")", tAny, false}
	}
	cannot("P0113", "the operator %s", op)
	return val{}
}

// bounded reports whether code is an int so small that a sum with another does not
// overflow in practice.
func bounded(code string) bool {
	return smallNumber(code) || strings.HasPrefix(code, "len(") || strings.HasSuffix(code, ".Len()") || strings.HasSuffix(code, ".Last()") || strings.HasPrefix(code, "perl.Ord(") || strings.HasPrefix(code, "strings.Index(")
}

func smallNumber(code string) bool {
	n, err := strconv.Atoi(code)
	return err == nil && n < 1<<30 && n > -1<<30
}

// compare is a comparison of numbers.
func (g *gen) compare(n *node) val {
	g.noteNumber(n.kids[0])
	g.noteNumber(n.kids[1])
	a, stepped := val{}, false
	if n.kids[1].kind == kNum {
		a, stepped = g.stepFirst(n.kids[0])
	}
	if !stepped {
		a = g.expr(n.kids[0])
	}
	b := g.expr(n.kids[1])
	if (n.op == "==" || n.op == "!=") && !isNum(a.typ) && !isNum(b.typ) {
		code := "perl.Eq(" + a.code + ", " + b.code + ")"
		if n.op == "!=" {
			code = "!" + code
		}
		return val{code, tBool, false}
	}
	t := tFloat
	if a.typ == tInt && b.typ == tInt {
		t = tInt
	}
	return val{comparison(g.conv(a, t), n.op, g.conv(b, t), t), tBool, false}
}

// comparison compares two values of a type. A constant is on the right of == and !=,
// and what is the same on both sides is not compared, unless it is a variable with a
// floating point number, which may be NaN.
func comparison(a, op, b string, t typ) string {
	if a == b && (isLiteral(a) || t != tFloat && (plainName.MatchString(a) || a == "os.Getpid()")) {
		return strconv.FormatBool(op == "==" || op == "<=" || op == ">=")
	}
	if isLiteral(a) && (op == "==" || op == "!=") && !isLiteral(b) {
		a, b = b, a
	}
	if rest, ok := strings.CutPrefix(a, "strings.Index("); ok && balancedCall(a) {
		switch op + " " + b {
		case ">= 0", "!= -1", "> -1":
			return "strings.Contains(" + rest
		case "< 0", "== -1":
			return "!strings.Contains(" + rest
		}
	}
	return a + " " + op + " " + b
}

// isLiteral reports whether code is a number or a string of Go.
func isLiteral(code string) bool {
	if isNumber(strings.TrimPrefix(code, "-")) {
		return true
	}
	return len(code) > 1 && (code[0] == '"' || code[0] == '`') && skipText(code, 0) == len(code)
}

// maybe is expr for the left side of an operator: undef stays undef for //.
func (g *gen) maybe(n *node, op string) val {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if op == "//" && n.kind == kFunc && n.text == "substr" && len(n.kids) < 4 {
		return val{"perl.SubstrOK(" + g.substrArgs(n) + ")", tAny, false}
	}
	return g.expr(n)
}

// logic is && || // as a value.
func (g *gen) logic(n *node) val {
	g.predeclare(n, n.kids[1])
	a := g.maybe(n.kids[0], n.op)
	if n.op == "xor" {
		return val{g.truth(a) + " != " + paren(g.cond(n.kids[1])), tBool, false}
	}
	if jump := n.kids[1].kind != kDo; leavesOnly(n.kids[1]) && (jump || g.noHoist == 0) {
		if g.noHoist > 0 {
			cannot("P0103", "return inside of an expression")
		}
		t := g.temp("v")
		g.hoist(fmt.Sprintf("var %s any = %s", t, a.code))
		test := map[string]string{"||": "!perl.True(" + t + ")", "&&": "perl.True(" + t + ")", "//": t + " == nil"}[n.op]
		g.hoist("if " + test + " {\n" + g.capture(func() {
			g.void(n.kids[1])
			g.flushPost()
		}) + "}")
		return val{t, tAny, true}
	}
	if n.op != "//" && a.typ == tBool {
		b, pre := g.lazily(func() val { return g.expr(n.kids[1]) })
		if b.typ == tBool && len(pre) == 0 {
			return val{operand(a.code, n.op) + " " + n.op + " " + operand(b.code, n.op), tBool, false}
		}
	}
	b, pre := g.lazily(func() val { return g.expr(n.kids[1]) })
	name := map[string]string{"||": "Or", "&&": "And", "//": "Default"}[n.op]
	if a.typ == b.typ && a.typ == tStr && n.op == "||" && b.plain && len(pre) == 0 {
		return val{"perl.Str(perl.Or(" + a.code + ", " + b.code + "))", tStr, false}
	}
	if b.plain && len(pre) == 0 {
		return val{fmt.Sprintf("perl.%s(%s, %s)", name, a.code, b.code), tAny, false}
	}
	name = map[string]string{"||": "OrElse", "&&": "AndThen", "//": "DefaultElse"}[n.op]
	t := g.thunk(tAny, func() val { return g.expr(n.kids[1]) })
	return val{fmt.Sprintf("perl.%s(%s, %s)", name, a.code, t), tAny, false}
}

// leavesOnly reports whether an expression has no value: it is return or a jump, or
// do { ... } that ends by leaving the statement.
func leavesOnly(n *node) bool {
	if n.kind == kReturn || n.kind == kJump {
		return true
	}
	if n.kind != kDo || len(n.body) == 0 {
		return false
	}
	last := n.body[len(n.body)-1]
	return last.kind == sExpr && last.kid(0) != nil && leavesHere(last.kids[0])
}

func (g *gen) condExpr(n *node) val {
	g.predeclare(n, n.kids[1:]...)
	c := g.cond(n.kids[0])
	a, preA := g.lazily(func() val { return g.expr(n.kids[1]) })
	b, preB := g.lazily(func() val { return g.expr(n.kids[2]) })
	t := join(a.typ, b.typ)
	if t == tNone {
		t = tAny
	}
	if a.plain && b.plain && len(preA) == 0 && len(preB) == 0 {
		if t == tAny {
			return val{fmt.Sprintf("perl.If[any](%s, %s, %s)", c, a.code, b.code), t, false}
		}
		return val{fmt.Sprintf("perl.If(%s, %s, %s)", c, g.conv(a, t), g.conv(b, t)), t, false}
	}
	x := g.thunk(t, func() val { return g.expr(n.kids[1]) })
	y := g.thunk(t, func() val { return g.expr(n.kids[2]) })
	return val{fmt.Sprintf("perl.IfElse(%s, %s, %s)", c, x, y), t, false}
}

// void writes an expression as a statement.
func (g *gen) void(n *node) {
	switch n.kind {
	case kEmpty, kNum, kStr:
		return
	case kAssign:
		g.assign(n)
	case kMy:
		g.declare(n)
	case kLogic:
		g.logicStatement(n)
	case kCond:
		g.condVoid(n)
	case kReturn:
		g.returnStatement(n.kid(0))
	case kJump:
		g.jump(n)
	case kPostop:
		g.incrementStatement(n)
	case kUnop:
		if n.op == "++" || n.op == "--" {
			g.incrementStatement(n)
			return
		}
		g.voidExpr(n)
	case kList:
		for _, k := range n.kids {
			g.void(k)
			g.flushPost()
		}
	case kCall:
		g.line2(g.call(n, "Void").code)
	case kMethod:
		g.line2(g.method(n, "Void").code)
	case kApply:
		g.line2(g.applyVoid(n))
	case kEval:
		g.evalStatement(n)
	case kDo:
		g.w("{")
		g.scoped(n.body)
		g.w("}")
	case kMap:
		if n.text == "map" {
			g.mapStatement(n)
			return
		}
		g.voidExpr(n)
	case kLocal:
		g.local(n, nil)
	case kFunc:
		if !g.builtinVoid(n) {
			g.voidExpr(n)
		}
	case kSubst:
		g.substStatement(n)
	case kPrint:
		g.line2(g.printVoid(n))
	default:
		g.voidExpr(n)
	}
}

// condVoid is A ? B : C as a statement.
func (g *gen) condVoid(n *node) {
	g.pre2(func() { g.w("if %s {", g.condPre(n.kids[0])) })
	g.void(n.kids[1])
	g.flushPost()
	g.w("} else {")
	g.void(n.kids[2])
	g.flushPost()
	g.w("}")
}

// applyVoid is a call of a reference to code as a statement.
func (g *gen) applyVoid(n *node) string {
	if n.table != nil {
		return g.tableCall(n)
	}
	if v, ok := g.aliasedApply(n, "Void"); ok {
		return v.code
	}
	return "perl.ApplyVoid(" + g.applyArgs(n) + ")"
}

// printVoid is print as a statement.
func (g *gen) printVoid(n *node) string {
	if code, ok := g.plainPrint(n); ok {
		return code
	}
	return g.print(n).code
}

// evalStatement is eval { } as a statement. next and last leave it, as in Perl; return
// does not leave the sub.
func (g *gen) evalStatement(n *node) {
	g.evals++
	defer func() { g.evals-- }()
	fr := g.closureFrame(rVoid)
	if !usesJump(n.body, "", true) {
		body := g.inFrame(fr, func() { g.statements(n.body) })
		g.w("perl.Try(func() {\n%s})", body)
		return
	}
	l := &leave{flag: g.temp("leave")}
	fr.leave = l
	body := g.inFrame(fr, func() { g.statements(n.body) })
	g.w("%s := 0\nperl.Try(func() {\n%s})", l.flag, body)
	g.leaveLoops(l)
}

func (g *gen) condPre(n *node) string {
	c := g.condition(n)
	g.flushPre()
	return c
}

func (g *gen) pre2(f func()) { f() }

// line2 writes an expression that is a call as a statement.
func (g *gen) line2(code string) {
	g.flushPre()
	if code == "" {
		return
	}
	if isCallCode(code) {
		g.w("%s", code)
		return
	}
	g.w("_ = %s", code)
}

// isCallCode reports whether code may stand as a statement.
func isCallCode(code string) bool {
	if balancedCall(code) {
		return !strings.HasPrefix(code, "len(") && !strings.HasPrefix(code, "int(") && !strings.HasPrefix(code, "float64(")
	}
	if strings.HasPrefix(code, "func()") && strings.HasSuffix(code, "()") {
		return true
	}
	if !strings.HasSuffix(code, ")") || strings.HasPrefix(code, "!") {
		return false
	}
	// A chain of calls: a.B(c).D(e).
	nest := 0
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '"':
			for i++; i < len(code) && code[i] != '"'; i++ {
				if code[i] == '\\' {
					i++
				}
			}
		case c == '`':
			for i++; i < len(code) && code[i] != '`'; i++ {
			}
		case c == '(' || c == '{' || c == '[':
			nest++
		case c == ')' || c == '}' || c == ']':
			nest--
		case nest == 0 && !nameByte(c) && c != '.' && c != '&':
			return false
		}
	}
	return true
}

func (g *gen) voidExpr(n *node) {
	v := g.expr(n)
	g.flushPre()
	if v.plain {
		if !isNumber(v.code) && !strings.HasPrefix(v.code, `"`) {
			g.w("_ = %s", v.code)
		}
		return
	}
	g.line2(v.code)
}

// logicStatement is `A or B` as a statement.
func (g *gen) logicStatement(n *node) {
	if g.matchOrLeave(n) {
		return
	}
	g.predeclare(n, n.kids[1])
	g.flushPre()
	a := n.kids[0]
	if n.op == "//" {
		v := g.any(a)
		g.flushPre()
		g.w("if %s == nil {", v)
	} else {
		c := g.condition(a)
		if n.op == "||" {
			c = negate(c)
		}
		g.flushPre()
		g.w("if %s {", c)
	}
	g.void(n.kids[1])
	g.flushPre()
	g.flushPost()
	g.w("}")
}

// parenSign is paren for the right side of an operator: a sign needs parentheses.
func parenSign(code string) string {
	if strings.HasPrefix(code, "-") {
		return "(" + code + ")"
	}
	return paren(code)
}
