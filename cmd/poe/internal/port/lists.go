package port

import (
	"fmt"
	"slices"
	"strings"
)

// isListy reports whether an element of a list may have more or less than one
// value.
func isListy(n *node) bool {
	switch n.kind {
	case kVar, kDeref:
		return n.sigil == '@' || n.sigil == '%'
	case kMy:
		return n.paren || len(n.kids) == 1 && (n.kids[0].sigil == '@' || n.kids[0].sigil == '%')
	case kCall, kMethod:
		return !n.single
	case kSlice, kHSlice, kLSlice, kKVSlice, kApply, kMap, kSort, kRange, kWords, kReadline, kDo, kEval:
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
		if n.text == "delete" && len(n.kids) == 1 && (n.kids[0].kind == kKey || n.kids[0].kind == kIndex || n.kids[0].kind == kVar) {
			return false
		}
		return listFunctions[n.text]
	case kReturn:
		return false
	}
	return false
}

var listFunctions = map[string]bool{}

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

// list returns the code of an expression in list context: a []any.
func (g *gen) list(n *node) string {
	if n == nil {
		return "nil"
	}
	if write, ok := listWriters[n.kind]; ok {
		if code := write(g, n); code != "" {
			return code
		}
	}
	return "perl.L(" + g.any(n) + ")"
}

// listWriters write expressions in list context, by their kinds; the result is empty
// for one that is a scalar there.
var listWriters map[kind]func(*gen, *node) string

func init() {
	listWriters = map[kind]func(*gen, *node) string{
		kList:     func(g *gen, n *node) string { return g.cat(n.kids) },
		kWords:    func(_ *gen, n *node) string { return "perl.L(" + quoteAll(strings.Fields(n.text)) + ")" },
		kVar:      (*gen).variableList,
		kDeref:    (*gen).variableList,
		kSlice:    (*gen).sliceList,
		kHSlice:   (*gen).sliceList,
		kKVSlice:  func(g *gen, n *node) string { return g.container(n.kids[0]) + ".KeyValues(" + g.subscripts(n) + ")" },
		kLSlice:   func(g *gen, n *node) string { return "perl.Pick(" + g.list(n.kids[0]) + ", " + g.subscripts(n) + ")" },
		kCall:     func(g *gen, n *node) string { return g.call(n, "List").code },
		kMethod:   func(g *gen, n *node) string { return g.method(n, "List").code },
		kApply:    (*gen).applyList,
		kMap:      (*gen).mapGrep,
		kSort:     (*gen).sort,
		kRange:    func(g *gen, n *node) string { return "perl.Range(" + g.any(n.kids[0]) + ", " + g.any(n.kids[1]) + ")" },
		kReadline: func(g *gen, n *node) string { return "perl.ReadLines(" + g.handle(n.kids[0]) + ")" },
		kDo:       (*gen).doList,
		kEval:     func(g *gen, n *node) string { return "perl.EvalList(" + g.blockThunk(n.body, rList, "[]any") + ")" },
		kCond:     (*gen).condList,
		kLogic:    (*gen).logicList,
		kMatch:    (*gen).matches,
		kAssign:   (*gen).assignmentList,
		kMy:       (*gen).myList,
		kRef:      (*gen).references,
		kBinop:    (*gen).repeatList,
		kFunc: func(g *gen, n *node) string {
			code, _ := g.builtinList(n)
			return code
		},
	}
}

// variableList is an array, a hash or what is behind a reference.
func (g *gen) variableList(n *node) string {
	switch n.sigil {
	case '@':
		if isArgs(n) {
			return g.argsAll()
		}
		if n.kind == kDeref && n.kids[0].kind == kVar && n.kids[0].v != nil && g.typeOf(n.kids[0].v) == tAny {
			n.kids[0].v.reads2++
			return "perl.Strict(" + n.kids[0].v.goName + ").All()"
		}
		return g.container(n) + ".All()"
	case '%':
		return g.container(n) + ".Pairs()"
	case '&':
		return "perl.ApplyList(" + g.any(n.kids[0]) + ")"
	}
	return ""
}

// subscripts are the indices or keys of a slice.
func (g *gen) subscripts(n *node) string { return g.spreadAll(listOf2(n.kids[1])) }

func (g *gen) sliceList(n *node) string {
	if n.kind == kSlice && isArgs(n.kids[0]) {
		return g.argsSlice(n.kids[1])
	}
	return g.container(n.kids[0]) + ".Slice(" + g.subscripts(n) + ")"
}

func (g *gen) applyList(n *node) string {
	if v, ok := g.aliasedApply(n, "List"); ok {
		return v.code
	}
	return "perl.ApplyList(" + g.applyArgs(n) + ")"
}

func (g *gen) doList(n *node) string {
	noReturn(n.body)
	return g.blockThunk(n.body, rList, "[]any") + "()"
}

func (g *gen) condList(n *node) string {
	if !isListy(n) {
		return ""
	}
	c := g.cond(n.kids[0])
	return "perl.IfElse(" + c + ", " + g.listThunk(n.kids[1]) + ", " + g.listThunk(n.kids[2]) + ")"
}

func (g *gen) logicList(n *node) string {
	if !isListy(n) {
		return ""
	}
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

func (g *gen) matches(n *node) string {
	if n.op == "qr" {
		return ""
	}
	return g.matchList(n)
}

// assignmentList is a list assignment as a list.
func (g *gen) assignmentList(n *node) string {
	if !isListTarget(n.kids[0]) {
		return ""
	}
	return g.assignList(n)
}

func (g *gen) myList(n *node) string {
	if !isListy(n) {
		return ""
	}
	g.declareInline(n)
	if n.paren {
		return g.cat(n.kids)
	}
	return g.list(n.kids[0])
}

// references are those to each of a list.
func (g *gen) references(n *node) string {
	if !isListy(n) {
		return ""
	}
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

// repeatList is LIST x COUNT.
func (g *gen) repeatList(n *node) string {
	if !isListy(n) {
		return ""
	}
	return "perl.Repeat(" + g.list(n.kids[0]) + ", " + g.int(n.kids[1]) + ")"
}

func listOf2(n *node) []*node {
	if n.kind == kList {
		return n.kids
	}
	return []*node{n}
}

func (g *gen) listThunk(n *node) string {
	var code string
	body := g.inFrame(g.closureFrame(rList), func() {
		code = g.list(n)
		g.flushPre()
		g.returnPost(code)
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
	add := func(code func() string) {
		start := len(g.pre)
		part := code()
		g.inOrder(parts, start, "[]any")
		parts = append(parts, part)
	}
	flush := func() {
		if len(run) > 0 {
			add(func() string { return "perl.L(" + g.scalarsOf(run) + ")" })
			run = nil
		}
	}
	for _, k := range nodes {
		if isListy(k) {
			flush()
			add(func() string { return g.list(k) })
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
		start := len(g.pre)
		out[i] = g.any(k)
		g.inOrder(out[:i], start, "any")
	}
	return strings.Join(out, ", ")
}

// inOrder keeps the order in which expressions are evaluated: where the last one has
// lines in front of the statement, from start on, those before it come in front of these.
func (g *gen) inOrder(before []string, start int, typ string) {
	if len(g.pre) <= start || declarationsOnly(g.pre[start:]) {
		return
	}
	var lines []string
	for i, code := range before {
		if !strings.Contains(code, "(") || strings.HasPrefix(code, "func(") {
			continue
		}
		t := g.temp("v")
		lines = append(lines, fmt.Sprintf("var %s %s = %s", t, typ, code))
		before[i] = t
	}
	g.pre = slices.Insert(g.pre, start, lines...)
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
	if made := n.kids[0]; made.kind == kMethod && (made.text == "postback" || made.text == "callback") {
		t := g.temp("back") // which goes with the statement
		g.hoist(t + " := " + code)
		g.post = append(g.post, "perl.Undef("+t+")")
		code = t
	}
	if n.amp && !n.paren {
		return code + ", " + g.argsAll() + "..."
	}
	return g.withArgs(code, n.kids[1:])
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

func init() {
	for w := range strings.FieldsSeq(`keys values each splice split reverse localtime gmtime caller unpack stat lstat glob times readpipe delete getpwnam getpwuid wait
		readdir gethostbyname shift2 eval do sysseek`) {
		listFunctions[w] = true
	}
}
