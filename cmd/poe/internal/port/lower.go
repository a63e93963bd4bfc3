package port

import (
	"fmt"
	"strconv"
	"strings"
)

// expr returns the code of an expression in scalar context.
func (g *gen) expr(n *node) val {
	if n == nil {
		return val{"nil", tAny, true}
	}
	if write, ok := scalarWriters[n.kind]; ok {
		return write(g, n)
	}
	cannot("P0100", "an expression of this kind (%d)", n.kind)
	return val{}
}

// scalarWriters write expressions in scalar context, by their kinds.
var scalarWriters map[kind]func(*gen, *node) val

func init() {
	scalarWriters = map[kind]func(*gen, *node) val{
		kEmpty:    func(*gen, *node) val { return val{"nil", tAny, true} },
		kGo:       func(_ *gen, n *node) val { return val{n.text, tAny, false} },
		kNum:      func(_ *gen, n *node) val { return number(n.text) },
		kStr:      func(_ *gen, n *node) val { return val{quote(n.text), tStr, true} },
		kWords:    func(_ *gen, n *node) val { return lastWord(n) },
		kBare:     (*gen).bareword,
		kInterp:   (*gen).interp,
		kVar:      (*gen).variable,
		kMy:       (*gen).myExpr,
		kIndex:    (*gen).index,
		kKey:      (*gen).keyExpr,
		kSlice:    (*gen).sliceExpr,
		kHSlice:   (*gen).sliceExpr,
		kLSlice:   (*gen).sliceExpr,
		kKVSlice:  (*gen).sliceExpr,
		kDeref:    (*gen).derefExpr,
		kLast:     (*gen).lastExpr,
		kCall:     func(g *gen, n *node) val { return g.call(n, "Scalar") },
		kFunc:     (*gen).builtin,
		kMethod:   func(g *gen, n *node) val { return g.method(n, "Scalar") },
		kApply:    (*gen).applyExpr,
		kSub:      (*gen).anonSub,
		kArray:    func(g *gen, n *node) val { return val{"perl.NewArray(" + g.fresh(n.kids) + ")", tArr, false} },
		kHash:     func(g *gen, n *node) val { return val{g.hashLiteral(n), tHash, false} },
		kUnop:     (*gen).unary,
		kPostop:   (*gen).postop,
		kBinop:    (*gen).binaryOp,
		kLogic:    (*gen).logic,
		kAssign:   (*gen).assignExpr,
		kCond:     (*gen).condExpr,
		kList:     (*gen).listScalar,
		kMatch:    (*gen).match,
		kSubst:    (*gen).substExpr,
		kTrans:    (*gen).trans,
		kReadline: func(g *gen, n *node) val { return val{"perl.ReadLine(" + g.handle(n.kids[0]) + ")", tAny, false} },
		kTest:     (*gen).fileTest,
		kRef:      func(g *gen, n *node) val { return g.reference(n.kids[0]) },
		kDo:       (*gen).doExpr,
		kEval:     (*gen).evalExpr,
		kPrint:    (*gen).print,
		kMap:      func(g *gen, n *node) val { return val{"len(" + g.list(n) + ")", tInt, false} },
		kGlobVar:  (*gen).glob,
	}
	for k, why := range map[kind][2]string{
		kRange: {"P0101", "the flip-flop operator"}, kSort: {"P0102", "sort in scalar context"},
		kReturn: {"P0103", "return inside of an expression"}, kLocal: {"P0104", "local inside of an expression"},
	} {
		scalarWriters[k] = func(*gen, *node) val {
			cannot(why[0], "%s", why[1])
			return val{}
		}
	}
	scalarWriters[kJump] = func(_ *gen, n *node) val {
		cannot("P0103", "%s inside of an expression", n.op)
		return val{}
	}
}

// lastWord is qw(...) as a scalar.
func lastWord(n *node) val {
	words := strings.Fields(n.text)
	if len(words) == 0 {
		return val{"nil", tAny, true}
	}
	return val{quote(words[len(words)-1]), tStr, true}
}

// keyExpr is an element of a hash.
func (g *gen) keyExpr(n *node) val {
	if v, ok := g.special(n); ok {
		return v
	}
	g.joinKeys(n)
	return val{g.container(n.kids[0]) + ".Get(" + g.str(n.kids[1]) + ")", tAny, false}
}

func (g *gen) sliceExpr(n *node) val { return val{"perl.First(" + g.list(n) + ")", tAny, false} }

// lastExpr is $#array.
func (g *gen) lastExpr(n *node) val {
	if isArgs(n.kids[0]) {
		return val{g.argCount(n) + " - 1", tInt, false}
	}
	return val{g.container(n.kids[0]) + ".Last()", tInt, false}
}

// applyExpr is a call of a reference to a sub.
func (g *gen) applyExpr(n *node) val {
	if v, ok := g.aliasedApply(n, "Scalar"); ok {
		return v
	}
	return val{fmt.Sprintf("perl.Apply(%s)", g.applyArgs(n)), tAny, false}
}

func (g *gen) substExpr(n *node) val {
	v := g.subst(n)
	if v.typ == tInt {
		return val{"perl.Replacements(" + v.code + ")", tAny, false}
	}
	return v
}

func (g *gen) doExpr(n *node) val {
	noReturn(n.body)
	return val{g.blockThunk(n.body, rAny, "any") + "()", tAny, false}
}

func (g *gen) evalExpr(n *node) val {
	g.evals++
	defer func() { g.evals-- }()
	return val{"perl.Eval(" + g.blockThunk(n.body, rAny, "any") + ")", tAny, false}
}

// joinKeys makes one key of several: $h{1, 2} is $h{join $;, 1, 2}.
func (g *gen) joinKeys(n *node) {
	if k := n.kids[1]; k.kind == kList && !k.paren && len(k.kids) > 1 {
		sep := &node{kind: kStr, text: "\x1c", line: n.line}
		n.kids[1] = &node{kind: kFunc, text: "join", kids: append([]*node{sep}, k.kids...), line: n.line}
	}
}

func number(text string) val {
	text = strings.TrimSuffix(text, ".")
	if strings.HasPrefix(text, "0") && len(text) > 1 && strings.Trim(text, "01234567") == "" {
		text = "0o" + strings.TrimLeft(text, "0")
		if text == "0o" {
			text = "0"
		}
	}
	if i, err := strconv.ParseInt(text, 0, 64); err == nil {
		if i > 1<<53 || i < -1<<53 {
			return val{"any(" + text + ")", tAny, true} // sums with it may overflow
		}
		return val{text, tInt, true}
	}
	if u, err := strconv.ParseUint(text, 0, 64); err == nil {
		return val{fmt.Sprintf("perl.Bits(%d)", u), tAny, true}
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil {
		if strings.HasPrefix(text, ".") {
			text = "0" + text
		}
		if f == float64(int64(f)) && f < 1e15 && strings.ContainsAny(text, "eE") {
			return val{strconv.FormatInt(int64(f), 10), tInt, true}
		}
		if !strings.ContainsAny(text, ".eE") {
			text += ".0"
		}
		return val{text, tFloat, true}
	}
	cannot("P0105", "the number %s", text)
	return val{}
}

func (g *gen) bareword(n *node) val {
	if _, ok := poeConstants[n.text]; ok {
		return val{strconv.Itoa(poeConstants[n.text]), tInt, true}
	}
	if f := g.findSub(n.text); f != nil {
		return g.call(&node{kind: kCall, text: n.text, line: n.line}, "Scalar")
	}
	switch n.text {
	case "STDIN":
		return val{"perl.Stdin", tAny, true}
	case "STDOUT":
		return val{"perl.Stdout", tAny, true}
	case "STDERR":
		return val{"perl.Stderr", tAny, true}
	case "__PACKAGE__":
		return val{quote(g.pkg), tStr, true}
	}
	if v, ok := g.constant(n.text); ok {
		return v
	}
	if g.prog.handles[n.text] {
		return g.glob(n)
	}
	if upper(n.text) {
		cannot("P0603", "the function %s is neither the program's nor one of a known module", n.text)
	}
	return val{quote(n.text), tStr, true}
}

// interp joins the parts of a string.
func (g *gen) interp(n *node) val {
	var parts []string
	for _, k := range n.kids {
		if isListy(k) {
			parts = append(parts, fmt.Sprintf("perl.Join(perl.Str(perl.ListSeparator), %s)", g.spread(k)))
			continue
		}
		parts = append(parts, paren2(g.str(k)))
	}
	if len(parts) == 1 {
		return val{parts[0], tStr, false}
	}
	return val{strings.Join(parts, " + "), tStr, false}
}

func paren2(s string) string {
	if strings.HasPrefix(s, "func(") {
		return "(" + s + ")"
	}
	return s
}

// variable returns the value of a variable.
func (g *gen) variable(n *node) val {
	if n.v == nil {
		return g.specialVar(n)
	}
	switch n.sigil {
	case '@':
		return val{g.container(n) + ".Len()", tInt, false}
	case '%':
		return val{g.container(n) + ".Len()", tInt, false}
	}
	n.v.reads2++
	return val{n.v.goName, g.typeOf(n.v), true}
}

// container returns code of type *perl.Array or *perl.Hash.
func (g *gen) container(n *node) string {
	switch n.kind {
	case kVar:
		if n.v != nil {
			return n.v.goName
		}
		switch {
		case n.text == "ENV" && n.sigil == '%':
			return "perl.Env"
		case n.text == "ARGV" && n.sigil == '@':
			return "perl.Args"
		case n.text == "INC" && n.sigil == '%':
			return "perl.Inc_"
		case n.text == "Config" && n.sigil == '%':
			return "perl.Config"
		case n.text == "SIG" && n.sigil == '%':
			return "perl.Signals"
		case isArgs(n):
			return "perl.NewArray(" + g.argsAll() + "...)"
		case n.text == "+" && n.sigil == '%':
			g.f.match = true
			return "m.NamedHash()"
		case (n.text == "-" || n.text == "+") && n.sigil == '@':
			g.f.match = true
			return map[string]string{"-": "m.Starts()", "+": "m.Ends()"}[n.text]
		case n.text == "ISA" || strings.HasSuffix(n.text, "::ISA") || strings.HasPrefix(n.text, "EXPORT"):
			return "perl.NewArray()"
		}
		cannot("P0106", "the variable %c%s", n.sigil, n.text)
	case kDeref:
		return g.derefContainer(n)
	case kMy:
		if len(n.kids) == 1 && !n.paren {
			g.declareInline(n)
			return n.kids[0].v.goName
		}
	case kArray, kHash:
		return g.expr(n).code
	case kFunc, kCall, kMethod, kApply:
		if n.kind == kFunc && n.text == "local" {
			break
		}
		return "perl.A(" + g.any(n) + ")"
	case kList:
		if len(n.kids) == 1 {
			return g.container(n.kids[0])
		}
	}
	cannot("P0108", "this cannot be used as an array or a hash")
	return ""
}

// derefContainer is the array or the hash behind a reference; it comes into being
// if the reference is undef, as in Perl.
func (g *gen) derefContainer(n *node) string {
	ref := n.kids[0]
	kind, at, method := "perl.A", "perl.ArrayAt", ".Array"
	if n.sigil == '%' {
		kind, at, method = "perl.H", "perl.HashAt", ".Hash"
	}
	for ref.kind == kList && len(ref.kids) == 1 {
		ref = ref.kids[0]
	}
	switch ref.kind {
	case kVar:
		if ref.sigil == '$' && ref.v != nil {
			if t := g.typeOf(ref.v); t == tArr && n.sigil == '@' || t == tHash && n.sigil == '%' {
				return ref.v.goName
			} else if t == tNone {
				return ref.v.goName
			}
			if n.sigil == '%' && g.typeOf(ref.v) == tAny {
				ref.v.hashUses++
			} else {
				ref.v.reads2++
				g.fix(ref.v)
			}
			return at + "(&" + ref.v.goName + ")"
		}
		if v, ok := g.heap(ref); ok {
			return v
		}
	case kKey:
		if _, ok := g.special(ref); !ok {
			return g.container(ref.kids[0]) + method + "(" + g.str(ref.kids[1]) + ")"
		}
	case kIndex:
		if isArgs(ref.kids[0]) {
			if g.isHeap(ref) && n.sigil == '%' {
				return "e.HeapHash()"
			}
			return kind + "(" + g.any(ref) + ")"
		}
		return g.container(ref.kids[0]) + method + "(" + g.int(ref.kids[1]) + ")"
	case kArray, kHash:
		return g.expr(ref).code
	case kBare:
		if ref.text == "ISA" {
			return "perl.NewArray()"
		}
	case kStr, kInterp:
		cannot("P0109", "a symbolic reference")
	}
	v := g.expr(ref)
	if v.typ == tArr && n.sigil == '@' || v.typ == tHash && n.sigil == '%' {
		return v.code
	}
	return kind + "(" + g.conv(v, tAny) + ")"
}

func (g *gen) derefExpr(n *node) val {
	switch n.sigil {
	case '@', '%':
		if n.kids[0].kind == kVar || n.kids[0].kind == kKey || n.kids[0].kind == kIndex {
			// Reading through undef dies under strict; a count of nothing is 0 here
			// only if the reference is one.
			if v := n.kids[0]; v.kind == kVar && v.v != nil && g.typeOf(v.v) == tAny {
				v.v.reads2++
				return val{map[byte]string{'@': "perl.Strict(", '%': "perl.StrictHash("}[n.sigil] + v.v.goName + ").Len()", tInt, false}
			}
		}
		return val{g.container(n) + ".Len()", tInt, false}
	case '$':
		return val{"perl.Deref(" + g.any(n.kids[0]) + ")", tAny, false}
	case '&':
		return val{"perl.Apply(" + g.any(n.kids[0]) + ")", tAny, false}
	}
	cannot("P0110", "a typeglob is dereferenced")
	return val{}
}

// index returns an element of an array.
func (g *gen) index(n *node) val {
	if isArgs(n.kids[0]) {
		return g.argument(n.kids[1])
	}
	if n.kids[0].kind == kVar && n.kids[0].v == nil && (n.kids[0].text == "-" || n.kids[0].text == "+") {
		g.f.match = true
		method := map[string]string{"-": "Start", "+": "End"}[n.kids[0].text]
		return val{"m." + method + "(" + g.int(n.kids[1]) + ")", tAny, false}
	}
	return val{g.container(n.kids[0]) + ".Get(" + g.int(n.kids[1]) + ")", tAny, false}
}

// hoist puts a line in front of the statement, or refuses where that would change
// what is evaluated.
func (g *gen) hoist(line string) { g.pre = append(g.pre, line) }

func (g *gen) unary(n *node) val {
	switch n.op {
	case "!":
		return val{negate(g.cond(n.kids[0])), tBool, false}
	case "-":
		v := g.expr(n.kids[0])
		if v.typ == tInt || v.typ == tFloat {
			if v.code == "0.0" {
				return v // a constant of Go has no negative zero
			}
			if strings.HasPrefix(v.code, "-") {
				return val{"-(" + v.code + ")", v.typ, v.plain}
			}
			return val{"-" + paren(v.code), v.typ, v.plain}
		}
		return val{"perl.Neg(" + v.code + ")", tAny, false}
	case "~":
		return val{"perl.Bits(^perl.Uint(" + g.any(n.kids[0]) + "))", tAny, false}
	case "++", "--":
		return g.increment(n.kids[0], n.op, false)
	}
	cannot("P0113", "the operator %s", n.op)
	return val{}
}

// noReturn refuses a block which becomes a function of Go and which return would
// leave together with the sub.
func noReturn(list []*node) {
	if jumpsReturn(list) {
		cannot("P0303", "return inside of a block whose value is used")
	}
}
