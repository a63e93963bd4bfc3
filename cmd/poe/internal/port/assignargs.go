package port

import (
	"fmt"
	"strings"
)

// assignMyArgs is my (...) = @_ or = @_[...] with one variable for each element.
func (g *gen) assignMyArgs(to, from *node) bool {
	var codes []val
	switch {
	case isArgs(from) && !g.f.handler && g.f.fn != nil:
		for i, k := range to.kids {
			if k.kind == kVar && k.sigil != '$' {
				codes = append(codes, val{fmt.Sprintf("perl.From(args, %d)", i), "[]any", false})
				break
			}
			codes = append(codes, val{fmt.Sprintf("perl.At(args, %d)", i), tAny, true})
		}
	case from.kind == kSlice && isArgs(from.kids[0]):
		var ok bool
		if codes, ok = g.sliceCodes(from.kids[1]); !ok {
			return false
		}
	case from.kind == kList && len(from.kids) == len(to.kids) && g.defaults(to, from):
		return true
	case from.kind == kList && len(from.kids) == len(to.kids):
		for i, k := range from.kids {
			if isListy(k) || to.kids[i].kind == kVar && to.kids[i].sigil != '$' {
				return false
			}
		}
		for _, k := range from.kids {
			codes = append(codes, g.expr(k))
		}
	default:
		return false
	}
	g.flushPre()
	return g.setEach(to, splitRest(codes, to.kids))
}

// splitRest gives each variable behind the fixed ones its element of a list at the end.
func splitRest(codes []val, to []*node) []val {
	last := len(codes) - 1
	if last < 0 || codes[last].typ != "[]any" || len(to) <= last {
		return codes
	}
	rest := codes[last].code
	codes = codes[:last]
	for i := last; i < len(to); i++ {
		if k := to[i]; k.kind == kVar && k.sigil != '$' {
			code := rest
			if i > last {
				code = fmt.Sprintf("perl.From(%s, %d)", rest, i-last)
			}
			return append(codes, val{code, "[]any", false})
		}
		codes = append(codes, val{fmt.Sprintf("perl.At(%s, %d)", rest, i-last), tAny, true})
	}
	return codes
}

// setEach sets the variables of my (...) to values, and reports whether it can.
func (g *gen) setEach(to *node, codes []val) bool {
	if g.declareTogether(to, codes) {
		return true
	}
	for i, k := range to.kids {
		if i >= len(codes) {
			g.setRest(k)
			continue
		}
		c := codes[i]
		if k.kind == kVar && k.sigil != '$' {
			if c.typ != "[]any" {
				// The rest of the elements.
				var rest []string
				for _, x := range codes[i:] {
					if x.typ == "[]any" {
						return false
					}
					rest = append(rest, x.code)
				}
				c.code = "perl.L(" + strings.Join(rest, ", ") + ")"
			}
			g.setContainer(to, k, c.code)
			continue
		}
		if c.typ == "[]any" {
			// The elements of a rest, one by one.
			c = val{fmt.Sprintf("perl.At(%s, %d)", c.code, i-(len(codes)-1)), tAny, false}
		}
		g.setScalar(to, k, c)
	}
	return true
}

// defaults writes my ($x, $y) = (shift // 1, shift // 2), of variables of the Go
// package, as a statement for each.
func (g *gen) defaults(to, from *node) bool {
	for i, k := range from.kids {
		if t := to.kids[i]; to.text != "my" || t.kind != kVar || t.sigil != '$' || t.v == nil || t.v.packaged || t.v.inHeap || k.kind != kLogic || k.op != "//" || k.kids[0].kind != kFunc || k.kids[0].text != "shift" || k.kids[1].kind != kNum && k.kids[1].kind != kStr {
			return false
		}
	}
	for i, k := range from.kids {
		g.assignMy(&node{kind: kMy, text: "my", kids: []*node{to.kids[i]}, line: to.line}, k)
	}
	return true
}

func (g *gen) argVal(c int) val {
	if g.f.handler && c < 10 {
		for name, i := range poeConstants {
			if i == c && name != "MACHINE" && name != "RUNSTATE" && name != "EVENT" {
				v, _ := g.eventField(name)
				return v
			}
		}
	}
	if g.f.handler {
		return g.typedArg(c - 10)
	}
	return val{g.argAt(c), tAny, true}
}
