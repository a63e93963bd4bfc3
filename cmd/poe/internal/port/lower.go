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
	switch n.kind {
	case kEmpty:
		return val{"nil", tAny, true}
	case kNum:
		return number(n.text)
	case kStr, kWords:
		if n.kind == kWords {
			words := strings.Fields(n.text)
			if len(words) == 0 {
				return val{"nil", tAny, true}
			}
			return val{quote(words[len(words)-1]), tStr, true}
		}
		return val{quote(n.text), tStr, true}
	case kBare:
		return g.bareword(n)
	case kInterp:
		return g.interp(n)
	case kVar:
		return g.variable(n)
	case kMy:
		return g.myExpr(n)
	case kIndex:
		return g.index(n)
	case kKey:
		if v, ok := g.special(n); ok {
			return v
		}
		g.joinKeys(n)
		return val{g.container(n.kids[0]) + ".Get(" + g.str(n.kids[1]) + ")", tAny, false}
	case kSlice, kHSlice, kLSlice, kKVSlice:
		return val{"perl.First(" + g.list(n) + ")", tAny, false}
	case kDeref:
		return g.derefExpr(n)
	case kLast:
		if isArgs(n.kids[0]) {
			return val{g.argCount(n) + " - 1", tInt, false}
		}
		return val{g.container(n.kids[0]) + ".Last()", tInt, false}
	case kCall:
		return g.call(n, "Scalar")
	case kFunc:
		return g.builtin(n)
	case kMethod:
		return g.method(n, "Scalar")
	case kApply:
		return val{fmt.Sprintf("perl.Apply(%s)", g.applyArgs(n)), tAny, false}
	case kSub:
		return g.anonSub(n)
	case kArray:
		return val{"perl.NewArray(" + g.fresh(n.kids) + ")", tArr, false}
	case kHash:
		return val{g.hashLiteral(n), tHash, false}
	case kUnop:
		return g.unary(n)
	case kPostop:
		return g.postop(n)
	case kBinop:
		return g.binaryOp(n)
	case kLogic:
		return g.logic(n)
	case kAssign:
		return g.assignExpr(n)
	case kCond:
		return g.condExpr(n)
	case kList:
		return g.listScalar(n)
	case kRange:
		cannot("P0101", "the flip-flop operator")
	case kMatch:
		return g.match(n)
	case kSubst:
		return g.subst(n)
	case kTrans:
		return g.trans(n)
	case kReadline:
		return val{"perl.ReadLine(" + g.handle(n.kids[0]) + ")", tAny, false}
	case kTest:
		return g.fileTest(n)
	case kRef:
		return g.reference(n.kids[0])
	case kDo:
		noReturn(n.body)
		return val{g.blockThunk(n.body, rAny, "any") + "()", tAny, false}
	case kEval:
		return val{"perl.Eval(" + g.blockThunk(n.body, rAny, "any") + ")", tAny, false}
	case kPrint:
		return g.print(n)
	case kMap, kSort:
		if n.kind == kMap {
			return val{"len(" + g.list(n) + ")", tInt, false}
		}
		cannot("P0102", "sort in scalar context")
	case kGlobVar:
		return g.glob(n)
	case kReturn, kJump:
		cannot("P0103", "%s inside of an expression", map[kind]string{kReturn: "return", kJump: n.op}[n.kind])
	case kLocal:
		cannot("P0104", "local inside of an expression")
	}
	cannot("P0100", "an expression of this kind (%d)", n.kind)
	return val{}
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

// isListy reports whether an element of a list may have more or less than one
// value.
func isListy(n *node) bool {
	switch n.kind {
	case kVar, kDeref:
		return n.sigil == '@' || n.sigil == '%'
	case kMy:
		return n.paren || len(n.kids) == 1 && (n.kids[0].sigil == '@' || n.kids[0].sigil == '%')
	case kSlice, kHSlice, kLSlice, kKVSlice, kCall, kMethod, kApply, kMap, kSort, kRange, kWords, kReadline, kDo, kEval:
		return true
	case kList:
		return true
	case kCond:
		return isListy(n.kids[1]) || isListy(n.kids[2])
	case kLogic:
		return isListy(n.kids[1])
	case kBare:
		return false
	case kMatch:
		return n.op != "qr"
	case kAssign:
		return isListTarget(n.kids[0])
	case kRef:
		return n.kids[0].kind == kList && n.kids[0].paren || n.kids[0].kind == kMy && n.kids[0].paren
	case kBinop:
		return n.op == "x" && n.kids[0].kind == kList && n.kids[0].paren || n.op == "x" && n.kids[0].kind == kWords
	case kFunc:
		return listFunctions[n.text]
	case kReturn:
		return false
	}
	return false
}

var listFunctions = map[string]bool{}

func init() {
	for w := range strings.FieldsSeq(`keys values each splice split reverse localtime gmtime caller unpack stat lstat glob times readpipe delete getpwnam getpwuid wait
		readdir gethostbyname shift2 eval do sysseek`) {
		listFunctions[w] = true
	}
}

func isListTarget(n *node) bool {
	switch n.kind {
	case kMy:
		return n.paren || n.kids[0].sigil == '@' || n.kids[0].sigil == '%'
	case kList:
		return n.paren
	case kVar, kDeref:
		return n.sigil == '@' || n.sigil == '%'
	case kSlice, kHSlice:
		return true
	case kLocal:
		return isListTarget(n.kids[0])
	}
	return false
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

func (g *gen) topic() string {
	if len(g.f.topics) > 0 {
		return g.f.topics[len(g.f.topics)-1]
	}
	return "perl.Topic"
}

func (g *gen) specialVar(n *node) val {
	name := n.text
	if i := strings.LastIndex(name, "::"); i >= 0 {
		return g.moduleVar(n)
	}
	if n.sigil == '@' || n.sigil == '%' {
		if isArgs(n) {
			return val{g.argCount(n), tInt, false}
		}
		return val{g.container(n) + ".Len()", tInt, false}
	}
	if n.sigil == '$' && name != "0" && strings.Trim(name, "0123456789") == "" {
		g.f.match = true
		return val{"m.Group(" + name + ")", tAny, true}
	}
	switch name {
	case "_":
		return val{g.topic(), tAny, true}
	case "a", "b":
		if g.f.pair {
			return val{name, tAny, true}
		}
		return val{map[string]string{"a": "perl.SortA", "b": "perl.SortB"}[name], tAny, true}
	case "&":
		g.f.match = true
		return val{"m.Group(0)", tAny, true}
	case "`":
		g.f.match = true
		return val{"m.Prematch()", tAny, true}
	case "'":
		g.f.match = true
		return val{"m.Postmatch()", tAny, true}
	case "+":
		g.f.match = true
		return val{"m.LastParen()", tAny, true}
	case "!":
		return val{"perl.OSError()", tAny, false}
	case "$":
		return val{"os.Getpid()", tInt, false}
	case "^O":
		return val{`"linux"`, tStr, true}
	case "^T":
		return val{"perl.StartTime()", tInt, false}
	case "^V", "]":
		return val{`"5.036000"`, tStr, true}
	case "^W", "|", ";", "<", ">", "(", ")", "=":
		switch name {
		case "|":
			return val{"perl.Autoflush()", tInt, false}
		case "<":
			return val{"os.Getuid()", tInt, false}
		case ">":
			return val{"os.Geteuid()", tInt, false}
		}
		if name == ";" {
			return val{`"\x1c"`, tStr, true}
		}
		if name == "(" || name == ")" || name == "=" {
			cannot("P0106", "the variable $%s", name)
		}
		return val{"0", tInt, true}
	case "poe_kernel":
		return val{"compat.Kernel()", tKernel, true}
	case ".":
		return val{"perl.InputLine()", tAny, false}
	case "0":
		return val{"perl.Name", tStr, true}
	case "?":
		return val{"perl.ChildStatus", tInt, true}
	case "AUTOLOAD":
		return val{"perl.Autoload", tStr, true}
	}
	if v, ok := specialVars[name]; ok {
		return val{v, tAny, true}
	}
	cannot("P0106", "the variable $%s", name)
	return val{}
}

// specialVars are variables of type any in package perl.
var specialVars = map[string]string{
	"@": "perl.EvalError", "/": "perl.InputRecordSeparator", "\\": "perl.OutputRecordSeparator", ",": "perl.OutputFieldSeparator", "\"": "perl.ListSeparator", "~": "perl.FormatName",
}

var moduleVars = map[string]string{
	"Data::Dumper::Indent": "perl.DumperIndent", "Data::Dumper::Sortkeys": "perl.DumperSortkeys", "Data::Dumper::Terse": "perl.DumperTerse",
	"Data::Dumper::Useqq": "perl.DumperUseqq", "Data::Dumper::Pad": "perl.DumperPad", "Data::Dumper::Deepcopy": "perl.DumperDeepcopy", "Data::Dumper::Maxdepth": "perl.DumperMaxdepth",
}

func (g *gen) moduleVar(n *node) val {
	if v, ok := moduleVars[n.text]; ok && n.sigil == '$' {
		return val{v, tAny, true}
	}
	if strings.HasSuffix(n.text, "poe_kernel") {
		return val{"compat.Kernel()", tKernel, true}
	}
	if strings.HasSuffix(n.text, "::VERSION") {
		return val{fmt.Sprintf("perl.Version(%s)", quote(strings.TrimSuffix(n.text, "::VERSION"))), tAny, false}
	}
	cannot("P0107", "the variable %c%s of a module", n.sigil, n.text)
	return val{}
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
		case n.text == "SIG" && n.sigil == '%':
			return "perl.Signals"
		case isArgs(n):
			return "perl.NewArray(" + g.argsAll() + "...)"
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
			g.fix(ref.v)
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

func (g *gen) heap(*node) (string, bool) { return "", false }

// isHeap reports whether n is $_[HEAP] in a handler.
func (g *gen) isHeap(n *node) bool {
	if !g.f.handler || n.kind != kIndex || !isArgs(n.kids[0]) {
		return false
	}
	k := n.kids[1]
	return (k.kind == kBare || k.kind == kCall) && (k.text == "HEAP" || k.text == "RUNSTATE")
}

// fix makes a variable one of type any.
func (g *gen) fix(v *variable) {
	v.fixed = true
	v.typ = tAny
}

func (g *gen) derefExpr(n *node) val {
	switch n.sigil {
	case '@', '%':
		if n.kids[0].kind == kVar || n.kids[0].kind == kKey || n.kids[0].kind == kIndex {
			// Reading through undef dies under strict; a count of nothing is 0 here
			// only if the reference is one.
			if v := n.kids[0]; v.kind == kVar && v.v != nil && g.typeOf(v.v) == tAny {
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

// argument returns $_[...].
func (g *gen) argument(i *node) val {
	if g.f.fn == nil {
		return val{"perl.Args.Get(" + g.int(i) + ")", tAny, false}
	}
	if g.f.handler {
		if i.kind == kBinop {
			if c, ok := constantOf(i); ok && c >= 10 {
				return val{fmt.Sprintf("e.Arg(%d)", c-10), tAny, true}
			}
		}
		if v, ok := g.eventField(i.text); ok {
			return v
		}
		cannot("P0111", "$_[...] with a number in a handler")
	}
	if c, ok := constantOf(i); ok {
		return val{fmt.Sprintf("perl.At(args, %d)", c), tAny, true}
	}
	return val{"perl.At(args, " + g.int(i) + ")", tAny, false}
}

func constantOf(n *node) (int, bool) {
	switch n.kind {
	case kBare, kCall:
		c, ok := poeConstants[n.text]
		return c, ok && len(n.kids) == 0
	case kNum:
		c, err := strconv.Atoi(n.text)
		return c, err == nil
	case kBinop:
		a, ok := constantOf(n.kids[0])
		b, ok2 := constantOf(n.kids[1])
		if ok && ok2 && n.op == "+" {
			return a + b, true
		}
		if ok && ok2 && n.op == "-" {
			return a - b, true
		}
	}
	return 0, false
}

// eventField returns what $_[NAME] is of the event at hand.
func (g *gen) eventField(name string) (val, bool) {
	if strings.HasPrefix(name, "ARG") {
		return val{"e.Arg(" + name[3:] + ")", tAny, true}, true
	}
	if (name == "HEAP" || name == "RUNSTATE") && g.prog.heapHash {
		return val{"e.HeapHash()", tHash, true}, true
	}
	f, ok := eventFields[name]
	return f, ok
}

// argCount returns the number of elements of @_.
func (g *gen) argCount(*node) string {
	switch {
	case g.f.fn == nil:
		return "perl.Args.Len()"
	case g.f.handler:
		return "e.Len()"
	}
	return "len(args)"
}

// argsAll returns @_ as a list.
func (g *gen) argsAll() string {
	switch {
	case g.f.fn == nil:
		return "perl.NewArray().All()"
	case g.f.handler:
		return "e.All()"
	}
	return "args"
}

// list returns the code of an expression in list context: a []any.
func (g *gen) list(n *node) string {
	if n == nil {
		return "nil"
	}
	switch n.kind {
	case kList:
		return g.cat(n.kids)
	case kWords:
		return "perl.L(" + quoteAll(strings.Fields(n.text)) + ")"
	case kVar, kDeref:
		switch n.sigil {
		case '@':
			if isArgs(n) {
				return g.argsAll()
			}
			if n.kind == kDeref && n.kids[0].kind == kVar && n.kids[0].v != nil && g.typeOf(n.kids[0].v) == tAny {
				return "perl.Strict(" + n.kids[0].v.goName + ").All()"
			}
			return g.container(n) + ".All()"
		case '%':
			if n.kind == kVar && n.v == nil && n.text == "+" {
				cannot("P0112", "%%+ as a whole")
			}
			return g.container(n) + ".Pairs()"
		case '&':
			return "perl.ApplyList(" + g.any(n.kids[0]) + ")"
		}
	case kSlice:
		if isArgs(n.kids[0]) {
			return g.argsSlice(n.kids[1])
		}
		return g.container(n.kids[0]) + ".Slice(" + g.spreadAll(listOf2(n.kids[1])) + ")"
	case kHSlice:
		return g.container(n.kids[0]) + ".Slice(" + g.spreadAll(listOf2(n.kids[1])) + ")"
	case kKVSlice:
		return g.container(n.kids[0]) + ".KeyValues(" + g.spreadAll(listOf2(n.kids[1])) + ")"
	case kLSlice:
		return "perl.Pick(" + g.list(n.kids[0]) + ", " + g.spreadAll(listOf2(n.kids[1])) + ")"
	case kCall:
		return g.call(n, "List").code
	case kMethod:
		return g.method(n, "List").code
	case kApply:
		return "perl.ApplyList(" + g.applyArgs(n) + ")"
	case kMap:
		return g.mapGrep(n)
	case kSort:
		return g.sort(n)
	case kRange:
		return "perl.Range(" + g.any(n.kids[0]) + ", " + g.any(n.kids[1]) + ")"
	case kReadline:
		return "perl.ReadLines(" + g.handle(n.kids[0]) + ")"
	case kDo:
		noReturn(n.body)
		return g.blockThunk(n.body, rList, "[]any") + "()"
	case kEval:
		return "perl.EvalList(" + g.blockThunk(n.body, rList, "[]any") + ")"
	case kCond:
		if isListy(n) {
			c := g.cond(n.kids[0])
			return "perl.IfElse(" + c + ", " + g.listThunk(n.kids[1]) + ", " + g.listThunk(n.kids[2]) + ")"
		}
	case kLogic:
		if isListy(n) {
			if n.op == "&&" {
				return "perl.IfElse(" + g.cond(n.kids[0]) + ", " + g.listThunk(n.kids[1]) + ", func() []any { return perl.L(" + g.any(n.kids[0]) + ") })"
			}
			v := g.any(n.kids[0])
			t := g.temp("v")
			g.hoist(fmt.Sprintf("%s := any(%s)", t, v))
			c := "perl.True(" + t + ")"
			if n.op == "//" {
				c = t + " != nil"
			}
			return "perl.IfElse(" + c + ", func() []any { return perl.L(" + t + ") }, " + g.listThunk(n.kids[1]) + ")"
		}
	case kMatch:
		if n.op != "qr" {
			return g.matchList(n)
		}
	case kAssign:
		if isListTarget(n.kids[0]) {
			return g.assignList(n)
		}
	case kMy:
		if isListy(n) {
			g.declareInline(n)
			if n.paren {
				return g.cat(n.kids)
			}
			return g.list(n.kids[0])
		}
	case kRef:
		if isListy(n) {
			var refs []string
			kids := n.kids[0].kids
			if n.kids[0].kind == kMy {
				g.declareInline(n.kids[0])
			}
			for _, k := range kids {
				refs = append(refs, g.reference(k).code)
			}
			return "perl.L(" + strings.Join(refs, ", ") + ")"
		}
	case kBinop:
		if isListy(n) {
			return "perl.Repeat(" + g.list(n.kids[0]) + ", " + g.int(n.kids[1]) + ")"
		}
	case kFunc:
		if code, ok := g.builtinList(n); ok {
			return code
		}
	}
	return "perl.L(" + g.any(n) + ")"
}

func listOf2(n *node) []*node {
	if n.kind == kList {
		return n.kids
	}
	return []*node{n}
}

// hoist puts a line in front of the statement, or refuses where that would change
// what is evaluated.
func (g *gen) hoist(line string) { g.pre = append(g.pre, line) }

func (g *gen) listThunk(n *node) string {
	var code string
	body := g.inFrame(g.closureFrame(rList), func() {
		code = g.list(n)
		g.flushPre()
		g.w("return %s", code)
	})
	if strings.Count(body, "\n") == 1 {
		return "func() []any { " + strings.TrimSpace(body) + " }"
	}
	return "func() []any {\n" + body + "}"
}

// cat joins the lists of several expressions.
func (g *gen) cat(nodes []*node) string {
	if len(nodes) == 0 {
		return "nil"
	}
	listy := false
	for _, k := range nodes {
		listy = listy || isListy(k)
	}
	if !listy {
		return "perl.L(" + g.scalarsOf(nodes) + ")"
	}
	if len(nodes) == 1 {
		return g.list(nodes[0])
	}
	var parts []string
	var run []*node
	flush := func() {
		if len(run) > 0 {
			parts = append(parts, "perl.L("+g.scalarsOf(run)+")")
			run = nil
		}
	}
	for _, k := range nodes {
		if isListy(k) {
			flush()
			parts = append(parts, g.list(k))
		} else {
			run = append(run, k)
		}
	}
	flush()
	return "perl.Cat(" + strings.Join(parts, ", ") + ")"
}

func (g *gen) scalarsOf(nodes []*node) string {
	out := make([]string, len(nodes))
	for i, k := range nodes {
		out[i] = g.any(k)
	}
	return strings.Join(out, ", ")
}

// spreadAll returns expressions as the arguments of a variadic function.
func (g *gen) spreadAll(nodes []*node) string {
	if len(nodes) == 0 {
		return ""
	}
	for _, k := range nodes {
		if isListy(k) {
			code := g.cat(nodes)
			if code == "nil" {
				return ""
			}
			if rest, ok := strings.CutPrefix(code, "perl.L("); ok && balancedCall(code) {
				return strings.TrimSuffix(rest, ")")
			}
			return code + "..."
		}
	}
	return g.scalarsOf(nodes)
}

// fresh is spreadAll for what keeps the list: an array's elements must not be
// shared.
func (g *gen) fresh(nodes []*node) string {
	if len(nodes) == 1 && isListy(nodes[0]) {
		code := g.list(nodes[0])
		if code == "nil" {
			return ""
		}
		if rest, ok := strings.CutPrefix(code, "perl.L("); ok && balancedCall(code) {
			return strings.TrimSuffix(rest, ")")
		}
		if strings.HasSuffix(code, ".All()") || code == "args" || code == "e.Args" || strings.HasPrefix(code, "perl.From(") {
			return "perl.Cat(" + code + ")..."
		}
		return code + "..."
	}
	return g.spreadAll(nodes)
}

func (g *gen) spread(n *node) string { return g.spreadAll([]*node{n}) }

// withArgs puts a first argument in front of a spread list.
func (g *gen) withArgs(first string, nodes []*node) string {
	for _, k := range nodes {
		if isListy(k) {
			code := g.cat(nodes)
			if rest, ok := strings.CutPrefix(code, "perl.L("); ok && balancedCall(code) {
				if rest = strings.TrimSuffix(rest, ")"); rest == "" {
					return first
				}
				return first + ", " + rest
			}
			if code == "nil" {
				return first
			}
			return first + ", " + code + "..."
		}
	}
	if len(nodes) == 0 {
		return first
	}
	return first + ", " + g.scalarsOf(nodes)
}

func (g *gen) applyArgs(n *node) string {
	code := g.any(n.kids[0])
	if n.amp && !n.paren {
		return code + ", " + g.argsAll() + "..."
	}
	return g.withArgs(code, n.kids[1:])
}

// argsSlice returns @_[...].
func (g *gen) argsSlice(n *node) string {
	kids := listOf2(n)
	if len(kids) == 1 && kids[0].kind == kRange {
		from, to := kids[0].kids[0], kids[0].kids[1]
		if c, ok := constantOf(from); ok {
			if to.kind == kLast && isArgs(to.kids[0]) {
				if g.f.handler && c >= 10 {
					if c == 10 {
						return "e.Args"
					}
					return fmt.Sprintf("perl.From(e.Args, %d)", c-10)
				}
				return fmt.Sprintf("perl.From(%s, %d)", g.argsAll(), c)
			}
		}
	}
	var out []string
	for _, k := range kids {
		if k.kind == kRange {
			from, ok := constantOf(k.kids[0])
			to, ok2 := constantOf(k.kids[1])
			if !ok || !ok2 {
				if !ok || k.kids[1].kind != kLast {
					return "perl.Pick(" + g.argsAll() + ", " + g.spread(n) + ")"
				}
				head := "perl.L(" + strings.Join(out, ", ") + ")"
				rest := fmt.Sprintf("perl.From(%s, %d)", g.argsAll(), from)
				if g.f.handler && from >= 10 {
					rest = fmt.Sprintf("perl.From(e.Args, %d)", from-10)
				}
				return "perl.Cat(" + head + ", " + rest + ")"
			}
			for c := from; c <= to; c++ {
				out = append(out, g.argAt(c))
			}
			continue
		}
		if c, ok := constantOf(k); ok && g.f.handler {
			out = append(out, g.argAt(c))
			continue
		}
		if isListy(k) {
			return "perl.Pick(" + g.argsAll() + ", " + g.spreadAll(kids) + ")"
		}
		out = append(out, g.argument(k).code)
	}
	return "perl.L(" + strings.Join(out, ", ") + ")"
}

func (g *gen) argAt(c int) string {
	if !g.f.handler {
		return fmt.Sprintf("perl.At(args, %d)", c)
	}
	if c >= 10 {
		return fmt.Sprintf("e.Arg(%d)", c-10)
	}
	for name, i := range poeConstants {
		if i == c && name != "MACHINE" && name != "RUNSTATE" && name != "EVENT" {
			v, _ := g.eventField(name)
			return v.code
		}
	}
	return "nil"
}

func (g *gen) listScalar(n *node) val {
	switch len(n.kids) {
	case 0:
		return val{"nil", tAny, true}
	case 1:
		return g.expr(n.kids[0])
	}
	for _, k := range n.kids[:len(n.kids)-1] {
		text := strings.TrimSpace(g.capture(func() {
			g.void(k)
			g.flushPost()
		}))
		if text != "" {
			g.hoist(text)
		}
	}
	return g.expr(n.kids[len(n.kids)-1])
}

// hashLiteral returns { ... } as a call of perl.NewHash.
func (g *gen) hashLiteral(n *node) string {
	listy := false
	for _, k := range n.kids {
		listy = listy || isListy(k)
	}
	if listy || len(n.kids)%2 == 1 || len(n.kids) == 0 {
		return "perl.NewHash(" + g.valuesOnce(n.kids) + ")"
	}
	var b strings.Builder
	b.WriteString("perl.NewHash(")
	long := len(n.kids) > 6
	var parts []string
	for i := 0; i < len(n.kids); i += 2 {
		p := g.any(n.kids[i]) + ", " + g.any(n.kids[i+1])
		long = long || strings.Contains(p, "\n")
		parts = append(parts, p)
	}
	if long {
		return "perl.NewHash(\n" + strings.Join(parts, ",\n") + ",\n)"
	}
	b.WriteString(strings.Join(parts, ", ") + ")")
	return b.String()
}

// valuesOnce is spreadAll in which calls that are the value behind a key in a
// list of pairs keep their list context, as in Perl.
func (g *gen) valuesOnce(nodes []*node) string { return g.spreadAll(nodes) }

func (g *gen) unary(n *node) val {
	switch n.op {
	case "!":
		return val{negate(g.cond(n.kids[0])), tBool, false}
	case "-":
		v := g.expr(n.kids[0])
		if v.typ == tInt || v.typ == tFloat {
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
	if t == tArr || t == tHash {
		// A reference may be replaced by undef in ways that are not seen.
		if v.joined != tNone && v.joined != t {
			t = tAny
		}
	}
	if t == tKernel || t == tRE {
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

func (g *gen) placeSpecial(n *node) (string, func(string) string) {
	name := n.text
	switch name {
	case "_":
		t := g.topic()
		if len(g.topicSync) > 0 && len(g.f.topics) > 0 && t == g.topicName() {
			s := g.topicSync[len(g.topicSync)-1]
			return t, func(code string) string { return t + " = " + code + "\n" + s }
		}
		return t, func(code string) string { return t + " = " + code }
	case "!":
		return "perl.OSError()", func(code string) string { return "perl.SetOSError(" + code + ")" }
	case "|":
		return "0", func(code string) string { return "perl.Selected.SetAutoflush(" + code + ")" }
	case "0":
		return "perl.Name", func(code string) string { return "perl.Name = perl.Str(" + code + ")" }
	case "?":
		return "perl.ChildStatus", func(code string) string { return "perl.ChildStatus = perl.Int(" + code + ")" }
	case "^W", "^T", ";", "AUTOLOAD":
		return "nil", func(code string) string { return "_ = " + code }
	case "a", "b":
		return g.specialVar(n).code, func(code string) string {
			return map[string]string{"a": "perl.SortA", "b": "perl.SortB"}[name] + " = " + code
		}
	}
	if v, ok := specialVars[name]; ok {
		return v, func(code string) string { return v + " = " + code }
	}
	if v, ok := moduleVars[name]; ok {
		return v, func(code string) string { return v + " = " + code }
	}
	if strings.HasSuffix(name, "::VERSION") || name == "VERSION" {
		return "nil", func(code string) string { return fmt.Sprintf("perl.SetVersion(%q, %s)", g.pkg, code) }
	}
	cannot("P0117", "assignment to $%s", name)
	return "", nil
}

// special is an element of a hash with a meaning of its own.
func (g *gen) special(n *node) (val, bool) {
	h := n.kids[0]
	if h.kind == kVar && h.v == nil && h.text == "+" {
		g.f.match = true
		return val{"m.Named(" + g.str(n.kids[1]) + ")", tAny, true}, true
	}
	if h.kind == kVar && h.v == nil && h.text == "!" && h.sigil == '%' {
		return val{"perl.IsErrno(" + g.str(n.kids[1]) + ")", tBool, true}, true
	}
	if h.kind == kDeref && g.f.handler && g.isHeap(h.kids[0]) {
		return val{"e.HeapHash().Get(" + g.str(n.kids[1]) + ")", tAny, true}, true
	}
	return val{}, false
}

// setSpecial sets an element of a hash with a meaning of its own.
func (g *gen) setSpecial(n *node) (func(string) string, bool) {
	h := n.kids[0]
	if h.kind == kVar && h.v == nil {
		switch h.text {
		case "ENV":
			k := g.str(n.kids[1])
			return func(code string) string { return "perl.SetEnv(" + k + ", " + code + ")" }, true
		case "SIG":
			k := g.str(n.kids[1])
			return func(code string) string { return "perl.SetSignal(" + k + ", " + code + ")" }, true
		}
	}
	return nil, false
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

// noReturn refuses a block which becomes a function of Go and which return would
// leave together with the sub.
func noReturn(list []*node) {
	if jumpsReturn(list) {
		cannot("P0303", "return inside of a block whose value is used")
	}
}
