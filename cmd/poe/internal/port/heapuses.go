package port

// references refuses the heaps of handlers that are used elsewhere than in tables.
func (h *heaps) references() {
	var in func(list []*node, f *function)
	var visit func(n *node, f *function)
	visit = func(n *node, f *function) {
		if n == nil {
			return
		}
		if (n.kind == kSub || n.kind == sSub) && n.fn != nil {
			if n.kind == kSub && n.fn.handler && !h.consumed[n] {
				h.alone(n.fn)
			}
			f = n.fn
		}
		switch n.kind {
		case kMethod:
			if n.text == "state" && len(n.kids) == 3 && f != nil && f.heap != nil {
				if g := h.handlerOf(n.kids[2]); g != nil {
					h.join(f.heap, g)
				} else if k := n.kids[2]; k.kind != kFunc {
					f.heap.root().refused = true
				}
			}
		case kRef:
			if c := n.kids[0]; c.kind == kCall && c.amp && !c.paren {
				if g := h.p.subs["main::"+c.text]; g != nil && g.handler && !h.consumed[n] {
					h.alone(g)
				}
				return
			}
		case kCall:
			if g := h.p.subs["main::"+n.text]; g != nil && g.handler && !n.amp {
				h.alone(g)
			} else if g != nil && g.handler {
				h.alone(g)
				if f != nil {
					h.alone(f)
				}
			}
		}
		for _, k := range n.kids {
			visit(k, f)
		}
		in(n.body, f)
		visit(n.dyn, f)
		visit(n.repl, f)
	}
	in = func(list []*node, f *function) {
		for _, n := range list {
			visit(n, f)
		}
	}
	in(h.p.statements, nil)
}

// alone refuses the heap of a handler whose sessions are not known.
func (h *heaps) alone(f *function) {
	if f.heap == nil {
		f.heap = h.newClass(sessionHeap, "")
	}
	f.heap.root().refused = true
}

// calls calls f for the arguments of calls of subs that have a form.
func (h *heaps) calls(do func(g *function, i int, arg *node, f *function)) {
	inFunctions(h.p.statements, nil, func(n *node, f *function) {
		if n.kind == kApply && n.table != nil {
			for _, g := range n.table.subs {
				for i := range g.form.params {
					do(g, i, n.kids[1+i], f)
				}
			}
			return
		}
		if n.kind != kCall || n.amp && !n.paren {
			return
		}
		g := h.p.subs["main::"+n.text]
		if g == nil || g.form == nil {
			return
		}
		listy := false
		for i := range g.form.params {
			arg := (*node)(nil)
			if i < len(n.kids) {
				if listy = listy || isListy(n.kids[i]); !listy {
					arg = n.kids[i]
				}
			}
			do(g, i, arg, f)
		}
	})
}

// uses refuses heaps that are used as a whole, or with keys that are not literal.
func (h *heaps) uses(list []*node, f *function) {
	fine := map[*node]bool{}
	inFunctions(list, f, func(n *node, f *function) {
		h.allow(n, f, fine)
		c := h.heapOf(n, f)
		if c == nil || n.kind == kList {
			return
		}
		if !fine[n] {
			c.refused = true
		}
		if owner := h.holder(f); n.kind == kVar && owner != n.v.owner {
			c.refused = true
			if owner != nil && owner.heap != nil {
				owner.heap.root().refused = true
			}
		}
	})
}

// allow enters into fine the nodes within n that use a heap as a struct can be used, and
// refuses those whose use it can see that a struct does not have.
func (h *heaps) allow(n *node, f *function, fine map[*node]bool) {
	switch n.kind {
	case kKey:
		if d := n.kids[0]; d.kind == kDeref && n.kids[1].kind == kStr {
			fine[assignment(d.kids[0])] = true
		}
	case kHSlice:
		if d := n.kids[0]; d.kind == kDeref && literalKeys(n.kids[1]) != nil {
			fine[assignment(d.kids[0])] = true
		}
	case kAssign:
		unpacked(n, func(v *variable, _ *node) {
			if v.heap != nil {
				fine[n.kids[1]] = true
			}
		})
	case kMy:
		for _, k := range n.kids {
			fine[k] = true
		}
	case kFunc:
		if n.text == "exists" && len(n.kids) > 0 {
			h.refuseElement(n.kids[0], f)
		}
	case kLocal:
		n.walk(func(k *node) bool {
			h.refuseElement(k, f)
			return true
		})
	case kSlice:
		if isArgs(n.kids[0]) && !fine[n] && f != nil && f.heap != nil {
			h.argumentSlice(n, f)
		}
		fine[n.kids[0]] = true
	case kIndex, kLast:
		fine[n.kids[0]] = true
	case kVar:
		if isArgs(n) && !fine[n] && f != nil && f.handler && f.heap != nil {
			f.heap.root().refused = true
		}
	case kApply, kCall:
		h.passed(n, f, fine)
	}
}

// argumentSlice looks at @_[HEAP, ARG0] that is not unpacked into variables.
func (h *heaps) argumentSlice(n *node, f *function) {
	n.kids[1].walk(func(k *node) bool {
		if (k.kind == kBare || k.kind == kCall) && k.text == "HEAP" || k.kind == kRange {
			f.heap.root().refused = f.heap.root().refused || k.kind != kRange || !fromArg0(k)
		}
		return true
	})
}

// passed joins the heaps that are given to subs with those that these expect.
func (h *heaps) passed(n *node, f *function, fine map[*node]bool) {
	var subs []*function
	args := n.kids
	if n.kind == kApply {
		if n.table != nil {
			subs, args = n.table.subs, n.kids[1:]
		}
	} else if g := h.p.subs["main::"+n.text]; g != nil && g.form != nil {
		subs = []*function{g}
	}
	for i, k := range args {
		for _, g := range subs {
			if i >= len(g.form.params) || g.form.params[i] == nil || g.form.params[i].heap == nil {
				continue
			}
			fine[assignment(k)] = true
			if c := h.heapOf(k, f); c != nil {
				h.union(c, g.form.params[i].heap)
			}
		}
	}
}

// fromArg0 reports whether a range of @_ begins behind the heap.
func fromArg0(n *node) bool {
	c, ok := constantOf(n.kids[0])
	return ok && c > poeConstants["HEAP"]
}

// refuseElement refuses the heap of which n is an element.
func (h *heaps) refuseElement(n *node, f *function) {
	if n.kind == kKey && n.kids[0].kind == kDeref {
		if c := h.heapOf(n.kids[0].kids[0], f); c != nil {
			c.refused = true
		}
	}
}

// holder returns the innermost function around that has a heap.
func (h *heaps) holder(f *function) *function {
	for f != nil && f.heap == nil {
		f = f.outer
	}
	return f
}
