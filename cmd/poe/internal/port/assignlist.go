package port

import (
	"fmt"
	"slices"
	"strings"
)

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
	return g.list(declared(to))
}

// declared is the left side of an assignment that has been written: what it declares is
// declared.
func declared(to *node) *node {
	if to.kind != kList {
		return to
	}
	out := *to
	out.kids = nil
	for _, k := range to.kids {
		if k.kind == kMy {
			out.kids = append(out.kids, k.kids...)
		} else {
			out.kids = append(out.kids, declared(k))
		}
	}
	return &out
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
	for _, k := range to.kids {
		if k.kind == kVar && k.sigil == '$' && k.v != nil {
			g.assigned(k.v, tAny)
		}
	}
	var names, places []string
	for _, k := range to.kids {
		switch {
		case isUndef(k):
			places = append(places, "nil")
			continue
		case k.kind != kVar || k.sigil != '$' || k.v == nil || k.v.global || k.v.inHeap:
			return false
		}
		if orAny(g.typeOf(k.v)) != tAny {
			var codes []val
			for i := range to.kids {
				codes = append(codes, val{fmt.Sprintf("perl.At(%s, %d)", src, i), tAny, true})
			}
			return g.declareTogether(to, codes)
		}
		names = append(names, k.v.goName)
		places = append(places, "&"+k.v.goName)
	}
	switch {
	case len(names) < 2:
		return false
	case len(names) == 2 && len(places) == 2 && g.declareTogether(to, []val{{fmt.Sprintf("perl.At(%s, 0)", src), tAny, true}, {fmt.Sprintf("perl.At(%s, 1)", src), tAny, true}}):
		return true
	default:
		g.w("var %s any", strings.Join(names, ", "))
		g.w("perl.SetAll(%s, %s)", src, strings.Join(places, ", "))
	}
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

// declareTogether writes my ($a, $b) = LIST in one line, if the variables are all local
// ones that are read, and the values elements of a list.
func (g *gen) declareTogether(to *node, codes []val) bool {
	if to.kind != kMy || to.text != "my" || len(codes) < 2 || len(codes) != len(to.kids) {
		return false
	}
	var names, values []string
	for i, k := range to.kids {
		if k.kind != kVar || k.sigil != '$' || k.v == nil || k.v.global || k.v.inHeap || k.v.posUsed || k.v.reads == 0 || !strings.HasPrefix(codes[i].code, "perl.At(") {
			return false
		}
		g.assigned(k.v, tAny)
		code := g.conv(codes[i], orAny(g.typeOf(k.v)))
		if !strings.HasPrefix(code, "perl.") {
			return false
		}
		names, values = append(names, k.v.goName), append(values, code)
	}
	line := strings.Join(names, ", ") + " := " + strings.Join(values, ", ")
	if len(line) > 110 {
		return false
	}
	g.w("%s", line)
	return true
}
