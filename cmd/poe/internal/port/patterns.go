package port

import (
	"fmt"
	"regexp"
	"strings"
)

// flagsOf returns the modifiers that belong to the pattern itself.
func flagsOf(mods string) string {
	out := ""
	for _, f := range "imsx" {
		if strings.ContainsRune(mods, f) {
			out += string(f)
		}
	}
	return out
}

// regexp returns code of a compiled pattern.
func (g *gen) regexp(re *node, mods string) string {
	flags := flagsOf(mods)
	if re.kind == kStr {
		if bad := badPattern(re.text, flags); bad != "" {
			cannot("P0401", "%s", bad)
		}
		return g.staticRegexp(re.text, flags)
	}
	if re.kind == kInterp && len(re.kids) == 1 {
		v := g.expr(re.kids[0])
		if v.typ == tRE && flags == "" {
			return v.code
		}
		if !isListy(re.kids[0]) {
			return "perl.Pattern(" + v.code + ", " + quote(flags) + ")"
		}
	}
	if re.kind == kInterp {
		return "perl.RE(" + g.str(re) + ", " + quote(flags) + ")"
	}
	return "perl.Pattern(" + g.any(re) + ", " + quote(flags) + ")"
}

func (g *gen) staticRegexp(text, flags string) string {
	key := flags + "/" + text
	name, ok := g.regexps[key]
	if !ok {
		name = fmt.Sprintf("re%d", len(g.regexps)+1)
		g.regexps[key] = name
		g.reList = append(g.reList, fmt.Sprintf("%s = perl.RE(%s, %q)", name, quote(text), flags))
	}
	return name
}

// target returns the code of the string that a pattern is matched with.
func (g *gen) target(n *node) string {
	if n.kids[0] == nil {
		t := g.topic()
		return "perl.Str(" + t + ")"
	}
	return g.str(n.kids[0])
}

// match is m// in scalar context.
func (g *gen) match(n *node) val {
	re := n.kids[1]
	if n.op == "qr" && n.kids[0] == nil {
		return val{g.regexp(re, n.mods), tRE, true}
	}
	g.notEmpty(n)
	if v, ok := g.plainMatch(n, n.kids[1]); ok {
		return v
	}
	g.f.match = true
	if strings.Contains(n.mods, "g") {
		pos := g.pos(n.kids[0])
		return val{fmt.Sprintf("m.Next(%s, %s, %s, %v)", g.regexp(re, n.mods), g.target(n), pos, strings.Contains(n.mods, "c")), tBool, false}
	}
	s := g.target(n)
	return val{fmt.Sprintf("m.Match(%s, %s)", g.regexp(re, n.mods), s), tBool, false}
}

// notEmpty refuses the empty pattern, which is the last one that has matched.
func (g *gen) notEmpty(n *node) {
	if re := n.kids[1]; re.kind == kStr && re.text == "" && n.op != "qr" {
		cannot("P0401", "the empty pattern means the last one that has matched")
	}
}

// pos returns where the position of //g of a variable is kept.
func (g *gen) pos(n *node) string {
	for n != nil && n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n == nil || n.kind == kVar && n.v == nil && n.text == "_" {
		if t := g.topic(); t != "perl.Topic" {
			return "&" + t + "Pos"
		}
		return "perl.TopicPos()"
	}
	if n.kind == kVar && n.v != nil && n.sigil == '$' {
		n.v.posUsed = true
		return "&" + n.v.goName + "Pos"
	}
	if n.kind == kKey {
		return fmt.Sprintf("perl.PosOf(%s, %s)", g.container(n.kids[0]), g.str(n.kids[1]))
	}
	if n.kind == kDeref && n.sigil == '$' {
		return "perl.PosOfRef(" + g.any(n.kids[0]) + ")"
	}
	cannot("P0402", "//g in scalar context on this")
	return ""
}

// continues reports whether m//g in list context may begin where another match has
// ended, or where it ends matters.
func (g *gen) continues(n *node) bool {
	target := n.kids[0]
	for target != nil && target.kind == kList && len(target.kids) == 1 {
		target = target.kids[0]
	}
	switch {
	case strings.Contains(n.mods, "c"):
		return true
	case target == nil || target.kind == kVar && target.v == nil && target.text == "_":
		return g.topic() != "perl.Topic" || g.prog.topicMatched
	case target.kind == kVar:
		return target.v != nil && target.v.posUsed
	}
	return target.kind == kKey && g.prog.elementMatched
}

// furtherMatch reports whether a node is m//g.
func furtherMatch(n *node) bool {
	return n.kind == kMatch && n.op != "qr" && strings.Contains(n.mods, "g")
}

// matchesTopic reports whether statements match $_ with /g.
func matchesTopic(list []*node) bool {
	found := false
	walkAll(list, func(n *node) bool {
		found = found || furtherMatch(n) && (n.kids[0] == nil || n.kids[0].kind == kVar && n.kids[0].text == "_") || n.kind == kFunc && n.text == "pos"
		return !found
	})
	return found
}

// findFurther finds out whether the program matches $_ or elements of hashes with /g.
func (p *program) findFurther() {
	p.topicMatched = matchesTopic(p.statements)
	walkAll(p.statements, func(n *node) bool {
		p.elementMatched = p.elementMatched || furtherMatch(n) && n.kids[0] != nil && n.kids[0].kind == kKey
		return !p.elementMatched
	})
}

// matchList is m// in list context.
func (g *gen) matchList(n *node) string {
	g.notEmpty(n)
	g.f.match = true
	s := g.target(n)
	re := g.regexp(n.kids[1], n.mods)
	if strings.Contains(n.mods, "g") {
		if g.continues(n) {
			return fmt.Sprintf("m.AllFrom(%s, %s, %s, %v)", re, s, g.pos(n.kids[0]), strings.Contains(n.mods, "c"))
		}
		return fmt.Sprintf("m.All(%s, %s)", re, s)
	}
	return fmt.Sprintf("m.List(%s, %s)", re, s)
}

// replacement returns a function for the right side of s///.
func (g *gen) replacement(n *node) string {
	g.f.match = true
	fr := g.closureFrame(rAny)
	if n.repl.kind == kDo {
		noReturn(n.repl.body)
		body := g.inFrame(fr, func() { g.bodyWithValue(n.repl.body) })
		if strings.Count(body, "\n") == 1 {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(body), "return "); ok {
				return "func() string { return perl.Str(" + rest + ") }"
			}
		}
		return "func() string {\nreturn perl.Str(func() any {\n" + body + "}())\n}"
	}
	var code string
	body := g.inFrame(fr, func() {
		code = g.str(n.repl)
		g.flushPre()
		g.w("return %s", code)
	})
	if strings.Count(body, "\n") == 1 {
		return "func() string { " + strings.TrimSpace(body) + " }"
	}
	return "func() string {\n" + body + "}"
}

// subst is s/// as a value.
func (g *gen) subst(n *node) val {
	g.notEmpty(n)
	re := g.regexp(n.kids[1], n.mods)
	all := strings.Contains(n.mods, "g")
	with := g.replacement(n)
	if strings.Contains(n.mods, "r") {
		return val{fmt.Sprintf("perl.Replaced(m.Replace(%s, %s, %v, %s))", re, g.target(n), all, with), tStr, false}
	}
	target := n.kids[0]
	for target != nil && target.kind == kList && len(target.kids) == 1 {
		target = target.kids[0]
	}
	if target != nil && target.kind == kAssign && target.op == "" {
		// (my $x = $y) =~ s/.../.../
		g.void(target)
		g.hoistOut()
		if target = target.kids[0]; target.kind == kMy {
			target = target.kids[0]
		}
	}
	if target != nil && target.kind == kVar && target.v != nil && g.typeOf(target.v) == tStr && target.v.sync == "" {
		return val{fmt.Sprintf("m.SubstText(&%s, %s, %v, %s)", target.v.goName, re, all, with), tInt, false}
	}
	return val{fmt.Sprintf("m.Subst(%s, %s, %v, %s)", g.substPointer(target), re, all, with), tInt, false}
}

// hoistOut moves what has been written for this statement so far in front of it.
func (g *gen) hoistOut() {
	g.flushPre()
}

func (g *gen) substPointer(target *node) string {
	if target == nil {
		if len(g.topicSync) > 0 && g.topic() == g.topicName() {
			g.post = append(g.post, g.topicSync[len(g.topicSync)-1])
		}
		return "&" + g.topic()
	}
	if target.kind == kVar && target.v != nil && target.v.sync != "" {
		g.post = append(g.post, target.v.sync)
	}
	if target.kind == kVar && target.v == nil && target.text == "_" {
		return g.substPointer(nil)
	}
	return g.pointer(target)
}

func (g *gen) substStatement(n *node) {
	v := g.subst(n)
	g.flushPre()
	if strings.HasPrefix(v.code, "perl.Replaced(") {
		g.w("_ = %s", v.code)
		return
	}
	g.w("%s", v.code)
}

// trans is tr///.
func (g *gen) trans(n *node) val {
	from, to := n.text, n.op
	args := fmt.Sprintf("%s, %s, %q", quote(from), quote(to), strings.ReplaceAll(n.mods, "r", ""))
	target := n.kids[0]
	for target != nil && target.kind == kList && len(target.kids) == 1 {
		target = target.kids[0]
	}
	if strings.Contains(n.mods, "r") {
		return val{fmt.Sprintf("perl.Replaced(perl.Translate(%s, %s))", g.target(n), args), tStr, false}
	}
	if (to == "" && !strings.Contains(n.mods, "d") || to == from) && !strings.Contains(n.mods, "s") {
		return val{fmt.Sprintf("perl.Count(perl.Translate(%s, %s))", g.target(n), args), tInt, false}
	}
	if target != nil && target.kind == kAssign && target.op == "" {
		g.void(target)
		g.hoistOut()
		if target = target.kids[0]; target.kind == kMy {
			target = target.kids[0]
		}
	}
	return val{fmt.Sprintf("perl.TranslateAt(%s, %s)", g.substPointer(target), args), tInt, false}
}

// noEngine finds what neither engine has: code, recursion, verbs, branch reset.
var noEngine = regexp.MustCompile(`\(\?(?:\?\{|\{|R\)|[-+]?\d+\)|&|P>|P=|\|)|\(\*|\\[KXC]`)

// badPattern says why a pattern has no translation.
func badPattern(text, flags string) string {
	if bad := noEngine.FindString(strings.ReplaceAll(text, `\\`, "")); bad != "" && !strings.Contains(text, `\`+bad) {
		return "the pattern has " + bad
	}
	return ""
}

// mapGrep is map or grep in list context.
func (g *gen) mapGrep(n *node) string {
	noReturn(n.body)
	if changesTopic(n) {
		if code, ok := g.mapAlias(n); ok {
			return code
		}
	}
	list := g.cat(n.kids[1:])
	fr := g.closureFrame(rList)
	fr.topics = append(append([]string(nil), g.f.topics...), g.topicName())
	fr.loops = 0
	if changesTopic(n) {
		g.report.note("P0403", n.line, g.sub, n.text+" changes $_: the elements of the list stay as they are")
	}
	if n.text == "grep" {
		fr.mode = rBool
		body := g.inFrame(fr, func() {
			g.topicShared("it", nil, mapped(n))
			if n.block {
				g.bodyWithValue(n.body)
			} else {
				code := g.cond(n.kids[0])
				g.flushPre()
				g.w("return %s", code)
			}
		})
		return "perl.Grep(" + list + ", " + closure("it any", "bool", body) + ")"
	}
	single := n.block && len(n.body) == 1 && n.body[0].kind == sExpr && len(n.body[0].kids) == 1 && !isListy(n.body[0].kids[0]) && n.body[0].kids[0].kind != kReturn ||
		!n.block && !isListy(n.kids[0])
	result, f := "[]any", "perl.Map"
	if single {
		fr.mode, result, f = rAny, "any", "perl.Map1"
	}
	body := g.inFrame(fr, func() {
		g.topicShared("it", nil, mapped(n))
		switch {
		case n.block:
			g.bodyWithValue(n.body)
		case single:
			code := g.any(n.kids[0])
			g.flushPre()
			g.w("return %s", code)
		default:
			code := g.list(n.kids[0])
			g.flushPre()
			g.w("return %s", code)
		}
	})
	return f + "(" + list + ", " + closure("it any", result, body) + ")"
}

// mapped is what map or grep evaluates for each element.
func mapped(n *node) []*node {
	if n.block {
		return n.body
	}
	return n.kids[:1]
}

// mapAlias is map or grep which changes the elements of an array through $_.
func (g *gen) mapAlias(n *node) (string, bool) {
	list := &node{kind: kList, kids: n.kids[1:]}
	for list.kind == kList && len(list.kids) == 1 {
		list = list.kids[0]
	}
	list = g.assignedArray(list)
	var code string
	switch {
	case isArgs(list) && g.f.fn != nil && !g.f.handler:
		code = "args"
	case (list.kind == kVar || list.kind == kDeref) && list.sigil == '@' && !isArgs(list):
		code = g.container(list) + ".All()"
	default:
		return "", false
	}
	fr := g.closureFrame(rList)
	fr.topics = append(append([]string(nil), g.f.topics...), g.topicName())
	word, result := "perl.MapInPlace", "[]any"
	if n.text == "grep" {
		fr.mode, word, result = rBool, "perl.GrepInPlace", "bool"
	}
	body := g.inFrame(fr, func() {
		g.w("it := *item")
		g.topicShared("it", nil, mapped(n))
		g.w("defer func() { *item = %s }()", g.topicName())
		switch {
		case n.block:
			g.bodyWithValue(n.body)
		case n.text == "grep":
			c := g.cond(n.kids[0])
			g.flushPre()
			g.w("return %s", c)
		default:
			c := g.list(n.kids[0])
			g.flushPre()
			g.w("return %s", c)
		}
	})
	return word + "(" + code + ", " + closure("item *any", result, body) + ")", true
}

// assignedArray writes the assignment to an array which stands in the place of a list,
// and returns the array: what changes the elements changes it.
func (g *gen) assignedArray(list *node) *node {
	if list.kind != kAssign || list.op != "" {
		return list
	}
	to := list.kids[0]
	if to.kind == kMy && !to.paren {
		to = to.kids[0]
	}
	if to.kind != kVar || to.sigil != '@' || isArgs(to) {
		return list
	}
	g.hoist(strings.TrimSpace(g.capture(func() {
		g.void(list)
		g.flushPost()
	})))
	return to
}

func changesTopic(n *node) bool {
	if n.block {
		return changes(n.body, nil)
	}
	return changes([]*node{n.kids[0]}, nil)
}

// mapStatement is map in void context: a loop.
func (g *gen) mapStatement(n *node) {
	list := &node{kind: kList, kids: n.kids[1:], line: n.line}
	body := &node{kind: sBlock, body: n.body, line: n.line}
	if !n.block {
		body.body = []*node{{kind: sExpr, kids: []*node{n.kids[0]}, line: n.line}}
	}
	g.foreach(&node{kind: sForeach, kids: []*node{nil, list, body}, line: n.line})
}

func closure(params, result, body string) string {
	if strings.Count(body, "\n") == 1 {
		return "func(" + params + ") " + result + " { " + strings.TrimSpace(body) + " }"
	}
	return "func(" + params + ") " + result + " {\n" + body + "}"
}

// sort is sort in list context.
func (g *gen) sort(n *node) string {
	list := g.cat(n.kids[1:])
	by := n.kids[0]
	switch {
	case by == nil:
		return "perl.Sort(" + list + ")"
	case by.kind == kSub && by.block:
		fr := g.closureFrame(rInt)
		fr.pair = true
		body := g.inFrame(fr, func() { g.bodyWithValue(by.body) })
		return "perl.SortBy(" + list + ", " + closure("a, b any", "int", body) + ")"
	case by.kind == kCall:
		f := g.findSub(by.text)
		if f == nil {
			cannot("P0404", "sort by a sub that is not there")
		}
		if f.node.mods == "$$" { // it takes the two as arguments
			return fmt.Sprintf("perl.SortByArgs(%s, %s)", list, f.goName)
		}
		return fmt.Sprintf("perl.SortBySub(%s, %s)", list, f.goName)
	}
	return fmt.Sprintf("perl.SortBySub(%s, perl.CodeOf(%s).Fn)", list, g.any(by))
}

// print is print, printf or say.
func (g *gen) print(n *node) val {
	h, args := n.kids[0], n.kids[1:]
	if n.text == "printf" {
		if h == nil {
			return val{"perl.Print(perl.Sprintf(" + g.formatArgs(args) + "))", tBool, false}
		}
		return val{"perl.PrintTo(" + g.handle(h) + ", perl.Sprintf(" + g.formatArgs(args) + "))", tBool, false}
	}
	list := ""
	if len(args) == 0 {
		list = g.topic()
	} else {
		list = g.spreadAll(args)
	}
	if n.text == "say" {
		if list == "" || strings.HasSuffix(list, "...") {
			list = "perl.Cat(" + strings.TrimSuffix(list, "...") + `, perl.L("\n"))...`
		} else {
			list += `, "\n"`
		}
	}
	if h == nil {
		return val{"perl.Print(" + list + ")", tBool, false}
	}
	if h.kind == kBare && (h.text == "STDERR" || h.text == "STDOUT") {
		return val{g.glob(h).code + ".Print(" + list + ")", tBool, false}
	}
	return val{"perl.PrintTo(" + commaJoin(g.handle(h), list) + ")", tBool, false}
}

// plainPrint is print as a statement in a program where it is fmt.Print.
func (g *gen) plainPrint(n *node) (string, bool) {
	if !g.prog.plainPrint || n.kids[0] != nil || n.text == "printf" || len(n.kids) == 1 {
		return "", false
	}
	var parts []string
	for _, k := range n.kids[1:] {
		if isListy(k) && k.kind != kCall && k.kind != kMethod || k.kind == kCall || k.kind == kMethod {
			return "", false
		}
		s := g.operandStr(k)
		parts = append(parts, paren2(s))
	}
	line := n.text == "say"
	last := parts[len(parts)-1]
	if rest, ok := strings.CutSuffix(last, `\n"`); ok && !line && !strings.HasSuffix(rest, `\`) {
		line = true
		parts[len(parts)-1] = rest + `"`
		if strings.HasSuffix(parts[len(parts)-1], ` + ""`) {
			parts[len(parts)-1] = strings.TrimSuffix(parts[len(parts)-1], ` + ""`)
		} else if parts[len(parts)-1] == `""` {
			parts = parts[:len(parts)-1]
		}
	}
	code := strings.Join(parts, " + ")
	if line {
		return "fmt.Println(" + code + ")", true
	}
	return "fmt.Print(" + code + ")", true
}

// formatArgs are the arguments of sprintf.
func (g *gen) formatArgs(args []*node) string {
	if len(args) == 0 {
		return `""`
	}
	if isListy(args[0]) {
		t := g.temp("list")
		g.hoist(t + " := " + g.cat(args))
		return fmt.Sprintf("perl.Str(perl.At(%s, 0)), perl.From(%s, 1)...", t, t)
	}
	return g.withArgs(g.str(args[0]), args[1:])
}
