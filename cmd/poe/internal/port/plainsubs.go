package port

import (
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
	if n == nil || u.own(n, c, in) {
		return
	}
	inner := partsOf(n, c)
	for _, k := range n.kids {
		u.expr(k, inner, in)
	}
	u.statements(n.body, inList, in)
	u.expr(n.dyn, inList, in)
	u.expr(n.repl, inScalar, in)
}

// own visits an expression whose parts are not all used as its kind says, and reports
// whether it is one.
func (u *subUses) own(n *node, c useContext, in *function) bool {
	switch n.kind {
	case sExpr, sIf, sWhile, sFor, sForeach, sBlock, sSub, sPackage, sUse:
		u.statement(n, c, in)
		return true
	case kCall:
		u.call(n, c, in)
		return true
	case kRef:
		if k := n.kids[0]; k.kind == kCall && k.amp && !k.paren {
			if f := u.target(k); u.uses[f] != nil && n.plainRef {
				return true
			} else if u.uses[f] != nil {
				f.form.open = true
				u.uses[f].scalar, u.uses[f].list = true, true
				return true
			}
		}
	case kSub:
		if n.block {
			u.statements(n.body, inList, nil)
		} else {
			u.statements(n.body, inTail, n.fn)
		}
		return true
	case kApply:
		if n.table != nil && c != inVoid && !(c == inTail && in != nil && in.handler && !in.returns) {
			n.table.refused = true
		}
	case kReturn:
		u.expr(n.kid(0), inTail, in)
		return true
	case kLogic:
		u.expr(n.kids[0], valueOf(c), in)
		u.expr(n.kids[1], c, in)
		return true
	case kCond:
		u.expr(n.kids[0], inScalar, in)
		u.expr(n.kids[1], c, in)
		u.expr(n.kids[2], c, in)
		return true
	case kDo, kEval:
		u.statements(n.body, c, in)
		return true
	case kMap:
		for _, k := range n.kids {
			u.expr(k, inList, in)
		}
		u.statements(n.body, inList, in)
		return true
	case kSort:
		if by := n.kids[0]; by != nil && by.kind == kCall {
			u.refuse(by)
		}
	}
	return false
}

// partsOf returns how an expression that is used as c uses its parts.
func partsOf(n *node, c useContext) useContext {
	switch n.kind {
	case kList:
		if c == inScalar {
			return inList
		}
		return c
	case kAssign:
		if !isListTarget(n.kids[0]) {
			return inScalar
		}
	case kInterp, kBinop, kUnop, kPostop, kIndex, kKey, kDeref, kMatch, kSubst:
		return inScalar
	case kFunc:
		if builtins[n.text] == named {
			return inScalar
		}
	}
	return inList
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
