package port

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

func (g *gen) findSub(name string) *function {
	if strings.Contains(name, "::") {
		return g.prog.subs[strings.TrimPrefix(name, "::")]
	}
	if f := g.prog.subs[g.pkg+"::"+name]; f != nil {
		return f
	}
	if from := g.prog.imports[g.pkg+"::"+name]; from != "" {
		return g.prog.subs[from]
	}
	return nil
}

// namedSub writes a named sub as a function of Go.
func (g *gen) namedSub(n *node) {
	f := n.fn
	if f == nil || g.prog.subs[f.name] != f {
		cannot("P0301", "a sub that is defined twice")
	}
	old := g.sub
	g.sub = f.name
	defer func() { g.sub = old }()
	g.report.Subs++
	pkg, name := splitName(f.name)
	notes := ""
	for _, c := range n.notes {
		notes += "//" + oneLine2(strings.TrimLeft(c, "#")) + "\n"
	}
	var text string
	wrapped := f.goName
	if f.handler {
		text = fmt.Sprintf("%sfunc %s(e *compat.Event) {\n%s}\n\n", g.perlComment(n), f.goName, g.subBody(f))
		wrapped = "compat.Handler(" + f.goName + ").Fn"
	} else {
		body := g.subBody(f)
		w := "w"
		if !regexp.MustCompile(`\bw\b`).MatchString(stripStrings(body)) {
			w = "_"
		}
		args := "args"
		if !regexp.MustCompile(`\bargs\b`).MatchString(stripStrings(body)) {
			args = "_"
		}
		text = fmt.Sprintf("%sfunc %s(%s perl.Want, %s ...any) []any {\n%s}\n\n", g.perlComment(n), f.goName, w, args, body)
	}
	g.globals.WriteString(text)
	if g.packages[pkg] == nil {
		g.packages[pkg] = map[string]string{}
	}
	g.packages[pkg][name] = wrapped
}

// perlComment returns the Perl of a sub as comment lines, if that is wanted.
func (g *gen) perlComment(n *node) string {
	if !g.comments || n.line < 1 || n.end < n.line || n.end > len(g.prog.source) {
		return ""
	}
	var b strings.Builder
	for _, line := range g.prog.source[n.line-1 : n.end] {
		b.WriteString("//\t" + oneLine2(line) + "\n")
	}
	return b.String()
}

func splitName(name string) (pkg, n string) {
	i := strings.LastIndex(name, "::")
	if i < 0 {
		return "main", name
	}
	return name[:i], name[i+2:]
}

// subBody returns the statements of a sub.
func (g *gen) subBody(f *function) string {
	fr := &frame{fn: f, mode: rGeneric}
	if f.handler {
		fr.mode, fr.handler = rHandler, true
		if !f.returns {
			fr.mode = rVoid
		}
	}
	return g.inFrame(fr, func() { g.bodyWithValue(f.node.body) })
}

// bodyWithValue writes statements whose last one is the value of the function.
func (g *gen) bodyWithValue(list []*node) {
	mode := g.f.mode
	if mode == rVoid {
		if n := len(list); n > 0 {
			g.statements(list[:n-1])
			g.lastVoid(list[n-1])
		}
		return
	}
	if len(list) == 0 {
		if mode != rHandler {
			g.w("return %s", zeroOf(mode))
		}
		return
	}
	last := len(list) - 1
	for last > 0 && (list[last].kind == sSub || list[last].kind == sUse) {
		last--
	}
	for i, n := range list[:last] {
		g.single = false
		g.statement(n)
		if g.dead(n) {
			g.skipRest(list[i+1:])
			return
		}
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
		if k.kind == kPrint || k.kind == kFunc && voidFunctions[k.text] || g.f.mode == rHandler && k.kind == kMethod && voidMethods[k.text] {
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

var voidFunctions = map[string]bool{"die": true, "exit": true, "warn": true, "push": true, "unshift": true, "close": true, "undef": true}

// voidMethods return nothing that a caller of an event would want.
var voidMethods = map[string]bool{"yield": true, "alias_set": true, "alias_remove": true, "delay": true, "alarm": true, "sig": true, "put": true, "sig_child": true, "sig_handled": true,
	"select_read": true, "select_write": true, "stop": true, "state": true, "post": true}

// finish ends a function behind a statement without a value.
func (g *gen) finish() {
	if g.f.mode != rHandler && g.f.mode != rVoid {
		g.w("return %s", zeroOf(g.f.mode))
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
	closing := 0
	for i := 0; i+1 < len(n.kids); i += 2 {
		c, pre := g.lazily(func() val { return val{g.condition(n.kids[i]), tBool, false} })
		switch {
		case i == 0:
			g.pre = pre
			g.flushPre()
			g.w("if %s {", c.code)
		case len(pre) == 0:
			g.w("} else if %s {", c.code)
		default:
			g.w("} else {")
			closing++
			g.pre = pre
			g.flushPre()
			g.w("if %s {", c.code)
		}
		g.blockWithValue(n.kids[i+1])
	}
	if len(n.kids)%2 == 1 {
		g.w("} else {")
		g.blockWithValue(n.kids[len(n.kids)-1])
	}
	g.w("}%s", strings.Repeat("\n}", closing))
	if g.f.mode == rHandler || g.f.mode == rVoid {
		return
	}
	if closing > 0 || len(n.kids)%2 == 0 || !g.allEnd(n) {
		g.w("return %s", zeroOf(g.f.mode))
	}
}

// allEnd reports whether all branches of an if with else end in a return: they do,
// since their last statements are values.
func (g *gen) allEnd(*node) bool { return true }

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

// returnStatement writes return in the function at hand.
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
			g.leaveWith(zeroOf(g.f.mode))
		}
		return
	}
	for n.kind == kList && len(n.kids) == 1 && g.f.mode != rList && g.f.mode != rGeneric {
		n = n.kids[0]
	}
	switch g.f.mode {
	case rVoid:
		g.void(n)
		g.flushPost()
		if n.kind != kReturn {
			g.leaveWith("")
		}
	case rAny:
		code := g.any(n)
		g.flushPre()
		g.leaveWith(code)
	case rBool:
		code := g.cond(n)
		g.flushPre()
		g.leaveWith(code)
	case rInt:
		code := g.int(n)
		g.flushPre()
		g.leaveWith(code)
	case rList:
		code := g.list(n)
		g.flushPre()
		g.leaveWith(code)
	case rHandler:
		g.returnHandler(n)
	case rGeneric:
		g.returnGeneric(n)
	}
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

// anonSub returns an anonymous sub: a *perl.Code.
func (g *gen) anonSub(n *node) val {
	f := n.fn
	if f == nil {
		cannot("P0307", "a block as a sub")
	}
	if f.handler {
		return val{"compat.Handler(func(e *compat.Event) {\n" + g.perlComment(n) + g.subBody(f) + "})", tAny, false}
	}
	body := g.subBody(f)
	w, args := "w", "args"
	if !regexp.MustCompile(`\bw\b`).MatchString(stripStrings(body)) {
		w = "_"
	}
	if !regexp.MustCompile(`\bargs\b`).MatchString(stripStrings(body)) {
		args = "_"
	}
	return val{fmt.Sprintf("perl.NewCode(%q, func(%s perl.Want, %s ...any) []any {\n%s%s})", "", w, args, g.perlComment(n), body), tAny, false}
}

// blockThunk returns a closure for a do or eval block.
func (g *gen) blockThunk(list []*node, mode retMode, result string) string {
	fr := g.closureFrame(mode)
	body := g.inFrame(fr, func() { g.bodyWithValue(list) })
	return "func() " + result + " {\n" + body + "}"
}

func jumpsReturn(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		if n.kind == kReturn {
			found = true
		}
		return n.kind != kSub && !found
	})
	return found
}

// call returns a call of a sub of the program or of a module. The context is
// Scalar, List, Void, or code for one.
func (g *gen) call(n *node, want string) val {
	name := n.text
	f := g.findSub(name)
	if f == nil && n.amp && !strings.Contains(name, "::") {
		f = g.prog.subs["main::"+name]
	}
	if f == nil {
		return g.importedCall(n, want)
	}
	context := contextCode(want)
	if f.handler {
		args := g.spreadAll(n.kids)
		if n.amp && !n.paren {
			if g.f.handler {
				if want == "Void" {
					return val{f.goName + "(e)", tAny, false}
				}
				args = "e.All()..."
			} else {
				args = g.argsAll() + "..."
			}
		}
		return g.inWant(fmt.Sprintf("compat.Handler(%s).Fn(%s)", f.goName, commaJoin(context, args)), want)
	}
	if n.amp && !n.paren {
		return g.inWant(fmt.Sprintf("%s(%s, %s...)", f.goName, context, g.argsAll()), want)
	}
	if f.aliases {
		if code, ok := g.aliasedCall(f, n.kids, context, want); ok {
			return code
		}
	}
	return g.inWant(f.goName+"("+g.withArgs(context, n.kids)+")", want)
}

// aliasedCall is a call of a sub which changes its arguments: what the list of them
// holds afterwards goes back into the variables.
func (g *gen) aliasedCall(f *function, kids []*node, context, want string) (val, bool) {
	list := g.temp("list")
	var back []string
	for i, k := range kids {
		for k.kind == kList && len(k.kids) == 1 {
			k = k.kids[0]
		}
		switch {
		case k.kind == kVar && k.sigil == '$' && (k.v != nil || k.text == "_"), k.kind == kKey, k.kind == kIndex && !isArgs(k.kids[0]):
			_, set := g.place(k)
			back = append(back, set(fmt.Sprintf("%s[%d]", list, i)))
			if k.v != nil && k.v.sync != "" {
				back = append(back, k.v.sync)
			}
		case (k.kind == kVar || k.kind == kDeref) && k.sigil == '@' && !isArgs(k) && i == len(kids)-1:
			if i == 0 {
				return val{}, false // the array's own elements are the arguments
			}
			back = append(back, fmt.Sprintf("perl.Restore(%s, perl.From(%s, %d))", g.container(k), list, i))
		case isListy(k):
			if i == len(kids)-1 {
				continue
			}
			g.report.note("P0308", g.line, g.sub, f.name+" changes its arguments; those behind a list stay as they are")
			return val{}, false
		}
	}
	if len(back) == 0 {
		return val{}, false
	}
	args := fmt.Sprintf("%s := %s", list, strings.Replace(g.cat(kids), "perl.Cat(", "perl.Cat(", 1))
	call := fmt.Sprintf("%s(%s, %s...)", f.goName, context, list)
	if want == "Void" {
		g.hoist(args)
		g.post = append(g.post, back...)
		return val{call, "[]any", false}, true
	}
	return g.inWant(fmt.Sprintf("func() []any {\n%s\nresult := %s\n%s\nreturn result\n}()", args, call, strings.Join(back, "\n")), want), true
}

func commaJoin(a, b string) string {
	if b == "" {
		return a
	}
	if a == "" {
		return b
	}
	return a + ", " + b
}

func contextCode(want string) string {
	switch want {
	case "Scalar", "List", "Void":
		return "perl." + want
	}
	return want
}

// inWant makes a scalar of a call that returns a list, if one is wanted.
func (g *gen) inWant(code, want string) val {
	if want == "Scalar" {
		return val{"perl.First(" + code + ")", tAny, false}
	}
	return val{code, "[]any", false}
}

// reference is \ of an operand.
func (g *gen) reference(n *node) val {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	switch n.kind {
	case kVar:
		switch n.sigil {
		case '@', '%':
			t := tArr
			if n.sigil == '%' {
				t = tHash
			}
			return val{g.container(n), t, true}
		}
		if n.v != nil {
			g.fix(n.v)
			return val{"perl.RefTo(&" + n.v.goName + ")", tAny, false}
		}
		if n.text == "_" && g.topic() == g.topicName() {
			return val{"perl.RefTo(&" + g.topic() + ")", tAny, false}
		}
		if v, ok := specialVars[n.text]; ok {
			return val{"perl.RefTo(&" + v + ")", tAny, false}
		}
		return val{"perl.RefValue(" + g.any(n) + ")", tAny, false}
	case kMy:
		if len(n.kids) == 1 {
			g.declareInline(n)
			return g.reference(n.kids[0])
		}
	case kDeref:
		switch n.sigil {
		case '@':
			return val{g.container(n), tArr, false}
		case '%':
			return val{g.container(n), tHash, false}
		case '$':
			return val{"perl.S(" + g.any(n.kids[0]) + ")", tAny, false}
		case '&':
			return g.expr(n.kids[0])
		}
	case kCall:
		if n.amp && len(n.kids) == 0 && !n.paren {
			return g.codeRef(n.text)
		}
	case kApply:
		if n.amp && len(n.kids) == 1 && !n.paren {
			return g.expr(n.kids[0])
		}
	case kKey, kIndex:
		if n.kind == kIndex && isArgs(n.kids[0]) {
			return val{"perl.RefValue(" + g.any(n) + ")", tAny, false}
		}
		get, set := g.place(n)
		return val{fmt.Sprintf("perl.RefFunc(func() any { return %s }, func(v any) { %s })", get, set("v")), tAny, false}
	case kSub:
		return val{"perl.RefValue(" + g.any(n) + ")", tAny, false}
	case kGlobVar:
		return g.glob(n)
	}
	return val{"perl.RefValue(" + g.any(n) + ")", tAny, false}
}

func (g *gen) codeRef(name string) val {
	f := g.findSub(name)
	if f == nil {
		f = g.prog.subs["main::"+name]
	}
	if f == nil {
		return val{fmt.Sprintf("perl.LateCode(%s)", quote(g.qualify(name))), tAny, false}
	}
	if f.handler {
		return val{"compat.Handler(" + f.goName + ")", tAny, true}
	}
	return val{fmt.Sprintf("perl.NamedCode(%s, %s)", quote(f.name), f.goName), tAny, true}
}

func (g *gen) qualify(name string) string {
	if strings.Contains(name, "::") {
		return name
	}
	return g.pkg + "::" + name
}

// glob is a bareword file handle.
func (g *gen) glob(n *node) val {
	switch n.text {
	case "STDIN", "STDOUT", "STDERR":
		return val{"perl.Std" + strings.ToLower(n.text[3:]), tAny, true}
	}
	return val{g.handleVar(n.text), tAny, true}
}

// handleVar returns the variable of Go that holds a bareword file handle.
func (g *gen) handleVar(name string) string {
	key := "*" + name
	v := g.prog.packageVars[key]
	if v == nil {
		v = &variable{sigil: '$', name: key, global: true, fixed: true, packaged: true, typ: tAny}
		v.goName = g.prog.globalName(goName(name) + "Handle")
		g.prog.packageVars[key] = v
		g.prog.globals = append(g.prog.globals, v)
		sort.SliceStable(g.prog.globals, func(i, j int) bool { return g.prog.globals[i].goName < g.prog.globals[j].goName })
	}
	return v.goName
}

// handle returns the code of a file handle.
func (g *gen) handle(n *node) string {
	if n == nil {
		return "perl.Input()"
	}
	if n.kind == kBare || n.kind == kStr && upper(n.text) || n.kind == kCall && upper(n.text) {
		return g.glob(&node{text: n.text}).code
	}
	if n.kind == kRef || n.kind == kGlobVar {
		k := n
		if n.kind == kRef {
			k = n.kids[0]
		}
		if k.kind == kGlobVar {
			return g.glob(k).code
		}
	}
	return g.any(n)
}

// handlePlace returns a pointer to where a new handle goes.
func (g *gen) handlePlace(n *node) string {
	switch n.kind {
	case kBare, kStr, kGlobVar, kCall:
		name := n.text
		if name == "STDOUT" || name == "STDERR" || name == "STDIN" {
			t := g.temp("std")
			g.hoist(fmt.Sprintf("var %s any = %s", t, g.glob(&node{text: name}).code))
			return "&" + t
		}
		return "&" + g.handleVar(name)
	case kRef:
		return g.handlePlace(n.kids[0])
	}
	if v := n; v.kind == kVar || v.kind == kMy && len(v.kids) == 1 {
		if v.kind == kMy {
			v = v.kids[0]
		}
		if v.v != nil && v.v.level == 0 && v.sigil == '$' {
			// The main part keeps it to the end of the program.
			g.post = append(g.post, "perl.Hold("+v.v.goName+")")
		}
	}
	return g.pointer(n)
}

// pointer returns a pointer to an any, for functions that set an argument.
func (g *gen) pointer(n *node) string {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	switch n.kind {
	case kMy:
		g.declareInline(n)
		n = n.kids[0]
		fallthrough
	case kVar:
		if n.v != nil && n.sigil == '$' {
			g.fix(n.v)
			return "&" + n.v.goName
		}
		if n.v == nil && n.text == "_" {
			return "&" + g.topic()
		}
		if v, ok := specialVars[n.text]; ok {
			return "&" + v
		}
	case kLocal:
		if k := n.kids[0]; k.kind == kGlobVar {
			return "&" + g.handleVar(k.text)
		}
	case kFunc:
		if n.text == "undef" {
			return "nil"
		}
	}
	if n.kind == kAssign && n.op == "" && !isListTarget(n.kids[0]) {
		get, _ := g.place(n)
		if isWord(get) {
			return "&" + get
		}
	}
	get, set := g.place(n)
	t := g.temp("place")
	g.hoist(fmt.Sprintf("var %s any = %s", t, get))
	g.post = append(g.post, set(t))
	return "&" + t
}

// globAssign is *name = ...
func (g *gen) globAssign(to, from *node) {
	if to.kind == kGlobVar {
		name := g.qualify(to.text)
		if from.kind == kSub || from.kind == kRef && from.kids[0].kind == kCall {
			code := g.any(from)
			g.flushPre()
			g.w("perl.DefineCode(%s, perl.CodeOf(%s))", quote(name), code)
			return
		}
		cannot("P0304", "assignment to a typeglob")
	}
	inner := to.kids[0]
	code := g.any(from)
	name := g.str(inner)
	g.flushPre()
	g.w("perl.DefineCode(%s, perl.CodeOf(%s))", name, code)
}

// local writes local X, or local X = value.
func (g *gen) local(n, from *node) {
	targets := n.kids
	if n.kids[0].kind == kList && n.kids[0].paren {
		targets = n.kids[0].kids
	}
	if len(targets) > 1 && from != nil {
		cannot("P0305", "local with a list")
	}
	for _, k := range targets {
		value := "nil"
		var v val
		if from != nil {
			if isListTarget(k) && k.kind == kVar {
				v = val{g.list(from), "[]any", false}
			} else {
				v = g.expr(from)
			}
			value = v.code
		}
		g.flushPre()
		g.localOne(k, from, value, v)
	}
}

func (g *gen) localOne(k, from *node, value string, v val) {
	switch k.kind {
	case kVar:
		if k.v != nil && k.sigil == '$' {
			g.w("defer perl.Local[any](&%s, %s)()", k.v.goName, value)
			return
		}
		if k.v != nil {
			if from == nil {
				value = ""
			} else {
				value += "..."
			}
			if k.sigil == '@' {
				g.w("defer perl.Local(&%s, perl.NewArray(%s))()", k.v.goName, value)
			} else {
				g.w("defer perl.Local(&%s, perl.NewHash(%s))()", k.v.goName, value)
			}
			return
		}
		if sv, ok := specialVars[k.text]; ok {
			if k.text == "@" && from == nil {
				value = `""`
			}
			g.w("defer perl.Local[any](&%s, %s)()", sv, value)
			return
		}
		if mv, ok := moduleVars[k.text]; ok {
			g.w("defer perl.Local[any](&%s, %s)()", mv, value)
			return
		}
		switch k.text {
		case "ARGV", "ENV":
			if k.sigil != '$' {
				if from == nil {
					value = "nil"
				}
				g.w("defer perl.LocalList(%s, %s)()", g.container(k), value)
				return
			}
		case "_":
			if g.topic() == "perl.Topic" {
				g.w("defer perl.Local[any](&perl.Topic, %s)()", value)
			} else {
				g.w("it := any(%s)\n_ = it", value)
				g.f.topics = append(g.f.topics, "it")
			}
			return
		case "|":
			g.w("perl.Selected.SetAutoflush(%s)", value)
			return
		case "!":
			g.w("defer perl.LocalErrno(%s)()", value)
			return
		case "?":
			g.w("defer perl.Local(&perl.ChildStatus, perl.Int(%s))()", value)
			return
		case "^W", "SIG", "0":
			return
		}
	case kKey:
		if h := k.kids[0]; h.kind == kVar && h.v == nil && (h.text == "SIG" || h.text == "ENV") {
			f := map[string]string{"SIG": "perl.LocalSignal", "ENV": "perl.LocalEnv"}[h.text]
			g.w("defer %s(%s, %s)()", f, g.str(k.kids[1]), value)
			return
		}
		g.w("defer perl.LocalKey(%s, %s, %s)()", g.container(k.kids[0]), g.str(k.kids[1]), value)
		return
	case kIndex:
		if !isArgs(k.kids[0]) {
			g.w("defer perl.LocalIndex(%s, %s, %s)()", g.container(k.kids[0]), g.int(k.kids[1]), value)
			return
		}
	case kGlobVar:
		g.w("defer perl.Local[any](&%s, nil)()", g.handleVar(k.text))
		return
	}
	cannot("P0306", "local of this")
}
