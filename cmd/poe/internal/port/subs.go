package port

import (
	"fmt"
	"regexp"
	"slices"
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
	if f.form != nil {
		text, wrapped = g.perlComment(n)+g.formBody(f), ""
	} else if f.handler {
		body := g.subBody(f)
		text = fmt.Sprintf("%sfunc %s(%s) {\n%s}\n\n", g.perlComment(n), f.goName, g.handlerParams(f, body), body)
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
	if wrapped != "" {
		g.packages[pkg][name] = wrapped
	}
}

// handlerWord makes a reference to code of a handler.
func handlerWord(f *function) string {
	if f.heap != nil {
		return "compat.On"
	}
	return "compat.Handler"
}

// heapWord finds the names that a variable which holds a heap may have.
var heapWord = regexp.MustCompile(`\bheap(Of)*\b`)

// handlerParams are the parameters of a handler: its heap, if that is a struct, and
// the event.
func (g *gen) handlerParams(f *function, body string) string {
	if f.heap == nil {
		return "e *compat.Event"
	}
	name := g.prog.heapName
	if !slices.Contains(heapWord.FindAllString(stripStrings(body), -1), name) {
		name = "_"
	}
	e := "e"
	if !eventWord.MatchString(stripStrings(body)) {
		e = "_"
	}
	return name + " *" + f.heap.name + ", " + e + " *compat.Event"
}

var eventWord = regexp.MustCompile(`\be\b`)

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
	return g.inFrame(fr, func() {
		if f.unkept {
			g.w("defer e.CloseUnkept() // nothing keeps the socket")
		}
		g.bodyWithValue(f.node.body)
	})
}

// anonSub returns an anonymous sub: a *perl.Code.
func (g *gen) anonSub(n *node) val {
	f := n.fn
	if f == nil {
		cannot("P0307", "a block as a sub")
	}
	if f.handler {
		body := g.subBody(f)
		return val{handlerWord(f) + "(func(" + g.handlerParams(f, body) + ") {\n" + g.perlComment(n) + body + "})", tAny, false}
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
	g.topicCalled()
	if f.late && !f.handler {
		args := g.withArgs(context, n.kids)
		if n.amp && !n.paren {
			args = context + ", " + g.argsAll() + "..."
		}
		return g.inWant(fmt.Sprintf("perl.CodeOf(%s).Fn(%s)", quote(f.name), args), want)
	}
	if f.form != nil {
		return g.formCall(f, n, want)
	}
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
		call := func(list string) string { return fmt.Sprintf("%s(%s, %s...)", f.goName, context, list) }
		if code, ok := g.aliasedCall(f.name, n.kids, call, want); ok {
			return code
		}
	}
	return g.inWant(f.goName+"("+g.withArgs(context, n.kids)+")", want)
}

// aliasedApply is a call of a reference to code, in a program which has such that
// change their arguments.
func (g *gen) aliasedApply(n *node, want string) (val, bool) {
	g.topicCalled()
	if !g.prog.aliasCode || n.amp && !n.paren {
		return val{}, false
	}
	code := g.any(n.kids[0])
	call := func(list string) string {
		return fmt.Sprintf("perl.CodeOf(%s).Fn(%s, %s...)", code, contextCode(want), list)
	}
	return g.aliasedCall("the code", n.kids[1:], call, want)
}

// topicCalled stores $_ behind a call, where a sub of the program may have changed it.
func (g *gen) topicCalled() {
	if n := len(g.topicSync); n > 0 && g.prog.topicChanged && g.topic() == g.topicName() && !slices.Contains(g.post, g.topicSync[n-1]) {
		g.post = append(g.post, g.topicSync[n-1])
	}
}

// aliasedCall is a call of a sub which changes its arguments: what the list of them
// holds afterwards goes back into the variables.
func (g *gen) aliasedCall(name string, kids []*node, code func(list string) string, want string) (val, bool) {
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
			g.report.note("P0308", g.line, g.sub, name+" changes its arguments; those behind a list stay as they are")
			return val{}, false
		}
	}
	if len(back) == 0 {
		return val{}, false
	}
	args := fmt.Sprintf("%s := %s", list, strings.Replace(g.cat(kids), "perl.Cat(", "perl.Cat(", 1))
	call := code(list)
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
		return g.lastOfList(n)
	case kMethod:
		return g.lastOfList(n)
	case kApply:
		if n.amp && len(n.kids) == 1 && !n.paren {
			return g.expr(n.kids[0])
		}
		return g.lastOfList(n)
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
	case kFunc:
		if n.text == "substr" && len(n.kids) < 4 {
			get, set := g.place(n)
			return val{fmt.Sprintf("perl.RefFunc(func() any { return %s }, func(v any) { %s })", get, set("v")), tAny, false}
		}
	}
	return val{"perl.RefValue(" + g.any(n) + ")", tAny, false}
}

// lastOfList is a reference to what a call returns, which Perl makes in list context.
func (g *gen) lastOfList(n *node) val {
	return val{"perl.RefValue(perl.First(" + g.list(n) + "))", tAny, false}
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
		return val{handlerWord(f) + "(" + f.goName + ")", tAny, true}
	}
	if f.form != nil {
		return val{fmt.Sprintf("perl.Func(%s, %s)", quote(f.name), f.goName), tAny, true}
	}
	if f.late {
		return val{fmt.Sprintf("perl.CodeOf(%s)", quote(f.name)), tAny, false}
	}
	return val{fmt.Sprintf("perl.NamedCode(%s, %s)", quote(f.name), f.goName), tAny, true}
}

func (g *gen) qualify(name string) string {
	if strings.Contains(name, "::") {
		return name
	}
	return g.pkg + "::" + name
}
