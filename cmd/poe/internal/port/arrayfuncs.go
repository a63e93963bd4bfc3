package port

import (
	"fmt"
	"strings"
)

func (g *gen) isArrayNode(n *node) bool {
	k := n.kids[0]
	return (k.kind == kVar || k.kind == kDeref) && k.sigil == '@'
}

func (g *gen) keysContainer(n *node) string {
	k := n.kids[0]
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	if k.kind == kVar && k.sigil == '$' || k.kind == kKey || k.kind == kIndex {
		return "perl.H(" + g.any(k) + ")"
	}
	return g.container(k)
}

// shift is shift or pop.
func (g *gen) shift(n *node) val {
	word := strings.ToUpper(n.text[:1]) + n.text[1:]
	if len(n.kids) == 0 || isArgs(n.kids[0]) {
		if g.f.fn == nil {
			return val{"perl.Args." + word + "()", tAny, false}
		}
		if g.f.handler {
			cannot("P0114", "shift in a handler")
		}
		return val{"perl." + word + "(&args)", tAny, false}
	}
	return val{g.arrayOf(n.kids[0]) + "." + word + "()", tAny, false}
}

// arrayOf is the array that a function works on; a reference will do.
func (g *gen) arrayOf(n *node) string {
	for n.kind == kList && len(n.kids) == 1 {
		n = n.kids[0]
	}
	if n.kind == kVar && n.sigil == '$' || n.kind == kKey || n.kind == kIndex {
		return g.container(deref('@', n))
	}
	return g.container(n)
}

func (g *gen) push(n *node) val {
	word := "Push"
	if n.text == "unshift" {
		word = "Unshift"
	}
	if isArgs(n.kids[0]) && g.f.fn != nil {
		if g.f.handler {
			cannot("P0114", "push on @_ in a handler")
		}
		if word == "Push" {
			return val{"perl.PushArgs(&args" + comma(g.spreadAll(n.kids[1:])) + ")", tInt, false}
		}
		return val{"perl.UnshiftArgs(&args" + comma(g.spreadAll(n.kids[1:])) + ")", tInt, false}
	}
	return val{g.arrayOf(n.kids[0]) + "." + word + "(" + g.fresh(n.kids[1:]) + ")", tInt, false}
}

func (g *gen) splice(n *node) string {
	if isArgs(n.kids[0]) && g.f.fn != nil {
		if g.f.handler {
			cannot("P0114", "splice of @_ in a handler")
		}
		offset, length := "0", "perl.Rest"
		if len(n.kids) > 1 {
			offset = g.int(n.kids[1])
		}
		if len(n.kids) > 2 {
			length = g.int(n.kids[2])
		}
		return "perl.SpliceArgs(&args, " + offset + ", " + length + comma(g.spreadAll(rest(n.kids, 3))) + ")"
	}
	a := g.arrayOf(n.kids[0])
	switch len(n.kids) {
	case 1:
		return a + ".Splice(0, perl.Rest)"
	case 2:
		return a + ".Splice(" + g.int(n.kids[1]) + ", perl.Rest)"
	}
	return a + ".Splice(" + g.int(n.kids[1]) + ", " + g.int(n.kids[2]) + comma(g.fresh(n.kids[3:])) + ")"
}

func (g *gen) exists(n *node) val {
	k := g.arg(n, 0)
	switch k.kind {
	case kKey:
		return val{g.container(k.kids[0]) + ".Exists(" + g.str(k.kids[1]) + ")", tBool, false}
	case kIndex:
		if isArgs(k.kids[0]) {
			return val{g.argCount(k) + " > " + g.int(k.kids[1]), tBool, false}
		}
		return val{g.container(k.kids[0]) + ".Exists(" + g.int(k.kids[1]) + ")", tBool, false}
	case kCall:
		return val{fmt.Sprintf("perl.FindSub(%s) != nil", quote(g.qualify(k.text))), tBool, false}
	}
	cannot("P0504", "exists on this")
	return val{}
}

func (g *gen) delete(n *node, void bool) val {
	k := g.arg(n, 0)
	switch k.kind {
	case kLocal:
		cannot("P0505", "delete local")
	case kKey:
		if h := k.kids[0]; h.kind == kVar && h.v == nil && h.text == "SIG" {
			return val{"perl.SetSignal(" + g.str(k.kids[1]) + ", nil)", tAny, false}
		} else if h.kind == kVar && h.v == nil && h.text == "ENV" {
			return val{"perl.DeleteEnv(" + g.str(k.kids[1]) + ")", tAny, false}
		}
		word := "Delete"
		if void {
			word = "Remove"
		}
		return val{g.container(k.kids[0]) + "." + word + "(" + g.str(k.kids[1]) + ")", tAny, false}
	case kVar:
		if k.v == nil || !k.v.field {
			break
		}
		if void {
			return val{g.cleared(k.v), tAny, false}
		}
		k.v.reads2++
		if k.v.own {
			g.fix(k.v)
		}
		return val{"perl.Take(&" + k.v.goName + ")", orAny(g.typeOf(k.v)), false}
	case kIndex:
		return val{g.container(k.kids[0]) + ".Delete(" + g.int(k.kids[1]) + ")", tAny, false}
	case kHSlice:
		return val{"perl.First(" + g.container(k.kids[0]) + ".DeleteSlice(" + g.spreadAll(listOf2(k.kids[1])) + "))", tAny, false}
	}
	cannot("P0506", "delete of this")
	return val{}
}
