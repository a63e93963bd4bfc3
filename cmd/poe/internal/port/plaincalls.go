package port

import (
	"fmt"
	"strings"
)

// modes decides what the subs return: nothing, a scalar, or a list.
func (u *subUses) modes(p *program) {
	for f, use := range u.uses {
		if f.form == nil {
			continue
		}
		f.form.mode = rAny
		if !use.scalar && !use.list {
			f.form.mode = rVoid
		}
		for _, n := range use.calls {
			n.single = true
		}
	}
	for changed := true; changed; {
		changed = false
		for _, f := range p.functions {
			if f.form == nil || f.form.mode != rAny || oneValue(f.node.body[f.form.head:], u.uses[f].list) {
				continue
			}
			f.form.mode, changed = rGeneric, true
			for _, n := range u.uses[f].calls {
				n.single = false
			}
		}
	}
	for _, f := range p.functions {
		if f.form != nil && f.form.mode == rAny {
			f.form.result = &variable{sigil: '$', name: f.name}
			p.lexicals = append(p.lexicals, f.form.result)
		}
		if f.form != nil {
			for _, v := range append([]*variable{f.form.rest}, f.form.params...) {
				if v != nil {
					v.param = true
				}
			}
		}
	}
}

// oneValue reports whether a sub returns a scalar wherever it returns, and if it must,
// never nothing.
func oneValue(list []*node, always bool) bool {
	ok := true
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kSub:
			return n.block
		case sSub:
			return false
		case kReturn:
			k := n.kid(0)
			ok = ok && (k == nil && !always || k != nil && oneScalar(k))
			return true
		}
		return ok
	})
	return ok && endsWithOne(list, always)
}

func oneScalar(n *node) bool {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n.kind == kCond {
		return oneScalar(n.kids[1]) && oneScalar(n.kids[2])
	}
	return !isListy(n) || n.kind == kMethod && n.single
}

// endsWithOne reports whether the value of the last statement is a scalar.
func endsWithOne(list []*node, always bool) bool {
	if len(list) == 0 {
		return !always
	}
	n := list[len(list)-1]
	switch n.kind {
	case sExpr:
		k := n.kid(0)
		if k == nil || k.kind == kEmpty {
			return !always
		}
		if k.kind == kReturn {
			return true // it has been looked at
		}
		if k.kind == kPrint || k.kind == kFunc && voidFunctions[k.text] || k.kind == kJump || k.kind == kLocal {
			return !always
		}
		if k.kind == kLogic && (k.kids[1].kind == kReturn || k.kids[1].kind == kJump) {
			return !always && oneScalar(k.kids[0])
		}
		return oneScalar(k)
	case sIf:
		for i := 1; i < len(n.kids); i += 2 {
			if !endsWithOne(n.kids[i].body, always) {
				return false
			}
		}
		if len(n.kids)%2 == 1 {
			return endsWithOne(n.kids[len(n.kids)-1].body, always)
		}
		return !always
	case sBlock:
		return endsWithOne(n.body, always)
	}
	return !always
}

// formBody writes the signature and the body of a sub with a form.
func (g *gen) formBody(f *function) string {
	h := f.form
	fr := &frame{fn: f, mode: h.mode, result: h.result}
	body := g.inFrame(fr, func() {
		for _, n := range f.node.body[:h.head] {
			for _, c := range n.notes {
				g.w("//%s", oneLine2(strings.TrimLeft(c, "#")))
			}
			g.count0(n)
			g.account(n)
		}
		for _, v := range h.params {
			if v != nil && h.open {
				g.assigned(v, tAny)
			}
			if v != nil && v.posUsed {
				g.w("var %sPos perl.Pos", v.goName)
			}
		}
		if h.rest != nil {
			g.w("%s := perl.Copy(%sArgs)", h.rest.goName, h.rest.goName)
			if h.rest.reads == 0 {
				g.w("_ = %s", h.rest.goName)
			}
		}
		g.bodyWithValue(f.node.body[h.head:])
	})
	var params []string
	if h.mode == rGeneric {
		params = append(params, "w perl.Want")
	}
	for i, v := range h.params {
		name, t := "_", tAny
		if v != nil {
			name, t = v.goName, orAny(g.typeOf(v))
		}
		if i+1 < len(h.params) && h.params[i+1] != nil && v != nil && orAny(g.typeOf(h.params[i+1])) == t {
			params = append(params, name)
			continue
		}
		params = append(params, name+" "+string(t))
	}
	if h.rest != nil {
		params = append(params, h.rest.goName+"Args ...any")
	}
	result := ""
	switch h.mode {
	case rAny:
		result = " " + string(orAny(g.typeOf(h.result)))
	case rGeneric:
		result = " []any"
	}
	return fmt.Sprintf("func %s(%s)%s {\n%s}\n\n", f.goName, strings.Join(params, ", "), result, body)
}

// formCall is a call of a sub with a form.
func (g *gen) formCall(f *function, n *node, want string) val {
	h := f.form
	if want != "Void" && g.reorders(h, n.kids) {
		// The arguments are made where the call is.
		t := tAny
		switch {
		case want != "Scalar":
			t = "[]any"
		case h.mode == rAny:
			t = orAny(g.typeOf(h.result))
		}
		var v val
		body := g.inFrame(g.closureFrame(rAny), func() {
			v = g.formCallHere(f, n, want)
			g.flushPre()
			g.w("return %s", v.code)
		})
		return val{"func() " + string(t) + " {\n" + body + "}()", t, false}
	}
	return g.formCallHere(f, n, want)
}

// reorders reports whether the arguments of a call have to be made as a list, of more
// than one element, in front of it.
func (g *gen) reorders(h *form, kids []*node) bool {
	if len(h.params) == 1 && h.rest == nil {
		return false
	}
	for i, k := range kids {
		if i < len(h.params) && isListy(k) {
			return true
		}
	}
	return false
}

func (g *gen) formCallHere(f *function, n *node, want string) val {
	h := f.form
	args := g.formArgs(h, n.kids)
	if h.mode == rGeneric {
		args = append([]string{contextCode(want)}, args...)
	}
	code := f.goName + "(" + strings.Join(args, ", ") + ")"
	switch {
	case h.mode == rGeneric:
		return g.inWant(code, want)
	case want == "Void":
		return val{code, tAny, false}
	case h.mode == rVoid:
		return g.inWant("func() []any {\n"+code+"\nreturn nil\n}()", want)
	case want == "Scalar":
		return val{code, g.typeOf(h.result), false}
	}
	return val{"perl.L(" + code + ")", "[]any", false}
}

func (g *gen) formArgs(h *form, kids []*node) []string {
	fixed := len(h.params)
	listy := false
	for i, k := range kids {
		listy = listy || i < fixed && isListy(k)
	}
	var out []string
	if listy && fixed == 1 && h.rest == nil {
		return []string{g.formArg(h.params[0], val{"perl.Head(" + g.cat(kids) + ")", tAny, false})}
	}
	if listy {
		lead := 0 // heaps in front are passed as they are
		for lead < len(h.params) && lead < len(kids) && g.isStruct(kids[lead]) {
			out = append(out, g.formArg(h.params[lead], g.expr(kids[lead])))
			lead++
		}
		kids = kids[lead:]
		fixed -= lead
		t := g.temp("list")
		g.hoist(t + " := " + g.cat(kids))
		for i, v := range h.params[lead:] {
			out = append(out, g.formArg(v, val{fmt.Sprintf("perl.At(%s, %d)", t, i), tAny, false}))
		}
		if h.rest != nil {
			out = append(out, fmt.Sprintf("perl.From(%s, %d)...", t, fixed))
		}
		return out
	}
	for i, v := range h.params {
		a := val{"nil", tAny, true}
		if i < len(kids) {
			k := kids[i]
			if v != nil {
				switch g.typeOf(v) {
				case tStr:
					g.noteRead(k, func(v *variable) { v.strReads++ })
				case tHash:
					g.noteRead(k, func(v *variable) { v.hashUses++ })
				}
			}
			a = g.expr(k)
		}
		out = append(out, g.formArg(v, a))
	}
	if h.rest != nil && len(kids) > fixed {
		out = append(out, g.spreadAll(kids[fixed:]))
	}
	return out
}

// isStruct reports whether n is a heap that is a struct.
func (g *gen) isStruct(n *node) bool {
	n = assignment(n)
	return n.kind == kVar && n.v != nil && n.v.inHeap || isHeapIndex(n) && g.f.fn != nil && g.f.fn.heap != nil
}

func (g *gen) formArg(v *variable, a val) string {
	if v == nil {
		return a.code
	}
	g.assigned(v, a.typ)
	return g.conv(a, orAny(g.typeOf(v)))
}
