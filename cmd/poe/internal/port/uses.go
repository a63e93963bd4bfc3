package port

// valueUses says whose values a program uses: those of subs by name, of methods, of
// anonymous subs.
type valueUses struct {
	names   map[string]bool
	applied bool // a reference to code is called for its value
	dynamic bool // so is a method whose name is computed
}

// findUses finds the calls whose values are used.
func (p *program) findUses() {
	p.valueUses = valueUses{names: map[string]bool{}}
	p.valueUses.statements(p.statements, false)
}

// used reports whether somebody may use the value of a sub. Packages other than main
// may be called by files that are not translated with them.
func (p *program) used(f *function) bool {
	if f == nil {
		return false
	}
	if f.name == "" {
		return p.valueUses.applied
	}
	pkg, name := splitName(f.name)
	return pkg != "main" || p.valueUses.names[name] || p.valueUses.dynamic
}

// statements visits statements; with value the last one is the value of a sub.
func (u *valueUses) statements(list []*node, value bool) {
	for i, n := range list {
		u.statement(n, value && i == len(list)-1)
	}
}

func (u *valueUses) statement(n *node, value bool) {
	if n == nil {
		return
	}
	switch n.kind {
	case sExpr:
		u.expr(n.kid(0), value)
	case sBlock, sPackage:
		u.statements(n.body, value)
	case sSub:
		u.statements(n.body, n.fn == nil || !n.fn.handler || n.fn.returns)
	case sIf:
		for i, k := range n.kids {
			if i%2 == 0 && i < len(n.kids)-1 {
				u.expr(k, true)
			} else {
				u.statement(k, value)
			}
		}
	case sWhile, sFor, sForeach:
		for _, k := range n.kids {
			if k != nil && k.kind == sBlock {
				u.statement(k, false)
			} else {
				u.expr(k, n.kind == sForeach)
			}
		}
	default:
		u.rest(n)
	}
}

// expr visits an expression, whose value is used or not.
func (u *valueUses) expr(n *node, value bool) {
	if n == nil {
		return
	}
	switch n.kind {
	case kLogic:
		u.expr(n.kids[0], true)
		u.expr(n.kids[1], value)
		return
	case kCond:
		u.expr(n.kids[0], true)
		u.expr(n.kids[1], value)
		u.expr(n.kids[2], value)
		return
	case kDo, kEval:
		u.statements(n.body, value)
		return
	case kSub, kMap:
		u.statements(n.body, n.fn == nil || !n.fn.handler || n.fn.returns)
	case kCall:
		if value || len(n.kids) == 0 && n.amp {
			_, name := splitName(n.text)
			u.names[name] = true
		}
	case kMethod:
		if value && n.dyn != nil {
			u.dynamic = true
		} else if value {
			_, name := splitName(n.text)
			u.names[name] = true
		}
	case kApply:
		u.applied = u.applied || value
	}
	u.rest(n)
}

// rest visits what is in a node, whose value is used.
func (u *valueUses) rest(n *node) {
	for _, k := range n.kids {
		if k != nil && k.kind >= sExpr {
			u.statement(k, true)
		} else {
			u.expr(k, true)
		}
	}
	if n.kind != kSub && n.kind != kMap {
		u.statements(n.body, true)
	}
	u.expr(n.dyn, true)
	u.expr(n.repl, true)
}

// changesTopic reports whether a sub of the program changes the $_ of its caller.
func (p *program) changesTopic() bool {
	for _, f := range p.functions {
		if changes(f.node.body, nil) && freeTopic(f.node.body) {
			return true
		}
	}
	return false
}

// findAliases finds how subs that change their arguments are called: by reference, or
// as methods of these names.
func (p *program) findAliases() {
	p.aliasMethods = map[string]bool{}
	for _, f := range p.functions {
		if !f.aliases {
			continue
		}
		if f.name == "" {
			p.aliasCode = true
			continue
		}
		_, name := splitName(f.name)
		p.aliasMethods[name] = true
	}
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kRef && n.kids[0].kind == kCall && n.kids[0].amp {
			_, name := splitName(n.kids[0].text)
			p.aliasCode = p.aliasCode || p.aliasMethods[name]
		}
		return true
	})
}
