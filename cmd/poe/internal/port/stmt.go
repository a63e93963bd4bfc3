package port

import (
	"fmt"
	"os"
	"runtime"
	"strings"
)

func (g *gen) statements(list []*node) { g.firstStatements(list, len(list)) }

// firstStatements writes the first n statements of a list. It reports whether what
// follows cannot be reached; all of the list has been dealt with then.
func (g *gen) firstStatements(list []*node, n int) (ended bool) {
	for i, s := range list[:n] {
		rest := list[i+1:]
		g.single = len(list) == 1
		saved := g.keepCaptures(s, rest)
		g.statement(s)
		if g.dead(s) {
			if len(rest) > 0 {
				g.skipRest(rest)
			}
			return true
		}
		if saved != "" {
			g.w("m = %s", saved)
		}
	}
	return false
}

// skipRest counts statements behind a return, which cannot be reached, and writes
// the subs among them.
func (g *gen) skipRest(list []*node) {
	for _, n := range list {
		if n.kind == sSub || n.kind == sPackage || n.kind == sUse {
			g.statement(n)
			continue
		}
		text := g.capture(func() { g.statement(n) })
		if strings.TrimSpace(text) != "" {
			g.w("// Not reached in Perl either:")
			for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
				if !strings.HasPrefix(line, "//perl:") {
					g.w("// %s", line)
				}
			}
		}
	}
}

// dead reports whether nothing behind the statement can be reached.
func (g *gen) dead(n *node) bool {
	if n == nil {
		return false
	}
	switch n.kind {
	case sExpr:
		k := n.kid(0)
		return k != nil && (k.kind == kReturn || k.kind == kJump) && !g.todoSeen[n]
	case sBlock:
		return n.label == "" && false
	case sIf:
		if len(n.kids)%2 == 0 {
			return false
		}
		for i := 1; i < len(n.kids); i += 2 {
			if !g.deadBlock(n.kids[i]) {
				return false
			}
		}
		return g.deadBlock(n.kids[len(n.kids)-1])
	}
	return false
}

func (g *gen) deadBlock(b *node) bool {
	return b != nil && len(b.body) > 0 && g.dead(b.body[len(b.body)-1])
}

// statement writes a statement. What cannot be translated becomes a TODO.
func (g *gen) statement(n *node) {
	if n.blank && g.out.Len() > 0 {
		g.w("")
	}
	for _, c := range n.notes {
		if !strings.HasPrefix(c, "#!") {
			g.w("//%s", oneLine2(strings.TrimLeft(c, "#")))
		}
	}
	if n.line > 0 {
		g.line = n.line
	}
	g.count0(n)
	g.account(n)
	start := g.out.Len()
	text := g.out.String()[:start]
	pre, post, f := g.pre, g.post, *g.f
	g.pre, g.post = nil, nil
	defer func() {
		if e := recover(); e != nil {
			t, ok := e.(todo)
			if !ok {
				t = faultTODO(e)
			}
			g.out.Reset()
			g.out.WriteString(text)
			locals := g.f.match
			cur := g.f
			*cur = f
			cur.match = locals || f.match
			g.todoStatement(n, t)
		}
		g.pre, g.post = pre, post
	}()
	g.mark(n)
	g.rawStatement(n)
	g.flushPost()
}

// faultTODO is what takes the place of a statement on which the translator failed.
// With POE_PORT_PANIC in the environment it panics with e once more.
func faultTODO(e any) todo {
	if _, ok := e.(runtime.Error); !ok || os.Getenv("POE_PORT_PANIC") != "" {
		panic(e)
	}
	return todo{"P0003", fmt.Sprintf("poe port failed on this statement: %v", e)}
}

// mark notes the line of Perl that a statement comes from in a comment, which
// becomes an entry of the table of lines. A closure of one statement has none.
func (g *gen) mark(n *node) {
	if single := g.single; n.line > 0 && !(single && g.f.closure) {
		switch n.kind {
		case sSub, sPackage, sUse, sBlock:
		default:
			g.w("//perl:%d%s", n.line, strings.TrimRight(":"+strings.ReplaceAll(g.file, " ", "?"), ":"))
		}
	}
	g.single = false
}

func oneLine2(s string) string { return strings.ToValidUTF8(strings.TrimRight(s, "\r "), "?") }

// account notes that a statement has been written.
func (g *gen) account(n *node) {
	if !g.dry {
		g.prog.accounted[n] = true
	}
}

// count0 counts a statement for the report.
func (g *gen) count0(n *node) {
	switch n.kind {
	case sSub, sPackage, sUse, sBlock:
	default:
		g.report.Statements++
	}
}

func (g *gen) todoStatement(n *node, t todo) {
	g.todoSeen[n] = true
	n.walk(func(k *node) bool {
		g.account(k)
		return true
	})
	g.report.todo(t.code, n.line, g.sub, t.why, n.source)
	// What the statement declares must exist for those that follow.
	n.walk(func(k *node) bool {
		if k.kind == kSub || k.kind == sSub {
			return false
		}
		if k.kind == kMy && k.text != "our" && k.text != "state" {
			for _, v := range k.kids {
				if v.v != nil && !v.v.global {
					v.v.fixed = true
					g.w("%s", g.declaration(v.v))
					g.w("_ = %s", v.v.goName)
				}
			}
		}
		return true
	})
	source := n.source
	if source == "" {
		source = t.why
	}
	for line := range strings.SplitSeq(strings.TrimSpace(source), "\n") {
		g.w("// Perl: %s", oneLine(line))
	}
	g.w("perl.TODO(%q, %s) // %s", t.code, quote(oneLine(source)), oneLine(t.why))
}

func (g *gen) declaration(v *variable) string {
	switch v.sigil {
	case '@':
		return v.goName + " := perl.NewArray()"
	case '%':
		return v.goName + " := perl.NewHash()"
	}
	s := fmt.Sprintf("var %s %s", v.goName, orAny(g.typeOf(v)))
	if v.posUsed {
		s += "\nvar " + v.goName + "Pos perl.Pos"
	}
	return s
}

func orAny(t typ) typ {
	if t == tNone {
		return tAny
	}
	return t
}

func (g *gen) rawStatement(n *node) {
	switch n.kind {
	case sExpr:
		if len(n.kids) > 0 && n.kids[0].kind != kEmpty {
			g.void(n.kids[0])
		}
	case sIf:
		g.ifStatement(n)
	case sWhile:
		g.whileStatement(n)
	case sFor:
		g.forStatement(n)
	case sForeach:
		g.foreach(n)
	case sBlock:
		g.blockStatement(n)
	case sSub:
		g.namedSub(n)
	case sPackage:
		old := g.pkg
		g.pkg = n.text
		if n.block {
			g.statements(n.body)
			g.pkg = old
		}
	case sUse:
		g.use(n)
	case sBad:
		cannot("P0001", "not understood: %s", n.text)
	default:
		cannot("P0002", "statement of kind %d", n.kind)
	}
}

func (g *gen) ifStatement(n *node) { g.branches(n, g.body) }

// branches writes an if with its elsif and else branches, whose blocks body writes.
// It reports whether an elsif is nested in an else, because statements come before
// its condition.
func (g *gen) branches(n *node, body func(*node)) (nested bool) {
	closing := 0
	if n.modifier { // what its statement declares lives on
		g.predeclare(n, n.kids[1].body...)
		g.flushPre()
	}
	for i := 0; i+1 < len(n.kids); i += 2 {
		c, pre := g.lazily(func() val { return val{g.condition(n.kids[i]), tBool, false} })
		if i > 0 && len(pre) == 0 {
			g.w("} else if %s {", c.code)
		} else {
			if i > 0 {
				g.w("} else {")
				closing++
			}
			g.pre = pre
			g.flushPre()
			g.w("if %s {", c.code)
		}
		body(n.kids[i+1])
	}
	if len(n.kids)%2 == 1 {
		g.w("} else {")
		body(n.kids[len(n.kids)-1])
	}
	g.w("}%s", strings.Repeat("\n}", closing))
	return closing > 0
}
