package port

import (
	"fmt"
	"strings"
)

// subTable is a hash of the program whose values are all subs, and which is only used
// to call them: in Go a table of functions of one type.
type subTable struct {
	v       *variable
	set     *node // the assignment of the literal
	subs    []*function
	calls   []*node // $table{...}->(...)
	refused bool
}

// subTables finds the tables of subs.
func (p *program) subTables(u *subUses) {
	tables := map[*variable]*subTable{}
	elements := map[*node]bool{} // references that are values of a table
	walkAll(p.statements, func(n *node) bool {
		if n.kind == kAssign && n.op == "" && n.kids[0].kind == kMy && n.kids[0].text == "my" && !n.kids[0].paren && n.kids[0].kids[0].sigil == '%' && n.kids[0].kids[0].v != nil {
			if t := u.tableOf(n); t != nil {
				tables[t.v] = t
				for i := 1; i < len(n.kids[1].kids); i += 2 {
					elements[n.kids[1].kids[i].kids[0]] = true
				}
			}
		}
		return true
	})
	fine := map[*node]bool{}
	for _, t := range tables {
		fine[t.set.kids[0].kids[0]] = true
	}
	loose := map[*function]bool{}
	walkAll(p.statements, func(n *node) bool {
		switch n.kind {
		case kApply:
			if k := n.kids[0]; k.kind == kKey && k.kids[0].kind == kVar && k.kids[0].v != nil {
				if t := tables[k.kids[0].v]; t != nil {
					fine[k.kids[0]] = true
					t.calls = append(t.calls, n)
				}
			}
		case kVar:
			if t := tables[n.v]; n.v != nil && t != nil && !fine[n] {
				t.refused = true
			}
		case kCall:
			if f := u.target(n); f != nil && n.amp && !n.paren && !elements[n] {
				loose[f] = true
			}
		}
		return true
	})
	member := map[*function]int{}
	for _, t := range tables {
		for _, f := range t.subs {
			member[f]++
		}
	}
	for _, t := range tables {
		if t.refused = t.refused || len(t.calls) == 0 || !t.uniform(u, loose, member); !t.refused {
			t.v.table = t
			p.tables = append(p.tables, t)
			for i := 1; i < len(t.set.kids[1].kids); i += 2 {
				t.set.kids[1].kids[i].plainRef = true
			}
			for _, c := range t.calls {
				c.table = t
			}
		}
	}
}

// tableOf returns the table that an assignment makes, nil if it is none.
func (u *subUses) tableOf(n *node) *subTable {
	list := n.kids[1]
	if list.kind != kList || len(list.kids) == 0 || len(list.kids)%2 != 0 {
		return nil
	}
	if !n.kids[0].kids[0].v.global {
		return nil
	}
	t := &subTable{v: n.kids[0].kids[0].v, set: n}
	for i := 0; i < len(list.kids); i += 2 {
		r := list.kids[i+1]
		if list.kids[i].kind != kStr || r.kind != kRef || r.kids[0].kind != kCall || !r.kids[0].amp || r.kids[0].paren {
			return nil
		}
		f := u.target(r.kids[0])
		if f == nil || f.form == nil || u.uses[f] == nil {
			return nil
		}
		t.subs = append(t.subs, f)
	}
	return t
}

// uniform reports whether the subs can have the same type in Go, and all calls fit.
func (t *subTable) uniform(u *subUses, loose map[*function]bool, member map[*function]int) bool {
	for _, f := range t.subs {
		if h := f.form; loose[f] || member[f] > 1 || h.rest != nil || len(h.params) != len(t.subs[0].form.params) || u.uses[f].refused {
			return false
		}
		for _, v := range f.form.params {
			if v == nil {
				return false
			}
		}
	}
	for _, c := range t.calls {
		if len(c.kids)-1 != len(t.subs[0].form.params) {
			return false
		}
		for _, k := range c.kids[1:] {
			if isListy(k) {
				return false
			}
		}
	}
	return true
}

// keepTables gives up the tables of which a value is used.
func (p *program) keepTables(u *subUses) {
	var keep []*subTable
	for _, t := range p.tables {
		for _, f := range t.subs {
			t.refused = t.refused || u.uses[f] == nil || u.uses[f].refused
		}
		if !t.refused {
			keep = append(keep, t)
			continue
		}
		t.v.table = nil
		for _, c := range t.calls {
			c.table = nil
		}
		for _, f := range t.subs {
			if use := u.uses[f]; use != nil {
				f.form.open, use.scalar, use.list = true, true, true
			}
		}
	}
	p.tables = keep
}

// linkTables gives the parameters of all subs of a table the same types.
func (p *program) linkTables() {
	for _, t := range p.tables {
		for i, first := range t.subs[0].form.params {
			all := first.joined
			fixed, byUse := first.fixed, true
			for _, f := range t.subs {
				v := f.form.params[i]
				all = join(all, v.joined)
				fixed = fixed || v.fixed
				byUse = byUse && v.byUse == first.byUse
			}
			for _, f := range t.subs {
				v := f.form.params[i]
				v.joined, v.fixed = all, fixed
				if !byUse {
					v.byUse = tNone
				}
			}
		}
	}
}

// tableType returns the type of the table's functions.
func (g *gen) tableType(t *subTable) string {
	var params []string
	for _, v := range t.subs[0].form.params {
		params = append(params, string(orAny(g.typeOf(v))))
	}
	return "func(" + strings.Join(params, ", ") + ")"
}

// tableCall is $table{...}->(...).
func (g *gen) tableCall(n *node) string {
	t := n.table
	var args []string
	for i, k := range n.kids[1:] {
		a := g.expr(k)
		for _, f := range t.subs {
			g.assigned(f.form.params[i], a.typ)
		}
		args = append(args, g.conv(a, orAny(g.typeOf(t.subs[0].form.params[i]))))
	}
	return fmt.Sprintf("%s.Sub(%s)(%s)", t.v.goName, g.str(n.kids[0].kids[1]), strings.Join(args, ", "))
}

// tableLiteral writes the assignment of a table.
func (g *gen) tableLiteral(t *subTable) {
	g.w("%s = perl.Table[%s]{", t.v.goName, g.tableType(t))
	kids := t.set.kids[1].kids
	for i := 0; i < len(kids); i += 2 {
		g.w("%s: %s,", quote(kids[i].text), t.subs[i/2].goName)
	}
	g.w("}")
}
