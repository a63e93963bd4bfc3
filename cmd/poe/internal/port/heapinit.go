package port

import (
	"strings"
)

// initial returns the value that a call which creates a session gives a field.
func initial(site *node, key string) *node {
	args := site.kids[1:]
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].text == "heap" && args[i+1].kind == kHash {
			kids := args[i+1].kids
			for j := 0; j+1 < len(kids); j += 2 {
				if kids[j].text == key {
					return kids[j+1]
				}
			}
		}
	}
	return nil
}

// literal reports whether every session begins with a literal of that kind in a field,
// or with nothing.
func (h *heaps) literal(c *heapClass, key string, k kind) bool {
	for _, s := range c.sites {
		if v := initial(s, key); v != nil && v.kind != k {
			return false
		}
	}
	return true
}

// early reports whether a field is set before anything reads it: where the session is
// created, or at the beginning of its first handler.
func (h *heaps) early(c *heapClass, key string) bool {
	v := c.fields[key]
	for _, s := range c.sites {
		if c.kind == sessionHeap && initial(s, key) != nil {
			continue
		}
		f := h.first(c, s)
		if f == nil || !setsFirst(f.node.body, v) {
			return false
		}
	}
	deleted := false
	walkAll(h.p.statements, func(n *node) bool {
		if n.kind == kFunc && (n.text == "delete" || n.text == "undef") && len(n.kids) == 1 {
			if k := assignment(n.kids[0]); k.kind == kVar && k.v == v {
				deleted = true
			}
		}
		return !deleted
	})
	return !deleted
}

// first returns the handler that a session runs first.
func (h *heaps) first(c *heapClass, site *node) *function {
	name := map[heapKind]string{sessionHeap: "inline_states", connectionHeap: "ClientConnected", listenerHeap: "Started", clientHeap: "Started"}[c.kind]
	args := site.kids[1:]
	for i := 0; i+1 < len(args); i += 2 {
		if args[i].text != name {
			continue
		}
		if c.kind != sessionHeap {
			return h.handlerOf(args[i+1])
		}
		for j := 0; j+1 < len(args[i+1].kids); j += 2 {
			if args[i+1].kids[j].text == "_start" {
				return h.handlerOf(args[i+1].kids[j+1])
			}
		}
	}
	return nil
}

// setsFirst reports whether one of the statements sets a variable, and none before it
// may call something that reads it.
func setsFirst(list []*node, v *variable) bool {
	for _, n := range list {
		if n.kind != sExpr || n.kid(0) == nil {
			return false
		}
		e := n.kids[0]
		if e.kind != kAssign || e.op != "" {
			if callsSub(e) {
				return false
			}
			continue
		}
		set := false
		targets := []*node{assignment(e.kids[0])}
		if targets[0].kind == kList {
			targets = targets[0].kids
		}
		for _, k := range targets {
			set = set || k.kind == kVar && k.v == v
		}
		reads := false
		e.kids[1].walk(func(k *node) bool {
			reads = reads || k.kind == kVar && k.v == v
			return true
		})
		if set || reads {
			return set && !reads
		}
	}
	return false
}

// callsSub reports whether an expression calls a sub of the program, or whatever a method
// may call.
func callsSub(n *node) bool {
	found := false
	n.walk(func(k *node) bool {
		found = found || k.kind == kCall || k.kind == kApply || k.kind == kMethod && k.text == "call"
		return !found && k.kind != kSub
	})
	return found
}

// settleFields makes fields any which must tell undef from an empty string or 0: they
// may be read before they are set, as something else than a string, a number or for
// their truth.
func (p *program) settleFields() (changed bool) {
	for _, c := range p.structs {
		for _, key := range c.keys {
			v := c.fields[key]
			if v.own || v.early || v.fixed {
				continue
			}
			switch v.typ {
			case tStr:
				if v.reads2 > 0 {
					v.fixed, changed = true, true
				}
			case tInt, tFloat:
				if v.reads2 > v.numReads {
					v.fixed, changed = true, true
				}
			}
		}
	}
	return changed
}

// newHeap returns a new heap of a session as code.
func (g *gen) newHeap(c *heapClass, site *node) string {
	var parts []string
	for _, key := range c.keys {
		v := c.fields[key]
		name := v.goName[strings.IndexByte(v.goName, '.')+1:]
		init := initial(site, key)
		t := orAny(g.typeOf(v))
		switch {
		case init != nil:
			x := g.expr(init)
			g.assigned(v, x.typ)
			code := g.value(v, x, t)
			if t == tAny && v.counted && x.typ != tStr && x.typ != tInt && x.typ != tFloat && code != "nil" {
				code = "perl.Held(" + code + ")"
			}
			parts = append(parts, name+": "+code)
		case v.own && t == tHash:
			parts = append(parts, name+": perl.NewHash()")
		case v.own && t == tArr:
			parts = append(parts, name+": perl.NewArray()")
		}
	}
	if code := "&" + c.name + "{" + strings.Join(parts, ", ") + "}"; len(code) < 100 && !strings.Contains(code, "\n") {
		return code
	}
	return "&" + c.name + "{\n" + strings.Join(parts, ",\n") + ",\n}"
}
