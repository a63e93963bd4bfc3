package port

import (
	"fmt"
	"strings"
)

// form is the signature in Go of a sub that is only called by its name and that
// unpacks its arguments at its beginning: it has parameters, and returns a value or
// nothing. Every other sub is given its context and @_, and returns a list.
type form struct {
	params []*variable // nil for an argument that is left out
	rest   *variable   // an array with the arguments behind the others
	head   int         // statements that unpack the arguments
	mode   retMode     // rVoid, rAny or rGeneric
	open   bool        // it is also called by reference, with whatever arguments
	result *variable   // has the type of the value, if mode is rAny
}

// plainSubs finds the subs that have a form.
func (p *program) plainSubs() {
	if p.byName = p.callsByName(); p.byName {
		return
	}
	u := &subUses{byName: map[string]*function{}, uses: map[*function]*subUse{}, tails: map[*function][]*function{}}
	for _, f := range p.functions {
		_, short := splitName(f.name)
		if f.name == "" {
			continue
		}
		if u.byName[short] != nil {
			u.uses[f], u.uses[u.byName[short]] = nil, nil
			continue
		}
		u.byName[short] = f
		if head := p.headOf(f); head != nil && !f.handler {
			f.form = head
			u.uses[f] = &subUse{}
		}
	}
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kMethod && n.dyn == nil && scalarMethods[n.text] && u.byName[n.text] == nil {
			n.single = true
		}
		return true
	})
	p.subTables(u)
	u.statements(p.statements, inVoid, nil)
	p.keepTables(u)
	u.close()
	for f, use := range u.uses {
		if use == nil || use.refused {
			f.form = nil
		}
	}
	u.modes(p)
}

// scalarMethods are methods of POE that return a scalar in any context.
var scalarMethods = map[string]bool{"ID": true, "PID": true, "put": true, "get_driver_out_octets": true, "get_driver_out_messages": true, "alarm_set": true, "delay_set": true,
	"postback": true, "callback": true, "get_active_session": true, "alias_resolve": true}

// callsByName reports whether the program may call subs by names that are not known,
// or asks for the names of those that run.
func (p *program) callsByName() bool {
	found := false
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kFunc:
			found = found || n.text == "caller" || n.text == "eval" && len(n.kids) > 0
			if (n.text == "defined" || n.text == "exists") && len(n.kids) == 1 {
				k := assignment(n.kids[0])
				found = found || k.kind == kCall && k.amp
			}
		case kMethod:
			found = found || n.dyn != nil || n.text == "can" || n.kids[0].kind == kBare && n.kids[0].text == "main"
			found = found || n.kids[0].kind == kFunc && n.kids[0].text == "__PACKAGE__"
		case kStr:
			found = found || n.text == "package_states" || n.text == "object_states" || n.text == "PackageStates" || n.text == "ObjectStates"
		case sUse:
			found = found || n.text == "Carp" || n.text == "overload" || n.text == "Exporter" || n.text == "Test::More"
		case sPackage:
			found = true
		}
		return !found
	})
	return found
}

// headOf returns the form of a sub as far as its own body says, nil if it has none.
func (p *program) headOf(f *function) *form {
	if f.wantUsed || f.aliases || f.late || f.outer != nil {
		return nil
	}
	_, short := splitName(f.name)
	if strings.ToUpper(short) == short || short == "import" || hasLocal(f.node.body) {
		return nil
	}
	h := &form{}
	body := f.node.body
unpack:
	for _, n := range body {
		if n.kind != sExpr || n.kid(0) == nil || n.kids[0].kind != kAssign || n.kids[0].op != "" || n.kids[0].kids[0].kind != kMy {
			break
		}
		to, from := n.kids[0].kids[0], n.kids[0].kids[1]
		if to.text != "my" {
			break
		}
		switch {
		case from.kind == kFunc && from.text == "shift" && (len(from.kids) == 0 || isArgs(from.kids[0])) && len(to.kids) == 1 && plainScalar(to.kids[0]):
			h.params = append(h.params, to.kids[0].v)
			h.head++
		case isArgs(from) && to.paren:
			for i, k := range to.kids {
				switch {
				case plainScalar(k):
					h.params = append(h.params, k.v)
				case k.kind == kFunc && k.text == "undef":
					h.params = append(h.params, nil)
				case k.kind == kVar && k.sigil == '@' && i == len(to.kids)-1 && k.v != nil && !k.v.global:
					h.rest = k.v
				default:
					return nil
				}
			}
			h.head++
			break unpack
		default:
			break unpack
		}
	}
	if usesArguments(body[h.head:]) {
		return nil
	}
	return h
}

func plainScalar(k *node) bool {
	return k.kind == kVar && k.sigil == '$' && k.v != nil && !k.v.global && !k.v.packaged
}

// usesArguments reports whether statements of a sub use @_.
func usesArguments(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kSub:
			return n.block
		case sSub:
			return false
		case kVar:
			found = found || isArgs(n)
		case kFunc:
			found = found || (n.text == "shift" || n.text == "pop") && len(n.kids) == 0 || n.text == "goto"
		case kCall, kApply:
			found = found || n.amp && !n.paren
		}
		return !found
	})
	return found
}

// useContext says what becomes of the value of an expression.
type useContext int

const (
	inVoid useContext = iota
	inScalar
	inList
	inTail // it is the value of the sub
)

// subUse says how a sub is called.
type subUse struct {
	refused      bool
	scalar, list bool
	calls        []*node
}

// subUses collects the uses of subs.
type subUses struct {
	byName map[string]*function
	uses   map[*function]*subUse
	tails  map[*function][]*function // subs whose values are those of a sub
}

func (u *subUses) target(n *node) *function {
	_, short := splitName(n.text)
	return u.byName[short]
}

// refuse notes a use of a sub which a form does not allow.
func (u *subUses) refuse(n *node) {
	if use := u.uses[u.target(n)]; use != nil {
		use.refused = true
	}
}

func (u *subUses) statements(list []*node, last useContext, in *function) {
	for i, n := range list {
		c := inVoid
		if i == len(list)-1 {
			c = last
		}
		u.statement(n, c, in)
	}
}

func (u *subUses) statement(n *node, c useContext, in *function) {
	if n == nil {
		return
	}
	switch n.kind {
	case sSub:
		u.statements(n.body, inTail, n.fn)
	case sPackage, sBlock:
		u.statements(n.body, c, in)
	case sIf:
		for i := 0; i+1 < len(n.kids); i += 2 {
			u.expr(n.kids[i], inScalar, in)
			u.statement(n.kids[i+1], c, in)
		}
		if len(n.kids)%2 == 1 {
			u.statement(n.kids[len(n.kids)-1], c, in)
		}
	case sWhile, sFor:
		for _, k := range n.kids {
			if k != nil && k.kind == sBlock {
				u.statement(k, inVoid, in)
			} else {
				u.expr(k, inScalar, in)
			}
		}
	case sForeach:
		u.expr(n.kids[1], inList, in)
		for _, k := range n.kids[2:] {
			u.statement(k, inVoid, in)
		}
	case sExpr:
		if len(n.kids) > 0 {
			u.expr(n.kids[0], c, in)
		}
	default:
		for _, k := range n.kids {
			u.expr(k, inList, in)
		}
	}
}

func (u *subUses) expr(n *node, c useContext, in *function) {
	if n == nil {
		return
	}
	switch n.kind {
	case sExpr, sIf, sWhile, sFor, sForeach, sBlock, sSub, sPackage, sUse:
		u.statement(n, c, in)
		return
	case kCall:
		u.call(n, c, in)
		return
	case kRef:
		if k := n.kids[0]; k.kind == kCall && k.amp && !k.paren {
			if f := u.target(k); u.uses[f] != nil && n.plainRef {
				return
			} else if u.uses[f] != nil {
				f.form.open = true
				u.uses[f].scalar, u.uses[f].list = true, true
				return
			}
		}
	case kSub:
		if n.block {
			u.statements(n.body, inList, nil)
		} else {
			u.statements(n.body, inTail, n.fn)
		}
		return
	case kApply:
		if n.table != nil && c != inVoid && !(c == inTail && in != nil && in.handler && !in.returns) {
			n.table.refused = true
		}
	case kReturn:
		u.expr(n.kid(0), inTail, in)
		return
	case kLogic:
		u.expr(n.kids[0], valueOf(c), in)
		u.expr(n.kids[1], c, in)
		return
	case kCond:
		u.expr(n.kids[0], inScalar, in)
		u.expr(n.kids[1], c, in)
		u.expr(n.kids[2], c, in)
		return
	case kDo, kEval:
		u.statements(n.body, c, in)
		return
	case kMap:
		for _, k := range n.kids {
			u.expr(k, inList, in)
		}
		u.statements(n.body, inList, in)
		return
	case kSort:
		if by := n.kids[0]; by != nil && by.kind == kCall {
			u.refuse(by)
		}
	}
	inner := inList
	switch n.kind {
	case kList:
		if inner = c; c == inScalar {
			inner = inList
		}
	case kAssign:
		if inner = inList; !isListTarget(n.kids[0]) {
			inner = inScalar
		}
	case kInterp, kBinop, kUnop, kPostop, kIndex, kKey, kDeref, kMatch, kSubst:
		inner = inScalar
	case kFunc:
		if builtins[n.text] == named {
			inner = inScalar
		}
	}
	for _, k := range n.kids {
		u.expr(k, inner, in)
	}
	u.statements(n.body, inList, in)
	u.expr(n.dyn, inList, in)
	u.expr(n.repl, inScalar, in)
}

// valueOf is the context of an operand whose truth decides.
func valueOf(c useContext) useContext {
	if c == inVoid {
		return inScalar
	}
	return c
}

func (u *subUses) call(n *node, c useContext, in *function) {
	for _, k := range n.kids {
		u.expr(k, inList, in)
	}
	f := u.target(n)
	use := u.uses[f]
	if use == nil {
		return
	}
	if n.amp && !n.paren {
		use.refused = true
		return
	}
	use.calls = append(use.calls, n)
	switch c {
	case inScalar:
		use.scalar = true
	case inList:
		use.list = true
	case inTail:
		if in == nil || in.handler && in.returns || in.form == nil && !in.handler {
			use.scalar, use.list = true, true
		} else if !in.handler {
			u.tails[in] = append(u.tails[in], f)
		}
	}
	if f.form.rest == nil && len(n.kids) > len(f.form.params) {
		use.refused = true
	}
}

// close passes on how values are used to the subs which they come from.
func (u *subUses) close() {
	for changed := true; changed; {
		changed = false
		for in, list := range u.tails {
			from := u.uses[in]
			for _, f := range list {
				use := u.uses[f]
				if use == nil {
					continue
				}
				before := *use
				if from == nil || from.refused {
					use.scalar, use.list = true, true
				} else {
					use.scalar, use.list = use.scalar || from.scalar, use.list || from.list
				}
				changed = changed || before.scalar != use.scalar || before.list != use.list
			}
		}
	}
}

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
