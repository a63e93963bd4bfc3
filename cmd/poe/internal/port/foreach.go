package port

import (
	"fmt"
	"slices"
	"strings"
)

// foreachLoop is a foreach that is being written.
type foreachLoop struct {
	g       *gen
	n       *node
	list    *node
	block   *node
	v       *variable // the loop's, nil for $_
	name    string    // of the loop's variable in Go
	element string    // the name that the block has for it
	used    bool      // the block reads it
	changed bool      // the block changes it, and so the list
	topics  []string  // those of the block; the list has them without the loop's own
}

// foreach writes a foreach, as the loop in Go that fits its list.
func (g *gen) foreach(n *node) {
	l := &foreachLoop{g: g, n: n, list: n.kids[1], block: n.kids[2], name: "it"}
	if len(n.kids) > 3 {
		l.block = g.withContinue(n, l.block, n.kids[3])
	}
	if l.v = loopVariable(n.kids[0]); l.v != nil {
		l.name = l.v.goName
	}
	l.changed = changes(l.block.body, l.v) || l.v == nil && g.prog.topicChanged && calls(l.block.body)
	l.used = l.v == nil || l.v.reads > 0
	switch {
	case l.v == nil:
		defer l.enterTopic()()
	case l.v.packaged:
		// A package variable is local to the loop: subs which the loop calls see it.
		g.packageLoop(n, l.v)
		return
	case l.v.global:
		defer func(old string) { l.v.goName = old }(l.v.goName)
		l.v.goName += "Item"
		l.name = l.v.goName
	}
	l.element = l.name
	if l.v == nil {
		l.element = g.topicName()
	}
	for l.list.kind == kList && len(l.list.kids) == 1 {
		l.list = l.list.kids[0]
	}
	// The code of the list is made in the scope outside.
	l.topics = g.f.topics
	if l.v == nil {
		g.f.topics = g.f.topics[:len(g.f.topics)-1]
	}
	l.write()
}

// loopVariable returns the variable of a foreach, nil for $_.
func loopVariable(n *node) *variable {
	if n == nil {
		return nil
	}
	if n.kind == kMy {
		n = n.kids[0]
	}
	if n.v == nil && n.text != "_" {
		cannot("P0205", "foreach with a special variable")
	}
	return n.v
}

// enterTopic makes a topic of the loop's own, and returns what ends it.
func (l *foreachLoop) enterTopic() (leave func()) {
	g := l.g
	saved := g.f.topics
	g.f.topics = append(g.f.topics, g.topicName())
	if !g.prog.topicShared {
		return func() { g.f.topics = saved }
	}
	old := g.temp("topic")
	g.flushPre()
	g.w("%s := perl.Topic", old)
	return func() {
		g.w("perl.Topic = %s", old)
		g.f.topics = saved
	}
}

// write chooses the loop by the list.
func (l *foreachLoop) write() {
	if l.changed {
		l.list = l.g.assignedArray(l.list)
	}
	list := l.list
	switch {
	case l.changed && (list.kind == kVar || list.kind == kDeref) && list.sigil == '@' && !isArgs(list):
		l.overArray()
	case l.changed && isArgs(list) && l.g.f.fn != nil && !l.g.f.handler:
		l.overArgs()
	case l.changed && list.kind == kFunc && list.text == "values":
		l.overValues()
	case l.changed && scalars(list):
		l.overScalars()
	case l.changed && aliased(list):
		l.overRefs()
	case list.kind == kRange && l.g.numeric(list.kids[0]):
		l.overRange()
	default:
		l.overList()
	}
}

// enter begins the block's scope, before the head of the loop in Go.
func (l *foreachLoop) enter() {
	l.g.f.topics = l.topics
	l.g.flushPre()
	l.g.label(l.n, l.block.body)
}

// unused keeps Go from refusing a variable that the block does not read.
func (l *foreachLoop) unused() {
	if !l.used {
		l.g.w("_ = %s", l.name)
	}
}

// body writes the block and the end of the loop. After each change of the element
// comes sync, if there is any, which changes the list.
func (l *foreachLoop) body(sync string) {
	g := l.g
	g.topicShared(l.name, l.v, []*node{l.block})
	switch {
	case sync == "":
		g.loop(l.block)
	case l.v != nil:
		old := l.v.sync
		l.v.sync = sync
		g.loop(l.block)
		l.v.sync = old
	default:
		g.topicSync = append(g.topicSync, sync)
		g.loop(l.block)
		g.topicSync = g.topicSync[:len(g.topicSync)-1]
	}
	g.w("}")
}

// overArray is a loop that changes the elements of an array.
func (l *foreachLoop) overArray() {
	g := l.g
	a := g.container(l.list)
	i := g.temp("i")
	if !simpleCode.MatchString(a) || strings.Contains(a, "(") {
		t := g.temp("list")
		g.flushPre()
		g.w("%s := %s", t, a)
		a = t
	}
	l.enter()
	g.w("for %s := 0; %s < %s.Len(); %s++ {", i, i, a, i)
	g.w("var %s any = %s.Get(%s)", l.name, a, i)
	l.unused()
	l.body(fmt.Sprintf("%s.Set(%s, %s)", a, i, l.element))
}

// overArgs is a loop that changes the arguments of its sub.
func (l *foreachLoop) overArgs() {
	g := l.g
	i := g.temp("i")
	l.enter()
	g.w("for %s := range args {", i)
	g.w("%s := args[%s]", l.name, i)
	l.unused()
	l.body(fmt.Sprintf("args[%s] = %s", i, l.element))
}

// overValues is a loop that changes the values of a hash.
func (l *foreachLoop) overValues() {
	g := l.g
	h := g.container(l.list.kids[0])
	k := g.temp("key")
	l.enter()
	g.w("for _, %s := range %s.Keys() {", k, h)
	g.w("%s := %s.Get(perl.Str(%s))", l.name, h, k)
	l.position()
	l.unused()
	l.body(fmt.Sprintf("%s.Set(perl.Str(%s), %s)", h, k, l.element))
}

// position declares where matches with /g continue in the variable, if any does.
func (l *foreachLoop) position() {
	if l.v != nil && l.v.posUsed {
		l.g.w("var %sPos perl.Pos", l.name)
	}
}

// overScalars is a loop over variables that it changes.
func (l *foreachLoop) overScalars() {
	g := l.g
	elements := []*node{l.list}
	if l.list.kind == kList {
		elements = l.list.kids
	}
	var refs []string
	sync := ""
	for _, k := range elements {
		refs = append(refs, g.reference(k).code)
		if k.v != nil && k.v.sync != "" {
			sync += "\n" + k.v.sync
		}
	}
	l.enter()
	p := g.temp("ref")
	g.w("for _, %s := range []*perl.Ref{%s} {", p, strings.Join(refs, ", "))
	g.w("%s := %s.Get()", l.name, p)
	l.body(fmt.Sprintf("%s.Set(%s)", p, l.element) + sync)
}

// aliased reports whether a list has elements of arrays or hashes, or variables: what a
// loop changes in them stays changed.
func aliased(n *node) bool {
	switch n.kind {
	case kVar, kDeref:
		return n.sigil == '@' && !isArgs(n) || n.sigil == '$' && n.v != nil
	case kSlice, kHSlice:
		return !isArgs(n.kids[0])
	case kKey, kIndex:
		return !isArgs(n.kids[0])
	case kFunc:
		return n.text == "values"
	case kList:
		return slices.ContainsFunc(n.kids, aliased)
	}
	return false
}

// overRefs is a loop over a list of several parts which changes its elements.
func (l *foreachLoop) overRefs() {
	g := l.g
	refs := l.refs(l.list)
	l.enter()
	p := g.temp("ref")
	g.w("for _, %s := range %s {", p, refs)
	g.w("%s := %s.Get()", l.name, p)
	l.unused()
	l.body(fmt.Sprintf("%s.Set(%s)", p, l.element))
}

// refs returns code of references to the elements of a list.
func (l *foreachLoop) refs(n *node) string {
	g := l.g
	switch {
	case n.kind == kList:
		var parts []string
		for _, k := range n.kids {
			parts = append(parts, l.refs(k))
		}
		return "perl.JoinRefs(" + strings.Join(parts, ", ") + ")"
	case !aliased(n):
		if hasArray(n) {
			g.report.note("P0302", l.n.line, g.sub, "the loop changes its variable; the elements of a part of its list stay as they are")
		}
		return "perl.TempRefs(" + g.spreadAll([]*node{n}) + ")"
	case n.kind == kSlice || n.kind == kHSlice:
		return g.container(n.kids[0]) + ".RefsAt(" + g.spreadAll(listOf2(n.kids[1])) + ")"
	case n.kind == kFunc:
		return g.keysContainer(n) + ".Refs()"
	case n.sigil == '@' && (n.kind == kVar || n.kind == kDeref):
		return g.container(n) + ".Refs()"
	}
	return "[]*perl.Ref{" + g.reference(n).code + "}"
}

// overRange is a loop over integers.
func (l *foreachLoop) overRange() {
	g := l.g
	from, to := g.int(l.list.kids[0]), g.int(l.list.kids[1])
	l.enter()
	i := g.temp("i")
	g.w("for %s, last := %s, %s; %s <= last; %s++ {", i, from, to, i, i)
	g.w("var %s any = %s", l.name, i)
	l.unused()
	l.body("")
}

// overList is a loop that leaves its list as it is, or cannot change it.
func (l *foreachLoop) overList() {
	g := l.g
	if l.v != nil && l.v.keys && !l.v.fixed {
		head := g.keysContainer(sortedHash(l.list)) + ".SortedKeys()"
		l.enter()
		g.w("for _, %s := range %s {", l.name, head)
		l.position()
		l.body("")
		return
	}
	head := g.list(l.list)
	if head == "nil" {
		head = "perl.L()"
	}
	if l.changed && hasArray(l.list) {
		g.report.note("P0302", l.n.line, g.sub, "the loop changes its variable; the elements of this list stay as they are")
	}
	l.enter()
	if !l.used {
		g.w("for range %s {", head)
	} else {
		g.w("for _, %s := range %s {", l.name, head)
		l.position()
		if l.v == nil && !usesTopic(l.block.body) {
			g.w("_ = it")
		}
	}
	l.body("")
}
