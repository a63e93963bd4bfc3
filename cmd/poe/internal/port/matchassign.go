package port

import (
	"fmt"
	"regexp/syntax"
	"strings"
)

// matchOrLeave writes my (...) = TEXT =~ PATTERN or return, and the like: where the
// pattern does not match, nothing reads the variables, so they are the groups.
func (g *gen) matchOrLeave(n *node) bool {
	a, leave := assignment(n.kids[0]), n.kids[1]
	if n.op != "||" || a.kind != kAssign || a.op != "" || !leavesHere(leave) {
		return false
	}
	to, from := a.kids[0], assignment(a.kids[1])
	if to.kind != kMy || !to.paren || to.text != "my" || from.kind != kMatch || from.op == "qr" || strings.Contains(from.mods, "g") || from.kids[1].kind != kStr {
		return false
	}
	groups := groupsOf(from.kids[1].text, flagsOf(from.mods))
	if len(groups) == 0 || hasVariable(leave, to.kids) {
		return false
	}
	for _, k := range to.kids {
		if isListTarget(k) || k.kind == kVar && k.v == nil {
			return false
		}
	}
	g.notEmpty(from)
	g.f.match = true
	s := g.target(from)
	c := fmt.Sprintf("m.Match(%s, %s)", g.regexp(from.kids[1], from.mods), s)
	if v, ok := g.plainCapture(from); ok {
		c = v + ", " + s + ")"
	}
	g.flushPre()
	g.w("if %s {", negate(c))
	g.void(leave)
	g.flushPre()
	g.flushPost()
	g.w("}")
	for i, k := range to.kids {
		c := val{"nil", tAny, true}
		if i < len(groups) && groups[i] {
			c = val{fmt.Sprintf("m.Text(%d)", i+1), tStr, false}
		} else if i < len(groups) {
			c = val{fmt.Sprintf("m.Group(%d)", i+1), tAny, true}
		}
		g.setScalar(to, k, c)
	}
	return true
}

// leavesHere reports whether an expression never goes on to the next statement.
func leavesHere(n *node) bool {
	return n.kind == kReturn || n.kind == kJump && n.op != "redo" || n.kind == kFunc && (n.text == "die" || n.text == "exit")
}

// hasVariable reports whether an expression has one of the variables.
func hasVariable(n *node, vars []*node) bool {
	found := false
	n.walk(func(k *node) bool {
		for _, v := range vars {
			found = found || k.kind == kVar && k.v != nil && k.v == v.v
		}
		return !found
	})
	return found
}

// groupsOf returns for each group of a pattern whether it takes part in every match;
// nothing if the pattern is not understood.
func groupsOf(pattern, flags string) []bool {
	if strings.Contains(flags, "x") {
		return nil
	}
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	groups := make([]bool, re.MaxCap())
	certainGroups(re, groups)
	return groups
}

// certainGroups marks the groups without which the pattern does not match.
func certainGroups(re *syntax.Regexp, groups []bool) {
	switch re.Op {
	case syntax.OpStar, syntax.OpQuest, syntax.OpAlternate:
		return
	case syntax.OpRepeat:
		if re.Min == 0 {
			return
		}
	case syntax.OpCapture:
		groups[re.Cap-1] = true
	}
	for _, sub := range re.Sub {
		certainGroups(sub, groups)
	}
}
