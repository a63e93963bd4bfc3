package port

import (
	"fmt"
	"sort"
	"strings"
)

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
			v.v.holds = true
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
	g.w("perl.DefineCode(perl.Qualified(%s, %s), perl.CodeOf(%s))", quote(g.pkg), name, code)
}

// isCode reports whether an expression is code that a typeglob may be given.
func isCode(n *node) bool {
	return n != nil && (n.kind == kSub || n.kind == kRef && n.kids[0].kind == kCall)
}

// findLate finds the subs which the program redefines while it runs: calls of them find
// the sub by its name.
func (p *program) findLate() {
	names := map[string]bool{}
	walkAll(p.statements, func(n *node) bool {
		if n.kind != kAssign || !isCode(n.kids[1]) {
			return true
		}
		to := n.kids[0]
		if to.kind == kLocal {
			to = to.kids[0]
		}
		switch {
		case to.kind == kGlobVar:
			names[to.text] = true
		case to.kind == kDeref && to.sigil == '*' && to.kids[0].kind == kStr:
			names[to.kids[0].text] = true
		}
		return true
	})
	for name := range names {
		for full, f := range p.subs {
			if _, short := splitName(full); full == name || short == name {
				f.late = true
			}
		}
	}
}
