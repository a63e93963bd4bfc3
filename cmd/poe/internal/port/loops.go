package port

import (
	"fmt"
	"slices"
	"strings"
)

// loop writes the body of a loop.
func (g *gen) loop(b *node) {
	g.f.loops++
	again := ""
	if usesRedo(b.body) {
		again = g.temp("again")
		g.w("%s:", again)
	}
	g.f.redo = append(g.f.redo, again)
	g.body(b)
	g.f.redo = g.f.redo[:len(g.f.redo)-1]
	g.f.loops--
}

// usesRedo reports whether a redo without a label in the body of a loop means it.
func usesRedo(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kJump:
			found = found || n.op == "redo"
		case kSub, sSub, sWhile, sFor, sForeach:
			return false
		}
		return !found
	})
	return found
}

// redo writes redo: the body of the innermost loop begins again.
func (g *gen) redo(n *node) {
	if n.text != "" && n.text == g.f.blockLabel {
		n.text = ""
	}
	if n.text != "" || len(g.f.redo) == 0 || g.f.redo[len(g.f.redo)-1] == "" {
		cannot("P0207", "redo of this loop")
	}
	g.w("goto %s", g.f.redo[len(g.f.redo)-1])
}

func (g *gen) label(n *node, body []*node) {
	if n.label != "" && labelUsed(body, n.label) {
		g.w("%s:", goLabel(n.label))
		g.labelled(n.label)
	}
}

// labelled notes a label that next and last in this function may name.
func (g *gen) labelled(label string) {
	if g.f.labels == nil {
		g.f.labels = map[string]bool{}
	}
	g.f.labels[label] = true
}

func labelUsed(list []*node, label string) bool {
	found := false
	walkAll(list, func(n *node) bool {
		if n.kind == kJump && n.text == label {
			found = true
		}
		return !found
	})
	return found
}

func (g *gen) whileStatement(n *node) {
	cond, block := n.kids[0], n.kids[1]
	if len(n.kids) > 2 {
		block = g.withContinue(n, block, n.kids[2])
	}
	if n.op == "do" {
		if usesJump(block.body, "", true) {
			cannot("P0204", "last or next in do { } while")
		}
		g.w("for {")
		g.f.loops++
		g.statements(block.body)
		c := g.cond(cond)
		g.flushPre()
		g.w("if %s {\nbreak\n}\n}", negate(c))
		g.f.loops--
		return
	}
	if n.op == "once" {
		once := g.temp("once")
		g.label(n, block.body)
		g.w("for %s := true; %s; %s = false {", once, once, once)
		g.loop(block)
		g.w("}")
		return
	}
	g.label(n, block.body)
	if line, v, of := g.readLoop(cond); line != "" {
		g.w("for {")
		g.flushPre()
		g.w("%s", line)
		g.flushPost()
		g.w("if %s == nil {\nbreak\n}", of)
		if v != "" {
			if g.prog.topicShared {
				g.w("perl.Topic = it")
				v = "perl.Topic"
			}
			g.f.topics = append(g.f.topics, v)
			defer func() { g.f.topics = g.f.topics[:len(g.f.topics)-1] }()
			if matchesTopic([]*node{block}) {
				g.freshPos(v)
			}
		}
		g.loop(block)
		g.w("}")
		return
	}
	c, pre := g.lazily(func() val { return val{g.condition(cond), tBool, false} })
	if len(pre) == 0 {
		if c.code == "true" {
			g.w("for {")
		} else {
			g.w("for %s {", c.code)
		}
	} else {
		g.w("for {")
		g.pre = pre
		g.flushPre()
		g.w("if %s {\nbreak\n}", negate(c.code))
	}
	g.loop(block)
	g.w("}")
}

// withContinue returns the body of a loop with its continue block: the body becomes a
// loop of its own that runs once, so that next leads to the block behind it.
func (g *gen) withContinue(n, block, after *node) *node {
	if n.made != nil {
		return n.made
	}
	n.made = g.continued(n, block, after)
	return n.made
}

func (g *gen) continued(n, block, after *node) *node {
	if !usesJump(block.body, n.label, true) {
		return &node{kind: sBlock, body: append(append([]*node(nil), block.body...), after.body...)}
	}
	if n.label == "" {
		n.label = strings.ToUpper(g.temp("loop"))
	}
	var rewrite func(m *node, loops int)
	rewrite = func(m *node, loops int) {
		if m == nil || m.kind == kSub || m.kind == sSub {
			return
		}
		switch m.kind {
		case sWhile, sFor, sForeach:
			loops++
		case kJump:
			mine := m.text == n.label || m.text == "" && loops == 0
			switch {
			case mine && m.op == "last":
				m.text = n.label
			case mine && loops == 0:
				m.text = ""
			case mine:
				m.text = n.label + "_BODY"
			}
		}
		for _, k := range m.kids {
			rewrite(k, loops)
		}
		for _, k := range m.body {
			rewrite(k, loops)
		}
	}
	for _, s := range block.body {
		rewrite(s, 0)
	}
	once := &node{kind: sWhile, op: "once", label: n.label + "_BODY", kids: []*node{nil, {kind: sBlock, body: block.body}}, line: block.line}
	return &node{kind: sBlock, body: append([]*node{once}, after.body...)}
}

// readLoop recognizes while (<FH>), while (my $x = <FH>) and the same with
// readdir, shift and each: loops up to undef.
func (g *gen) readLoop(cond *node) (line, topic, of string) {
	if cond == nil {
		return "", "", ""
	}
	if cond.kind == kList && len(cond.kids) == 1 {
		cond = cond.kids[0]
	}
	if cond.kind == kFunc && cond.text == "defined" && len(cond.kids) == 1 {
		if inner := cond.kids[0]; inner.kind == kAssign || inner.kind == kReadline || inner.kind == kList && len(inner.kids) == 1 {
			if inner.kind == kList {
				inner = inner.kids[0]
			}
			if inner.kind == kAssign && inner.op == "" && inner.kids[0].kind == kMy {
				return g.assignLoop(inner)
			}
			if inner.kind == kReadline {
				cond = inner
			}
		}
	}
	switch {
	case cond.kind == kReadline, cond.kind == kFunc && (cond.text == "readline" || cond.text == "readdir"):
		v := g.expr(cond)
		return "var it any = " + v.code, "it", "it"
	case cond.kind == kAssign && cond.op == "" && reads(cond.kids[1]):
		return g.assignLoop(cond)
	}
	return "", "", ""
}

func reads(n *node) bool {
	return n.kind == kReadline || n.kind == kFunc && (n.text == "readline" || n.text == "readdir" || n.text == "glob")
}

func (g *gen) assignLoop(n *node) (line, topic, of string) {
	to := n.kids[0]
	if to.kind == kMy && !to.paren && to.kids[0].kind == kVar && to.kids[0].sigil == '$' {
		v := to.kids[0].v
		v.fixed = true
		c := g.any(n.kids[1])
		if v.global {
			return v.goName + " = " + c, "", v.goName
		}
		return fmt.Sprintf("var %s any = %s%s", v.goName, c, g.posDeclaration(v)), "", v.goName
	}
	if to.kind == kVar && to.sigil == '$' && to.v != nil {
		to.v.fixed = true
		code := to.v.goName + " = " + g.any(n.kids[1])
		if to.v.posUsed {
			code += "\n" + to.v.goName + "Pos = perl.Pos{}"
		}
		return code, "", to.v.goName
	}
	return "", "", ""
}

func (g *gen) posDeclaration(v *variable) string {
	if v.posUsed {
		return "\nvar " + v.goName + "Pos perl.Pos"
	}
	return ""
}

func (g *gen) forStatement(n *node) {
	init, cond, step, block := n.kids[0], n.kids[1], n.kids[2], n.kids[3]
	g.w("{")
	if init != nil {
		g.statementOf(init)
	}
	g.label(n, block.body)
	c, pre := g.lazily(func() val { return val{g.condition(cond), tBool, false} })
	stepText := ""
	if step != nil {
		stepText = strings.TrimSpace(g.capture(func() { g.statementOf(step) }))
	}
	simple := !strings.Contains(stepText, "\n") && !strings.HasPrefix(stepText, "if ") && len(pre) == 0
	if cond == nil {
		c.code = ""
	}
	switch {
	case simple && stepText != "":
		g.w("for ; %s; %s {", c.code, stepText)
	case stepText == "" && len(pre) == 0:
		g.w("for %s {", c.code)
	case !usesJump(block.body, n.label, true):
		g.w("for {")
		g.pre = pre
		g.flushPre()
		if c.code != "" {
			g.w("if %s {\nbreak\n}", negate(c.code))
		}
	default:
		first := g.temp("first")
		g.w("for %s := true; ; %s = false {\nif !%s {\n%s\n}", first, first, first, stepText)
		g.pre = pre
		g.flushPre()
		if c.code != "" {
			g.w("if %s {\nbreak\n}", negate(c.code))
		}
		stepText = ""
	}
	g.loop(block)
	if !simple && stepText != "" {
		g.w("%s", stepText)
	}
	g.w("}\n}")
}

func (g *gen) statementOf(n *node) {
	for _, k := range listOf(n) {
		g.void(k)
		g.flushPost()
	}
}

// changes reports whether statements change a variable, or $_ if v is nil.
func changes(list []*node, v *variable) bool {
	found := false
	is := func(n *node) bool {
		for n != nil && n.kind == kList && len(n.kids) == 1 {
			n = n.kids[0]
		}
		if n == nil {
			return v == nil
		}
		return n.kind == kVar && n.sigil == '$' && (v != nil && n.v == v || v == nil && n.v == nil && n.text == "_")
	}
	walkAll(list, func(n *node) bool {
		switch n.kind {
		case kAssign:
			to := n.kids[0]
			found = found || is(to)
			if to.kind == kList && n.op == "" {
				found = found || slices.ContainsFunc(to.kids, is)
			}
		case kPostop, kRef:
			found = found || is(n.kids[0])
		case kUnop:
			if (n.op == "++" || n.op == "--") && is(n.kids[0]) {
				found = true
			}
		case kSubst, kTrans:
			if is(n.kids[0]) && !strings.Contains(n.mods, "r") && !(n.kind == kTrans && n.op == "" && !strings.Contains(n.mods, "d")) {
				found = true
			}
		case kFunc:
			if (n.text == "chomp" || n.text == "chop") && (len(n.kids) == 0 && v == nil || len(n.kids) > 0 && is(n.kids[0])) {
				found = true
			}
		case kMap:
			if v == nil {
				for _, k := range n.kids[1:] {
					k.walk(func(*node) bool { return !found })
				}
				return false
			}
		case sForeach:
			inner := n.kids[0]
			if inner != nil && inner.kind == kMy {
				inner = inner.kids[0]
			}
			if is(n.kids[1]) && (inner == nil || inner.v != nil) {
				var alias *variable
				if inner != nil {
					alias = inner.v
				}
				found = found || changes(n.kids[2].body, alias)
			}
			if v == nil && n.kids[0] == nil {
				return false
			}
		}
		return !found
	})
	return found
}

// calls reports whether statements call a sub.
func calls(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		found = found || n.kind == kCall || n.kind == kApply || n.kind == kMethod
		return !found && n.kind != kSub
	})
	return found
}

// packageLoop is foreach with a variable of the package, which has its old value
// again behind the loop.
func (g *gen) packageLoop(n *node, v *variable) {
	if jumpsReturn(n.kids[2].body) {
		cannot("P0206", "return from a loop whose variable is one of the package")
	}
	g.fix(v)
	old, element := g.temp("old"), g.prog.nameIn(g.f.fn, v.goName)
	lex := &variable{sigil: '$', name: v.name, goName: element, owner: g.f.fn, fixed: true, reads: 1}
	set := &node{kind: sExpr, line: n.line, kids: []*node{{kind: kAssign, line: n.line, kids: []*node{{kind: kVar, sigil: '$', text: v.name, v: v}, {kind: kVar, sigil: '$', text: v.name, v: lex}}}}}
	body := append([]*node{set}, n.kids[2].body...)
	if changes(n.kids[2].body, v) {
		cannot("P0206", "a loop which changes its variable, one of the package")
	}
	g.w("%s := %s", old, v.goName)
	g.foreach(&node{kind: sForeach, line: n.line, label: n.label, kids: append([]*node{{kind: kVar, sigil: '$', text: v.name, v: lex}, n.kids[1], {kind: sBlock, body: body}}, n.kids[3:]...)})
	g.w("%s = %s", v.goName, old)
}

func hasArray(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		if (k.kind == kVar || k.kind == kDeref) && k.sigil == '@' {
			found = true
		}
		return k.kind == kList || k.kind == kRef || k.kind == kCond
	})
	return found
}

// topicName is the variable that stands for $_: one of the loop, or that of the
// package if subs of the program read it.
func (g *gen) topicName() string {
	if g.prog.topicShared {
		return "perl.Topic"
	}
	return "it"
}

// topicShared begins a block with another value of $_, called name, unless the block has
// the variable v instead. It has a position of its own for //g.
func (g *gen) topicShared(name string, v *variable, block []*node) {
	if v != nil {
		return
	}
	if g.prog.topicShared {
		g.w("perl.Topic = %s", name)
	}
	if matchesTopic(block) {
		g.freshPos(g.topicName())
	}
}

// freshPos writes that $_ has a new value, in which no match with /g has been found.
func (g *gen) freshPos(topic string) {
	if topic == "perl.Topic" {
		g.w(`perl.TopicPos().Set("", nil)`)
	} else {
		g.w("var %sPos perl.Pos", topic)
	}
}

func scalars(n *node) bool {
	one := func(k *node) bool {
		return k.kind == kVar && k.sigil == '$' && k.v != nil || k.kind == kKey || k.kind == kIndex && !isArgs(k.kids[0])
	}
	if one(n) {
		return true
	}
	if n.kind != kList || len(n.kids) == 0 {
		return false
	}
	for _, k := range n.kids {
		if !one(k) {
			return false
		}
	}
	return true
}

// numeric reports whether a range that begins with n is one of numbers.
func (g *gen) numeric(n *node) bool {
	switch n.kind {
	case kNum, kLast, kBinop:
		return true
	case kUnop:
		return n.op == "-"
	case kVar:
		return n.v != nil && (g.typeOf(n.v) == tInt || g.typeOf(n.v) == tFloat)
	}
	return false
}

// jump writes next, last or redo.
func (g *gen) jump(n *node) {
	if n.op == "redo" {
		g.redo(n)
		return
	}
	if l := g.f.leave; l != nil && g.f.loops == 0 && n.text == "" {
		if n.op == "next" {
			l.next = true
			g.w("%s = 2\nreturn", l.flag)
		} else {
			l.last = true
			g.w("%s = 3\nreturn", l.flag)
		}
		return
	}
	if g.f.loops == 0 {
		cannot("P0208", "%s leaves a sub or a block that is a function in Go", n.op)
	}
	word := "continue"
	if n.op == "last" {
		word = "break"
	}
	if n.text != "" && !g.f.labels[n.text] {
		cannot("P0208", "%s %s: no loop of this function has the label", n.op, n.text)
	}
	if n.text != "" {
		word += " " + goLabel(n.text)
	}
	g.w("%s", word)
}
