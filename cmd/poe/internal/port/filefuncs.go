package port

import (
	"fmt"
	"strings"
)

func (g *gen) stat(n *node) string {
	word := map[string]string{"stat": "perl.Stat", "lstat": "perl.Lstat"}[n.text]
	if k := n.kid(0); k != nil && k.kind == kBare && k.text == "_" {
		return "perl.Stat(perl.LastFile)"
	}
	return word + "(" + g.handle(g.arg(n, 0)) + ")"
}

func (g *gen) open(n *node) val {
	p := g.handlePlace(n.kids[0])
	if len(n.kids) == 1 {
		cannot("P0508", "open with one argument")
	}
	if mode := n.kids[1]; mode.kind == kStr && (strings.TrimSpace(mode.text) == "-|" || strings.TrimSpace(mode.text) == "|-") && (len(n.kids) == 2 || n.kids[2].kind == kStr && n.kids[2].text == "-") {
		cannot("P0503", "open of %s without a command forks", mode.text)
	}
	if len(n.kids) > 2 {
		// A handle in the place of a path.
		if k := n.kids[2]; k.kind == kBare {
			return val{fmt.Sprintf("perl.Open(%s, %s, %s)", p, g.str(n.kids[1]), g.handle(k)), tBool, false}
		}
	}
	return val{fmt.Sprintf("perl.Open(%s, %s%s)", p, g.str(n.kids[1]), comma(g.spreadAll(n.kids[2:]))), tBool, false}
}

func (g *gen) read(n *node) val {
	word := map[string]string{"read": "perl.ReadInto", "sysread": "perl.SysreadInto"}[n.text]
	offset := "0"
	if len(n.kids) > 3 {
		offset = g.int(n.kids[3])
	}
	return val{fmt.Sprintf("%s(%s, %s, %s, %s)", word, g.handle(n.kids[0]), g.pointer(n.kids[1]), g.int(n.kids[2]), offset), tAny, false}
}

func (g *gen) syswrite(n *node) val {
	s := g.str(n.kids[1])
	if len(n.kids) > 2 {
		offset := "0"
		if len(n.kids) > 3 {
			offset = g.int(n.kids[3])
		}
		s = "perl.Substr(" + s + ", " + offset + ", " + g.int(n.kids[2]) + ")"
	}
	return val{"perl.Syswrite(" + g.handle(n.kids[0]) + ", " + s + ")", tAny, false}
}

func (g *gen) selectFunc(n *node) val {
	switch len(n.kids) {
	case 0:
		return val{"perl.SelectHandle()", tAny, false}
	case 1:
		return val{"perl.SelectHandle(" + g.handle(n.kids[0]) + ")", tAny, false}
	case 4:
		var ps []string
		for _, k := range n.kids[:3] {
			if k.kind == kFunc && k.text == "undef" {
				ps = append(ps, "nil")
			} else {
				ps = append(ps, g.pointer(k))
			}
		}
		return val{fmt.Sprintf("perl.Select(%s, %s)", strings.Join(ps, ", "), g.any(n.kids[3])), tInt, false}
	}
	cannot("P0509", "select with %d arguments", len(n.kids))
	return val{}
}

func (g *gen) fileTest(n *node) val {
	var k string
	if len(n.kids) == 0 {
		k = g.topic()
		if n.op == "t" {
			k = "perl.Stdin"
		}
	} else {
		k = g.handle(n.kids[0])
		if n.kids[0].kind == kBare && n.kids[0].text == "_" {
			k = "perl.LastFile"
		}
	}
	return val{fmt.Sprintf("perl.Test(%q, %s)", n.op, k), tAny, false}
}
