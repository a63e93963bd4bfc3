package port

import (
	"strings"
)

// keepCaptures writes code so that the captures of a match within a block of n do
// not outlive the block, if a statement behind it reads captures. It returns the
// variable that has the captures to which n as a whole returns, if it does.
func (g *gen) keepCaptures(n *node, rest []*node) (saved string) {
	whole := matchesWithin(n)
	var blocks []*node
	for i, k := range n.kids {
		if k != nil && k.kind == sBlock && (n.kind == sIf || i == len(n.kids)-1) && matches(k.body) {
			blocks = append(blocks, k)
		}
	}
	if n.kind == sBlock && n.op == "" && matches(n.body) {
		blocks = append(blocks, n)
	}
	if !whole && len(blocks) == 0 || !readsCaptures(rest) {
		return ""
	}
	g.f.match = true
	saved = g.temp("saved")
	if whole {
		g.w("%s := m", saved)
		return saved
	}
	for _, b := range blocks {
		b.op = "saved " + saved
	}
	return ""
}

// matches reports whether a pattern is matched in statements, other than in a sub,
// which keeps its captures to itself.
func matches(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		found = found || n.kind == kMatch && n.op != "qr" || n.kind == kSubst
		return !found && n.kind != kSub && n.kind != sSub
	})
	return found
}

// matchesWithin reports whether all that a statement matches outside of its blocks
// is matched where captures end before the statement does: in the block of a map, a
// sort, a do or an eval, in the condition of a loop.
func matchesWithin(n *node) bool {
	inner, outer := false, false
	var visit func(n *node, within bool)
	all := func(list []*node, within bool) {
		for _, k := range list {
			visit(k, within)
		}
	}
	visit = func(n *node, within bool) {
		if n == nil {
			return
		}
		switch n.kind {
		case kSub, sSub, sPackage, sUse, sBlock:
			return
		case kMap, kSort:
			all(n.body, true)
			if len(n.kids) > 0 {
				if k := n.kids[0]; k != nil && k.kind == kSub {
					inner = inner || matches(k.body)
				}
				visit(n.kids[0], true)
				all(n.kids[1:], within)
			}
			return
		case kDo, kEval:
			inner = inner || matches(n.body)
			all(n.kids, within)
			return
		case kMatch, kSubst:
			if n.op != "qr" {
				inner, outer = inner || within, outer || !within
			}
		}
		all(capturingKids(n), within)
		visit(n.repl, within)
		visit(n.dyn, within)
	}
	switch n.kind {
	case sWhile, sFor:
		all(n.kids, true)
	case sExpr, sIf, sForeach:
		all(n.kids, false)
	}
	return inner && !outer
}

// capturingKids are the kids of a node without the pattern of a split, which captures
// nothing.
func capturingKids(n *node) []*node {
	if n.kind == kFunc && n.text == "split" && len(n.kids) > 0 {
		return n.kids[1:]
	}
	return n.kids
}

// readsCaptures reports whether statements read $1 and the like before another match
// that is not in a block of its own.
func readsCaptures(list []*node) bool {
	found, done := false, false
	var visit func(n *node)
	all := func(list []*node) {
		for _, k := range list {
			visit(k)
		}
	}
	block := func(visited func()) { // its matches end with it
		before := done
		visited()
		done = before
	}
	visit = func(n *node) {
		if n == nil || found {
			return
		}
		switch n.kind {
		case kSub, sSub:
			return
		case kVar:
			found = found || !done && n.v == nil && ofCaptures(n)
		case kMap, kSort:
			if len(n.kids) > 0 {
				all(n.kids[1:])
				block(func() { visit(n.kids[0]) })
			}
			block(func() { all(n.body) })
			return
		case sBlock, kDo, kEval:
			block(func() { all(n.body) })
			all(n.kids)
			return
		case sWhile, sFor:
			block(func() { all(n.kids) })
			return
		case kMatch, kSubst: // what replaces reads its own
			all(n.kids)
			done = done || n.op != "qr"
			return
		}
		all(capturingKids(n))
		all(n.body)
		visit(n.dyn)
		visit(n.repl)
	}
	all(list)
	return found
}

// ofCaptures reports whether a variable without a declaration is one of those that
// the last match has set: $1, $&, $+{name}, $-[0].
func ofCaptures(n *node) bool {
	if len(n.text) == 1 && strings.Contains("&`'+-", n.text) {
		return true
	}
	return n.sigil == '$' && n.text != "0" && n.text != "" && strings.Trim(n.text, "0123456789") == ""
}

func (g *gen) blockStatement(n *node) {
	switch n.op {
	case "END":
		body := g.inFrame(&frame{mode: rVoid, fn: g.f.fn}, func() { g.statements(n.body) })
		g.w("perl.AtEnd(func() {\n%s})", body)
		return
	case "BEGIN", "INIT", "CHECK", "UNITCHECK":
		g.statements(n.body)
		return
	}
	old := g.pkg
	defer func() { g.pkg = old }()
	if n.op == "file" {
		file := g.file
		g.pkg, g.file = "main", n.text
		g.w("{")
		g.statements(n.body)
		g.w("}")
		g.file = file
		return
	}
	if strings.HasPrefix(n.op, "saved ") && !usesJump(n.body, n.label, true) {
		g.w("{")
		g.body(n)
		g.w("}")
		return
	}
	if hasLocal(n.body) {
		if usesJump(n.body, n.label, true) {
			cannot("P0201", "local in a block which next or last leave")
		}
		g.localBlock(n.body)
		return
	}
	if usesJump(n.body, n.label, true) {
		// last leaves a block, next as well.
		label := n.label
		if label != "" {
			g.w("%s:", goLabel(label))
			g.labelled(label)
		}
		once := g.temp("once")
		g.w("for %s := true; %s; %s = false {", once, once, once)
		oldLabel := g.f.blockLabel
		g.f.blockLabel = label
		g.loop(&node{kind: sBlock, body: n.body})
		g.f.blockLabel = oldLabel
		g.w("}")
		return
	}
	if onlySubs(n.body) {
		g.statements(n.body)
		return
	}
	g.w("{")
	g.statements(n.body)
	g.w("}")
}

// onlySubs reports whether a block has only declarations, whose variables live in
// the Go package.
func onlySubs(list []*node) bool {
	for _, n := range list {
		switch n.kind {
		case sSub, sPackage, sUse:
		default:
			return false
		}
	}
	return true
}

func hasLocal(list []*node) bool {
	found := false
	for _, n := range list {
		if n.kind != sExpr {
			continue
		}
		n.walk(func(k *node) bool {
			if k.kind == kSub || k.kind == kEval || k.kind == kDo || k.kind == kMap {
				return false
			}
			if k.kind == kLocal {
				found = true
			}
			return !found
		})
	}
	return found
}

// jumpsOut reports whether return, or a jump to a loop outside, leaves the
// statements.
func jumpsOut(list []*node) bool {
	found := false
	var visit func(n *node, loops int)
	visit = func(n *node, loops int) {
		if n == nil || found {
			return
		}
		switch n.kind {
		case kSub, kEval, sSub:
			return
		case kReturn:
			found = true
		case kJump:
			if loops == 0 || n.text != "" {
				found = true
			}
		case sWhile, sFor, sForeach:
			loops++
		}
		for _, k := range n.kids {
			visit(k, loops)
		}
		for _, k := range n.body {
			visit(k, loops)
		}
		visit(n.repl, loops)
	}
	for _, n := range list {
		visit(n, 0)
	}
	return found
}

// usesJump reports whether a jump in the body is meant for the block itself.
func usesJump(list []*node, label string, plain bool) bool {
	found := false
	var visit func(n *node, loops int)
	visit = func(n *node, loops int) {
		if n == nil || found {
			return
		}
		switch n.kind {
		case kSub, sSub:
			return
		case kJump:
			if n.text == "" && loops == 0 && plain || n.text != "" && n.text == label {
				found = true
			}
		case sWhile, sFor, sForeach:
			loops++
		case sBlock:
			// A bare block is a loop that runs once, the body of an if is not; the
			// latter are visited through their statement.
			loops++
		}
		for _, k := range n.kids {
			if k != nil && k.kind == sBlock {
				for _, s := range k.body {
					visit(s, loops)
				}
				continue
			}
			visit(k, loops)
		}
		for _, k := range n.body {
			visit(k, loops)
		}
	}
	for _, n := range list {
		visit(n, 0)
	}
	return found
}

func goLabel(s string) string { return s }

func (g *gen) body(b *node) {
	if b == nil {
		return
	}
	if saved, ok := strings.CutPrefix(b.op, "saved "); ok {
		g.w("%s := m", saved)
		g.scoped(b.body)
		if !g.deadBlock(b) {
			g.w("m = %s", saved)
		}
		return
	}
	if b.kind == sBlock {
		g.scoped(b.body)
		return
	}
	g.statement(b)
}

// scoped writes the statements of a block; local in it holds up to its end.
func (g *gen) scoped(list []*node) {
	if !hasLocal(list) {
		g.statements(list)
		return
	}
	g.localBlock(list)
}

// localBlock writes a block with local as a closure, whose end restores what local
// has saved.
func (g *gen) localBlock(list []*node) {
	if !jumpsOut(list) {
		body := g.inFrame(g.closureFrame(rVoid), func() { g.statements(list) })
		g.w("func() {\n%s}()", body)
		return
	}
	l := &leave{flag: g.temp("leave"), value: g.temp("result")}
	fr := g.closureFrame(g.f.mode)
	fr.leave = l
	outer := g.f
	body := g.inFrame(fr, func() { g.statements(list) })
	t := map[retMode]string{rGeneric: "[]any", rList: "[]any", rAny: "any", rBool: "bool", rInt: "int"}[outer.mode]
	if l.ret && t != "" {
		g.w("var %s %s", l.value, t)
	}
	g.w("%s := 0\nfunc() {\n%s}()", l.flag, body)
	if l.ret {
		g.w("if %s == 1 {", l.flag)
		if t == "" {
			g.leaveWith("")
		} else {
			g.leaveWith(l.value)
		}
		g.w("}")
	}
	g.leaveLoops(l)
}

// leaveLoops does, behind a closure, what next and last in it have asked for.
func (g *gen) leaveLoops(l *leave) {
	if l.next {
		g.w("if %s == 2 {", l.flag)
		g.jump(&node{kind: kJump, op: "next"})
		g.w("}")
	}
	if l.last {
		g.w("if %s == 3 {", l.flag)
		g.jump(&node{kind: kJump, op: "last"})
		g.w("}")
	}
}

// leaveWith writes a return with a value, or with none.
func (g *gen) leaveWith(code string) {
	if len(g.post) > 0 {
		if code != "" {
			t := g.temp("result")
			g.w("%s := %s", t, code)
			code = t
		}
		g.flushPost()
	}
	l := g.f.leave
	if l == nil {
		g.w("%s", strings.TrimSpace("return "+code))
		return
	}
	l.ret = true
	if code != "" {
		g.w("%s = %s", l.value, code)
	}
	g.w("%s = 1\nreturn", l.flag)
}
