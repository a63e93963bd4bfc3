package port

import (
	"strings"
)

func (g *gen) gotoSub(n *node) val {
	cannot("P0510", "goto")
	return val{}
}

// stringEval is eval of a string: only `use` and `require` of a module that is
// known are understood.
func (g *gen) stringEval(n *node) val {
	k := g.arg(n, 0)
	if k.kind == kStr {
		fields := strings.Fields(strings.Trim(k.text, "; "))
		if len(fields) >= 2 && (fields[0] == "use" || fields[0] == "require") {
			module := strings.Trim(fields[1], ";")
			if known := moduleKnown(module); known {
				return val{"true", tBool, true}
			}
			return val{"false", tBool, true}
		}
	}
	cannot("P0511", "eval of a string")
	return val{}
}

func (g *gen) require(n *node) val {
	if len(n.kids) == 0 {
		cannot("P0501", "require of a file")
	}
	k := n.kids[0]
	if k.kind == kBare {
		g.useModule(k.text, n.line)
		if g.evals > 0 && !g.moduleThere(k.text) {
			return val{"perl.NoModule(" + quote(k.text) + ")", tAny, false}
		}
		return val{"true", tBool, true}
	}
	if k.kind == kNum {
		return val{"true", tBool, true}
	}
	cannot("P0501", "require of a file")
	return val{}
}

// builtinVoid writes functions as statements where that is different.
func (g *gen) builtinVoid(n *node) bool {
	switch n.text {
	case "delete":
		if k := g.arg(n, 0); k.kind == kKey {
			g.line2(g.delete(n, true).code)
			return true
		}
		if k := g.arg(n, 0); k.kind == kVar && k.v != nil && k.v.field {
			g.clearField(k.v)
			return true
		}
		if k := g.arg(n, 0); k.kind == kHSlice {
			code, _ := g.builtinList(n)
			g.line2(code)
			return true
		}
	case "undef":
		if len(n.kids) > 0 {
			g.undefStatement(n)
			return true
		}
		return true
	case "die", "warn", "exit":
		g.line2(g.builtin(n).code)
		return true
	case "shift":
		if (len(n.kids) == 0 || isArgs(n.kids[0])) && g.f.fn != nil && !g.f.handler {
			g.w("perl.Shift(&args)")
			return true
		}
	case "goto":
		return g.gotoVoid(n)
	case "keys":
		c := g.keysContainer(n)
		g.flushPre()
		g.w("%s.Keys()", c)
		return true
	case "eval":
		if len(n.kids) == 1 && n.kids[0].kind == kStr {
			v := g.stringEval(n)
			if v.plain {
				return true
			}
		}
	}
	return false
}

// gotoVoid is goto &sub: a call in the place of the rest of this one.
func (g *gen) gotoVoid(n *node) bool {
	if len(n.kids) != 1 {
		return false
	}
	k := n.kids[0]
	if k.kind != kCall && k.kind != kApply || !k.amp {
		return false
	}
	c := *k
	g.returnStatement(&c)
	return true
}
