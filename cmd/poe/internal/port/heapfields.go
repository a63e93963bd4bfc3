package port

import (
	"fmt"
	gotoken "go/token"
	"slices"
	"sort"
	"strings"
)

// names chooses the names of the structs, and of their variables.
func (h *heaps) names() {
	for _, v := range h.p.lexicals {
		if v.goName == h.name && (v.heap == nil || v.heap.root().refused) && h.meets(v) {
			v.goName = h.p.nameIn(v.owner, h.name+"Value")
		}
	}
}

// meets reports whether a variable is visible in a sub that has a heap.
func (h *heaps) meets(v *variable) bool {
	for _, f := range h.p.functions {
		if f.heap == nil || f.heap.root().refused {
			continue
		}
		for o := f; ; o = o.outer {
			if o == v.owner {
				return true
			}
			if o == nil {
				break
			}
		}
	}
	return false
}

// bind makes the variables that hold structs parameters.
func (h *heaps) bind() {
	for _, v := range h.p.lexicals {
		if v.heap == nil {
			continue
		}
		if c := v.heap.root(); !c.refused && c.name != "" {
			v.goName, v.typ, v.inHeap = h.name, typ("*"+c.name), true
		}
	}
}

// field returns the variable that stands for a key.
func (h *heaps) field(c *heapClass, key string) *variable {
	if v := c.fields[key]; v != nil {
		return v
	}
	v := &variable{sigil: '$', name: key, global: true, field: true, reads: 1}
	if f, ok := componentFields[c.kind][key]; ok {
		v.goName, v.typ = h.name+"."+f.code, f.typ
		c.fields[key] = v
		return v
	}
	name := goName(key)
	for gotoken.IsKeyword(name) || slices.ContainsFunc(c.keys, func(k string) bool { return c.fields[k].goName == h.name+"."+name }) {
		name += "Value"
	}
	v.goName = h.name + "." + name
	c.fields[key] = v
	c.keys = append(c.keys, key)
	return v
}

// rewrite puts variables in the place of elements.
func (h *heaps) rewrite() {
	live := func(c *heapClass) bool { return c != nil && !c.refused }
	inFunctions(h.p.statements, nil, func(n *node, f *function) {
		switch n.kind {
		case kFunc:
			if n.text == "delete" && len(n.kids) == 1 && n.kids[0].kind == kHSlice {
				s := n.kids[0]
				if c := h.heapOf(s.kids[0].kid(0), f); live(c) {
					h.deleteSlice(n, s)
				}
			}
		case kKey, kHSlice:
			d := n.kids[0]
			if d.kind != kDeref {
				return
			}
			c := h.heapOf(d.kids[0], f)
			if !live(c) {
				return
			}
			if n.kind == kKey {
				v := h.field(c, n.kids[1].text)
				*n = node{kind: kVar, sigil: '$', text: v.name, v: v, line: n.line, col: n.col}
				return
			}
			list := &node{kind: kList, paren: true, line: n.line}
			for _, key := range literalKeys(n.kids[1]) {
				v := h.field(c, key)
				list.kids = append(list.kids, &node{kind: kVar, sigil: '$', text: v.name, v: v, line: n.line})
			}
			*n = *list
		}
	})
	for _, c := range h.classes {
		if c.root() == c && !c.refused {
			h.declare(c)
		}
	}
	h.bind()
	h.inspect()
	for _, f := range h.p.functions {
		if f.heap != nil {
			if f.heap = f.heap.root(); f.heap.refused || f.heap.name == "" {
				f.heap = nil
			}
		}
	}
}

func (h *heaps) deleteSlice(n, slice *node) {
	var list []*node
	for _, key := range literalKeys(slice.kids[1]) {
		k := &node{kind: kKey, kids: []*node{slice.kids[0], {kind: kStr, text: key, line: n.line}}, line: n.line}
		list = append(list, &node{kind: kFunc, text: "delete", paren: true, kids: []*node{k}, line: n.line})
	}
	*n = node{kind: kList, paren: true, kids: list, line: n.line}
}

// declare names a heap's struct and gives its initial values to the fields.
func (h *heaps) declare(c *heapClass) {
	for _, s := range c.sites {
		s.heaps = append(s.heaps, c)
		if c.kind != sessionHeap {
			continue
		}
		args := s.kids[1:]
		for i := 0; i < len(args); i += 2 {
			if args[i].text == "heap" {
				for j := 0; j < len(args[i+1].kids); j += 2 {
					h.field(c, args[i+1].kids[j].text)
				}
			}
		}
	}
	if len(c.keys) == 0 && (c.kind == sessionHeap || len(c.fields) == 0) {
		return // nothing is kept in it
	}
	if len(c.keys) == 0 {
		c.name = embedded[c.kind]
	} else {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(goName(c.base+"x"), "x"), "Start"), "start")
		if base == "" {
			base = "session"
		}
		if h.p.localNames[base] {
			base += "Heap"
		}
		c.name = h.p.globalName(strings.TrimRight(base, "_"))
	}
	for _, key := range c.keys {
		h.p.lexicals = append(h.p.lexicals, c.fields[key])
	}
	h.p.structs = append(h.p.structs, c)
}

// inspect looks at how fields are used: which hold only a hash or an array of their
// own, and which are asked whether they are defined.
func (h *heaps) inspect() {
	type usage struct{ hash, array, other, tested bool }
	uses := map[*variable]*usage{}
	of := func(n *node) *usage {
		if n = assignment(n); n == nil || n.kind != kVar || n.v == nil || !n.v.field {
			return &usage{}
		}
		if uses[n.v] == nil {
			uses[n.v] = &usage{}
		}
		return uses[n.v]
	}
	seen := map[*node]bool{}
	inFunctions(h.p.statements, nil, func(n *node, f *function) {
		switch n.kind {
		case kDeref:
			if k := assignment(n.kids[0]); k.kind == kVar && k.v != nil && k.v.field && (n.sigil == '%' || n.sigil == '@') {
				u := of(k)
				u.hash, u.array = u.hash || n.sigil == '%', u.array || n.sigil == '@'
				seen[k] = true
			}
		case kAssign:
			to, from := assignment(n.kids[0]), n.kids[1]
			if n.op == "" && to.kind == kVar && to.v != nil && to.v.field && (from.kind == kHash || from.kind == kArray) {
				u := of(to)
				u.hash, u.array = u.hash || from.kind == kHash, u.array || from.kind == kArray
				seen[to] = true
			}
			if n.op == "//" {
				of(to).tested = true
			}
		case kFunc:
			if len(n.kids) > 0 && (n.text == "defined" || n.text == "exists") {
				of(n.kids[0]).tested = true
			}
		case kLogic:
			if n.op == "//" {
				of(n.kids[0]).tested = true
			}
		case sExpr:
			for _, k := range n.kids {
				for _, d := range append([]*node{k}, k.kids...) {
					if d != nil && d.kind == kFunc && d.text == "delete" && len(d.kids) == 1 {
						seen[d.kids[0]] = true
					}
				}
			}
		case kVar:
			if n.v != nil && n.v.field && !seen[n] {
				of(n).other = true
			}
		}
	})
	wheels := h.wheels()
	for _, c := range h.p.structs {
		for _, key := range c.keys {
			v, u := c.fields[key], uses[c.fields[key]]
			switch {
			case u == nil:
			case u.tested:
				v.fixed, v.tested = true, true
			case u.hash && !u.array && !u.other && h.literal(c, key, kHash):
				v.typ, v.byUse, v.own = tHash, tHash, true
			case u.array && !u.hash && !u.other && h.literal(c, key, kArray):
				v.typ, v.byUse, v.own = tArr, tArr, true
			}
			v.early = h.early(c, key)
			v.wheel = wheels[v]
		}
	}
}

// wheels finds the fields with wheels that nothing else refers to: they are set to new
// wheels, and else only asked whether they are there, and for their methods.
func (h *heaps) wheels() map[*variable]bool {
	fine := map[*node]bool{}
	made, other := map[*variable]int{}, map[*variable]bool{}
	condition := func(n *node) {
		if n != nil {
			fine[assignment(n)] = true
		}
	}
	inFunctions(h.p.statements, nil, func(n *node, _ *function) {
		switch n.kind {
		case kMethod:
			fine[n.kids[0]] = true
		case sIf:
			for i := 0; i+1 < len(n.kids); i += 2 {
				condition(n.kids[i])
			}
		case kCond, kLogic:
			if n.op != "//" {
				condition(n.kids[0])
			}
		case kUnop:
			if n.op == "!" {
				condition(n.kids[0])
			}
		case kAssign:
			if to := n.kids[0]; to.kind == kVar && to.v != nil && to.v.field && n.op == "" && makesWheel(n.kids[1]) {
				fine[to] = true
				made[to.v]++
			}
		case sExpr:
			for _, k := range n.kids {
				for _, d := range append([]*node{k}, k.kids...) {
					if d != nil && d.kind == kFunc && (d.text == "delete" || d.text == "undef") && len(d.kids) == 1 {
						fine[assignment(d.kids[0])] = true
					}
				}
			}
		case kVar:
			if n.v != nil && n.v.field && !fine[n] {
				other[n.v] = true
			}
		}
	})
	out := map[*variable]bool{}
	for v, n := range made {
		out[v] = !other[v]
		v.made = n
	}
	return out
}

// makesWheel reports whether n is a call that makes a wheel.
func makesWheel(n *node) bool {
	return n.kind == kMethod && n.dyn == nil && n.kids[0].kind == kBare && constructors[n.kids[0].text+"."+n.text].result == tWheel
}

// writeStructs declares the heaps.
func (g *gen) writeStructs(b *strings.Builder) {
	structs := slices.Clone(g.prog.structs)
	sort.SliceStable(structs, func(i, j int) bool { return structs[i].order < structs[j].order })
	for _, c := range structs {
		if len(c.keys) == 0 {
			continue
		}
		fmt.Fprintf(b, "// %s is the heap of %s.\ntype %s struct {\n", c.name, heapOwner[c.kind], c.name)
		if e := embedded[c.kind]; e != "" {
			fmt.Fprintf(b, "%s\n\n", e)
		}
		for _, key := range c.keys {
			v := c.fields[key]
			fmt.Fprintf(b, "%s %s\n", v.goName[strings.IndexByte(v.goName, '.')+1:], orAny(g.typeOf(v)))
		}
		b.WriteString("}\n\n")
	}
}

var heapOwner = map[heapKind]string{sessionHeap: "a session", connectionHeap: "a connection", listenerHeap: "a listener", clientHeap: "a connection to a server"}
