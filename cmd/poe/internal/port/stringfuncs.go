package port

import (
	"fmt"
	"strings"
)

func (g *gen) substrArgs(n *node) string {
	length := "perl.Rest"
	if len(n.kids) > 2 {
		length = g.int(n.kids[2])
	}
	return g.str(n.kids[0]) + ", " + g.int(n.kids[1]) + ", " + length
}

func (g *gen) substr(n *node) val {
	if len(n.kids) < 4 {
		return val{"perl.Substr(" + g.substrArgs(n) + ")", tStr, false}
	}
	p := g.pointer(n.kids[0])
	return val{fmt.Sprintf("perl.SubstrAt(%s, %s, %s, %s)", p, g.int(n.kids[1]), g.int(n.kids[2]), g.str(n.kids[3])), tStr, false}
}

// placeFunc is a function as an lvalue.
func (g *gen) placeFunc(n *node) (string, func(string) string) {
	switch n.text {
	case "substr":
		p := g.pointer(n.kids[0])
		length := "perl.Rest"
		if len(n.kids) > 2 {
			length = g.int(n.kids[2])
		}
		i := g.int(n.kids[1])
		return g.substr(n).code, func(code string) string {
			return fmt.Sprintf("perl.SubstrAt(%s, %s, %s, perl.Str(%s))", p, i, length, code)
		}
	case "vec":
		p := g.pointer(n.kids[0])
		i, bits := g.int(n.kids[1]), g.int(n.kids[2])
		return fmt.Sprintf("perl.Vec(perl.Str(*%s), %s, %s)", p, i, bits), func(code string) string {
			return fmt.Sprintf("perl.SetVecAt(%s, %s, %s, %s)", p, i, bits, code)
		}
	case "pos":
		k := g.argOrNil(n)
		p := strings.TrimPrefix(g.pos(k), "&")
		s := "perl.Str(" + g.topic() + ")"
		if k != nil {
			s = g.str(k)
		}
		return p + ".Get()", func(code string) string { return p + ".Set(" + s + ", " + code + ")" }
	case "local":
		return g.place(n.kids[0])
	}
	cannot("P0116", "%s cannot be assigned to", n.text)
	return "", nil
}

func (g *gen) indexOf(n *node) val {
	s, t := g.str(n.kids[0]), g.str(n.kids[1])
	word := "Index"
	from := "0"
	if n.text == "rindex" {
		word, from = "Rindex", "perl.Rest"
	}
	if len(n.kids) > 2 {
		from = g.int(n.kids[2])
	} else if n.text == "index" {
		return val{"strings.Index(" + s + ", " + t + ")", tInt, false}
	}
	return val{fmt.Sprintf("perl.%s(%s, %s, %s)", word, s, t, from), tInt, false}
}

func (g *gen) split(n *node) string {
	if len(n.kids) == 0 {
		return "perl.Fields(perl.Str(" + g.topic() + "), 0)"
	}
	re := n.kids[0]
	s := "perl.Str(" + g.topic() + ")"
	if len(n.kids) > 1 {
		s = g.str(n.kids[1])
	}
	limit := "0"
	if len(n.kids) > 2 {
		limit = g.int(n.kids[2])
	}
	if re.kind == kStr {
		if re.text == " " {
			return "perl.Fields(" + s + ", " + limit + ")"
		}
		if badPattern(re.text, "") != "" {
			cannot("P0401", "the pattern of split")
		}
		return "perl.Split(" + g.staticRegexp(re.text, "") + ", " + s + ", " + limit + ")"
	}
	if re.kind == kMatch {
		return "perl.Split(" + g.regexp(re.kids[1], re.mods) + ", " + s + ", " + limit + ")"
	}
	return "perl.SplitBy(" + g.any(re) + ", " + s + ", " + limit + ")"
}

func (g *gen) unpack(n *node) string {
	return "perl.Unpack(" + g.str(n.kids[0]) + ", " + g.str(g.arg(n, 1)) + ")"
}

func (g *gen) chomp(n *node) val {
	word := map[string]string{"chomp": "perl.ChompAt", "chop": "perl.ChopAt"}[n.text]
	k := g.arg(n, 0)
	for k.kind == kList && len(k.kids) == 1 {
		k = k.kids[0]
	}
	if k.kind == kAssign && k.op == "" {
		g.void(k)
		g.hoistOut()
		if k = k.kids[0]; k.kind == kMy && !k.paren {
			k = k.kids[0]
		}
	}
	result := map[string]typ{"chomp": tInt, "chop": tStr}[n.text]
	if isListTarget(k) && (k.kind == kVar || k.kind == kDeref) && k.sigil == '@' {
		return val{word + "All(" + g.container(k) + ")", result, false}
	}
	if k.kind == kMy && k.paren && len(k.kids) == 1 {
		k = k.kids[0]
	}
	return val{word + "(" + g.substPointer(k) + ")", result, false}
}
